// Context: whether ink is a digit depends on the ink around it. As edge_app/page/context.py, which says why.
// @ts-check

/**
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ beside: Float32Array, above: Float32Array }} Gaps (N, N) each, as parts of the larger one's height
 */

export const MIN_SHARED_HEIGHT = 0.3;
const REACH_BESIDE = 0.7, REACH_ABOVE = 0.2, REACH_IN_LINE = 1.6, MIN_SIZE_RATIO = 0.35;
const MAX_FOR = 3.0, ONE_WEIGHT = 0.25, ONE_WEIGHT_CLEAN = 0.8, CLEAN_PAGE = 0.8, AGAINST = 6.0, MIN_LETTERS = 0.3;
const MAX_LETTERS = 6.0, MIN_EVIDENCE = 2.0;

/**
 * Refuses digits whose context, the ink around them, is not digits.
 * @param {Reading[]} readings of one page, refused ones too
 * @returns {Reading[]} the same, some of them with the label null
 */
export function refuseByContext(readings) {
  const gaps = gapsOf(readings), evidence = contextEvidence(readings, gaps), count = readings.length;
  const read = readings.map(({ label }) => label !== null);
  const believed = read.map((each, index) => each && evidence[index] >= MIN_EVIDENCE);
  return readings.map((reading, index) => {
    // A number may be written widely: what stands in its line needs no evidence of its own.
    const isKept = believed[index] || (read[index] && evidence[index] > 0 && believed.some((other, at) => (
      other && isInLine(gaps, index * count + at)
    )));
    return isKept ? reading : { ...reading, label: null };
  });
}

/**
 * Gaps between readings beside and above each other; negative where they overlap, infinite between those too unlike.
 * @param {Reading[]} readings
 * @returns {Gaps}
 */
export function gapsOf(readings) {
  const count = readings.length, beside = new Float32Array(count * count), above = new Float32Array(count * count);
  for (let one = 0; one < count; one++) {
    const [x, y, width, height] = readings[one].box;
    for (let other = 0; other < count; other++) {
      const [left, top, wide, high] = readings[other].box, larger = Math.max(height, high), at = one * count + other;
      const unlike = Math.min(height, high) < MIN_SIZE_RATIO * larger;
      beside[at] = unlike ? Infinity : (Math.max(x, left) - Math.min(x + width, left + wide)) / larger;
      above[at] = unlike ? Infinity : (Math.max(y, top) - Math.min(y + height, top + high)) / larger;
    }
  }
  return { beside, above };
}

/** Whether two readings stand in a line, close enough for one number. @param {Gaps} gaps @param {number} at their place there */
export function isInLine({ beside, above }, at) {
  return beside[at] <= REACH_IN_LINE && above[at] <= -MIN_SHARED_HEIGHT;
}

/**
 * What the group of each reading says for it (above 0) or against it, as log odds.
 * @param {Reading[]} readings
 * @param {Gaps} gaps
 */
export function contextEvidence(readings, gaps) {
  const groups = chained(gaps, readings.length, REACH_BESIDE, REACH_ABOVE), sums = new Float64Array(readings.length);
  evidenceOf(readings, groups).forEach((value, index) => { sums[groups[index]] += value; });
  return Float64Array.from(groups, (group) => sums[group]);
}

/** What each reading says for its group (above 0) or against it. @param {Reading[]} readings @param {Int32Array} groups */
function evidenceOf(readings, groups) {
  const counts = new Float64Array(readings.length), heights = new Float64Array(readings.length);
  readings.forEach(({ label, box }, index) => {
    if (label === null) return;
    counts[groups[index]]++;
    heights[groups[index]] += box[3];
  });
  const clean = readings.filter(({ label }) => label !== null).length >= CLEAN_PAGE * readings.length;
  return readings.map(({ label, confidence, box: [, , width, height] }, index) => {
    const sure = Math.min(1 - 1e-6, Math.max(1e-6, confidence)), group = groups[index];
    if (label !== null) {
      const odds = Math.min(MAX_FOR, Math.max(0, Math.log(sure / (1 - sure))));
      return label === 1 ? odds * (clean ? ONE_WEIGHT_CLEAN : ONE_WEIGHT) : odds;
    }
    const usual = counts[group] ? heights[group] / counts[group] : 1;
    const letters = Math.min(MAX_LETTERS, Math.max(MIN_LETTERS, width / height)) * Math.min(height / usual, 1);
    return -AGAINST * (1 - sure) * letters;
  });
}

/**
 * The number of the group of each piece of ink, out of who is no further away than these.
 * @param {Gaps} gaps
 * @param {number} count
 * @param {number} mostBeside
 * @param {number} mostAbove
 */
export function chained({ beside, above }, count, mostBeside, mostAbove) {
  const groups = new Int32Array(count).fill(-1);
  for (let start = 0, group = 0; start < count; start++) {
    if (groups[start] >= 0) continue;
    const front = [start];
    groups[start] = group;
    while (front.length) {
      const base = /** @type {number} */ (front.pop()) * count;
      for (let other = 0; other < count; other++) {
        if (groups[other] >= 0 || beside[base + other] > mostBeside || above[base + other] > mostAbove) continue;
        groups[other] = group;
        front.push(other);
      }
    }
    group++;
  }
  return groups;
}
