// Ways to spell a line: what was read one by one beside the whole's digits in the same places, and which way is likeliest.
// As edge_app/page/pairing.py and ways.py, which say what each number is for.
// @ts-check
import { logLikelihood } from "./spelling.js";
import { placeOn } from "./strip.js";

/**
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {import("./spelling.js").Named} Named
 * @typedef {{ readings: number[], named: Named[] }} Part a piece of a line: indices of readings, and the whole's in their place
 * @typedef {{ text: number[], evidence: number, whole: boolean, taken: number[] }} Way
 *   its digits, how likely by the readings, whether they are the sequence reader's, and the readings that stand
 */

export const WHOLE_WEIGHT = 1.0, WHOLE_WEIGHT_ON_STRIP = 3.0, MISSED = 0.1;
const MAX_OFF = 1.3, APART = 0.7, MIN_HALF_PX = 3;
const LEAST_BELIEF = 0.1, MOST_BELIEF = 0.998, DOUBTFUL_BELIEF = 0.35, LEAST_LABEL = 0.02, MAX_WAYS = 96;

/**
 * Readings and digits of the whole in the order of the line, those in the same place together.
 * @param {number[]} members
 * @param {Reading[]} readings
 * @param {Named[]} named
 * @param {import("./strip.js").Strip} strip
 */
export function partsOf(members, readings, named, strip) {
  const placed = members.map((index) => {
    const { x, half } = placeOn(strip, readings[index].box);
    return { x, half: Math.max(half, MIN_HALF_PX), index };
  }).sort((one, other) => one.x - other.x);
  const places = new Map(placed.map((each) => [each.index, each]));
  /** @type {Part[]} */ const joined = [];
  for (const [one, other] of matched(placed, named.map(({ x }) => x))) {
    const part = { readings: one === null ? [] : [placed[one].index], named: other === null ? [] : [named[other]] };
    const before = joined[joined.length - 1];
    if (before && belongs(before, part, places)) {
      joined[joined.length - 1] = { readings: [...before.readings, ...part.readings], named: [...before.named, ...part.named] };
    } else joined.push(part);
  }
  return joined;
}

/** Whether two neighbours are one piece. @param {Part} before @param {Part} part @param {Map<number, { x: number, half: number }>} places */
function belongs(before, part, places) {
  const [one, other] = [before, part].map((each) => each.readings.length === each.named.length);
  if (one === other) return !one;
  return [[before, part], [part, before]].some(([own, its]) => own.readings.some((index) => {
    const place = /** @type {{ x: number, half: number }} */ (places.get(index));
    return its.named.some(({ x }) => Math.abs(x - place.x) <= place.half);
  }));
}

/**
 * Pairs in the order of the line, null where one has no partner: the cheapest alignment.
 * @param {{ x: number, half: number }[]} places
 * @param {number[]} named
 */
function matched(places, named) {
  const rows = places.length, columns = named.length, wide = columns + 1, cost = new Float64Array((rows + 1) * wide);
  // Of each cell whether it was reached with both, with the reading alone, or with the whole's digit alone.
  const step = new Uint8Array(cost.length);
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const at = row * wide + column;
      if (row === 0 || column === 0) {
        cost[at] = (row + column) * APART;
        step[at] = column === 0 ? 1 : 2;
        continue;
      }
      const off = Math.abs(named[column - 1] - places[row - 1].x) / places[row - 1].half;
      const options = [cost[at - wide - 1] + (off <= MAX_OFF ? off : Infinity), cost[at - wide] + APART, cost[at - 1] + APART];
      cost[at] = Math.min(...options);
      step[at] = options.indexOf(cost[at]);
    }
  }
  /** @type {[number | null, number | null][]} */ const pairs = [];
  for (let row = rows, column = columns; row || column;) {
    const kind = step[row * wide + column];
    if (kind !== 2) row--;
    if (kind !== 1) column--;
    pairs.push([kind !== 2 ? row : null, kind !== 1 ? column : null]);
  }
  return pairs.reverse();
}

/**
 * How a part can be spelled: as it was read, with its doubtful digits, without any, or as the whole has it.
 * @param {Part} part
 * @param {Reading[]} readings
 * @param {boolean} mayDrop whether digits that were read may go without others in their place
 */
export function waysOf(part, readings, mayDrop) {
  const believed = part.readings.filter((index) => readings[index].label !== null);
  /** @type {Map<string, Way>} */ const options = new Map();
  for (const taken of [believed, part.readings, mayDrop ? [] : believed]) {
    const evidence = part.readings.reduce((sum, index) => (
      sum + (taken.includes(index) ? logLabel(readings[index], labelOf(readings[index])) : Math.log(1 - beliefIn(readings[index])))
    ), 0);
    const text = taken.map((index) => labelOf(readings[index]));
    options.set(text.join(), { text, evidence, whole: false, taken });
  }
  const text = part.named.map(({ label }) => label), key = text.join();
  if (text.length === part.readings.length) {
    const evidence = part.readings.reduce((sum, index, at) => sum + logLabel(readings[index], text[at]), 0);
    options.set(key, { text, evidence, whole: true, taken: [] });
  } else if (!options.has(key) && (mayDrop || text.length >= believed.length)) {
    options.set(key, { text, evidence: uneven(part.readings.map((index) => readings[index]), text.length), whole: true, taken: [] });
  }
  return [...options.values()];
}

/**
 * The likeliest way for each part, and the share of it among all ways there.
 * @param {Way[][]} ways of each part, from left to right
 * @param {Float32Array[][]} looks columns of the line at each scale
 * @param {number} wholeWeight of these against the readings
 */
export function bestWays(ways, looks, wholeWeight) {
  const logs = looks.map((columns) => columns.map((column) => Float64Array.from(column, (value) => Math.log(Math.max(value, 1e-7)))));
  const chosen = ways.map((options) => options.reduce((best, way) => (
    Number(way.whole) - Number(best.whole) || way.evidence - best.evidence) > 0 ? way : best));
  const shares = ways.map(() => 1), waiting = ways.map((_, index) => index).filter((index) => ways[index].length > 1);
  while (waiting.length) {
    // As many parts as can be weighed together; the others are spelled as they are for now.
    /** @type {number[]} */ const now = [];
    for (let count = 1; waiting.length && (now.length === 0 || count * ways[waiting[0]].length <= MAX_WAYS);) {
      count *= ways[waiting[0]].length;
      now.push(/** @type {number} */ (waiting.shift()));
    }
    const spellings = now.reduce((made, index) => made.flatMap((spelling) => ways[index].map((way) => spelling.map((each, at) => (at === index ? way : each)))), [[...chosen]]);
    const weights = weighed(spellings, logs, wholeWeight), best = spellings[weights.indexOf(Math.max(...weights))];
    for (const index of now) {
      chosen[index] = best[index];
      shares[index] = weights.reduce((sum, weight, at) => (spellings[at][index] === best[index] ? sum + weight : sum), 0);
    }
  }
  return { chosen, shares };
}

/** @param {Way[][]} spellings @param {Float64Array[][]} logs @param {number} wholeWeight */
function weighed(spellings, logs, wholeWeight) {
  const scores = spellings.map((spelling) => {
    const text = spelling.flatMap((way) => way.text);
    const whole = logs.reduce((sum, columns) => sum + logLikelihood(columns, text), 0) / logs.length;
    return wholeWeight * whole + spelling.reduce((sum, way) => sum + way.evidence, 0);
  });
  const most = Math.max(...scores), weights = scores.map((score) => Math.exp(score - most));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
}

/** What a reading reads as, or would. @param {Reading} reading */
export function labelOf({ label, guess }) {
  return label ?? guess ?? 0;
}

/** Evidence of digits that are more or fewer than the readings. @param {Reading[]} singles @param {number} count */
function uneven(singles, count) {
  const lost = singles.reduce((sum, reading) => sum + Math.log(1 - beliefIn(reading)), 0);
  if (singles.length === 0 || count === 0) return lost + count * Math.log(MISSED);
  return Math.max(lost, Math.log(MISSED) * Math.abs(count - singles.length));
}

/** How likely a reading is a digit at all. @param {Reading} reading */
function beliefIn({ belief, label, confidence }) {
  if (belief !== null) return Math.min(Math.max(belief, LEAST_BELIEF), MOST_BELIEF);
  return label === null ? DOUBTFUL_BELIEF : MOST_BELIEF * confidence;
}

/** Log probability that a reading is a digit, and this one. @param {Reading} reading @param {number} label */
function logLabel(reading, label) {
  const share = reading.probabilities?.[label] ?? (label === labelOf(reading) ? reading.confidence : (1 - reading.confidence) / 9);
  return Math.log(beliefIn(reading)) + Math.log(Math.max(share, LEAST_LABEL));
}
