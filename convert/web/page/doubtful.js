// Doubtful digits: ink that is not believed to be a digit, but stands where a digit of a number would.
// As edge_app/page/doubtful.py, which says what each number is for.
// @ts-check
import { median, roundEven } from "./grey.js";
import { overlapOfSmaller } from "./boxes.js";
import { candidateIn } from "./candidates.js";
import { PAGE_HEIGHTS, agreed, cutOut, joint } from "./fusion.js";
import { along, findSlant } from "./lines.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./candidates.js").Candidate} Candidate
 * @typedef {import("./detection.js").Found} Found
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./lines.js").Digit} Digit
 * @typedef {import("./recognition.js").Look} Look
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ found: Found, box: Box, candidate: Candidate }} Doubtful
 */

const MAX_OVERLAP = 0.6, MIN_FREE = 0.45, MIN_SPAN = 0.4, MAX_ASPECT = 1.7, BESIDE_HEIGHTS = 2.0, MIN_DIGITS_BESIDE = 0.15;
const MIN_HEIGHT = 0.5, MIN_HEIGHT_BETWEEN = 0.35, MAX_HEIGHT = 2.0, MAX_GAP = 1.2, MAX_OFF_LINE = 0.6, GAP_TIMES = 1.2;
const NEIGHBOURS = 3;

/**
 * The ink in each box that no digit was read from, if it has the shape of one and stands beside ink that was.
 * @param {Box[]} boxes the most certain first
 * @param {Box[]} read boxes of the digits that are read
 * @param {InkMap} page
 * @returns {(Box | null)[]}
 */
export function freeInk(boxes, read, page) {
  /** @type {(Box | null)[]} */ const found = boxes.map(() => null);
  if (read.length === 0) return found;
  let waiting = boxes.flatMap((box, index) => {
    const own = freePart(/** @type {Box} */ (box.map(roundEven)), read, page);
    return own === null ? [] : [{ index, own }];
  });
  const taken = [...read];
  // Of a row of such boxes each is beside the one before it.
  for (let more = true; more;) {
    more = false;
    for (const each of [...waiting]) {
      const covered = taken.some((other) => overlapOfSmaller(each.own, other) > MAX_OVERLAP);
      if (!covered && shareOf(taken, beside(each.own), page) < MIN_DIGITS_BESIDE) continue;
      waiting = waiting.filter((other) => other !== each);
      if (covered) continue;
      found[each.index] = each.own;
      taken.push(each.own);
      more = true;
    }
  }
  return found;
}

/**
 * The ink of the detections in doubt that is of no digit that was read.
 * @param {Found[]} doubted the most certain first
 * @param {Box[]} read
 * @param {InkMap} page
 * @param {import("./components.js").Connected} connected
 * @param {boolean} strip where no digit of one is read, all in doubt that are high enough count
 * @returns {Doubtful[]}
 */
export function proposeDoubtful(doubted, read, page, connected, strip) {
  const boxes = doubted.map(({ box }) => box);
  const free = strip && !read.length
    ? boxes.map((box) => (box[3] >= page.ink.height / PAGE_HEIGHTS ? /** @type {Box} */ (box.map(roundEven)) : null))
    : freeInk(boxes, read, page);
  return free.flatMap((box, index) => {
    const candidate = box === null ? null : candidateIn(cutOut(box), page, connected);
    return box === null || candidate === null ? [] : [{ found: doubted[index], box, candidate }];
  });
}

/**
 * Doubtful digits out of proposeDoubtful() and the classifier's look at each.
 * @param {Doubtful[]} proposed
 * @param {Look[]} looks
 * @returns {Reading[]}
 */
export function guessed(proposed, looks) {
  return proposed.map(({ found: { score, probabilities }, box }, index) => {
    const look = looks[index], best = agreed(look.probabilities, probabilities);
    const confidence = score * Math.max(look.probabilities[best], probabilities[best]);
    return { box, label: null, confidence, guess: best, crop: look.crop, probabilities: joint(look.probabilities, probabilities), belief: score };
  });
}

/**
 * Doubtful digits of a page that was read without a detector: what the classifier reads and its context refuses.
 * @param {Reading[]} readings
 * @param {Reading[]} believed
 * @param {InkMap} page
 * @returns {Reading[]}
 */
export function doubtedByContext(readings, believed, page) {
  const read = believed.filter(({ label }) => label !== null).map(({ box }) => box);
  const refused = readings.filter(({ label }, index) => label !== believed[index].label).sort((one, other) => other.confidence - one.confidence);
  return freeInk(refused.map(({ box }) => box), read, page).flatMap((box, index) => (
    box === null ? [] : [{ ...refused[index], box, label: null, guess: refused[index].label }]
  ));
}

/**
 * Those of the possible digits that continue a line, also where another one of them stands between.
 * @param {Digit[]} possible the most certain first
 * @param {Digit[][]} lines of digits that are read
 */
export function inLines(possible, lines) {
  const slant = findSlant(lines.flat().map(({ box }) => box)), grown = lines.map((line) => [...line]);
  /** @type {Digit[]} */ const placed = [];
  let waiting = [...possible];
  for (;;) {
    const places = waiting.map((digit) => ({ digit, line: continued(digit, grown, slant) }));
    const next = places.find(({ line }) => line !== null);
    if (!next?.line) return placed;
    waiting = waiting.filter((digit) => digit !== next.digit);
    next.line.push(next.digit);
    placed.push(next.digit);
  }
}

/** The line that a digit continues; of several the nearest. @param {Digit} digit @param {Digit[][]} lines @param {number} slant */
function continued(digit, lines, slant) {
  const distances = lines.map((line) => distance(digit, line, slant)), nearest = Math.min(...distances);
  return nearest < Infinity ? lines[distances.indexOf(nearest)] : null;
}

/**
 * How far a digit is from a line that it continues, as a part of the height there; else infinite.
 * @param {Digit} digit
 * @param {Digit[]} line
 * @param {number} slant
 */
function distance(digit, line, slant) {
  const [x, y] = along(digit.box, slant), own = digit.box;
  const places = line.map(({ box }) => ({ at: along(box, slant), width: box[2], height: box[3] })).sort((one, other) => one.at[0] - other.at[0]);
  const near = [...places].sort((one, other) => Math.abs(one.at[0] - x) - Math.abs(other.at[0] - x)).slice(0, NEIGHBOURS);
  const height = median(near.map((place) => place.height));
  const gap = Math.min(...near.map((place) => Math.abs(place.at[0] - x) - (place.width + own[2]) / 2)) / height;
  const gaps = places.slice(1).map((place, at) => place.at[0] - places[at].at[0] - (place.width + places[at].width) / 2);
  const usual = places.length > 2 ? median(gaps) / height : 0, last = places[places.length - 1];
  const off = Math.abs(interpolated(x, places.map(({ at }) => at)) - y) / height;
  const least = places[0].at[0] < x && x < last.at[0] ? MIN_HEIGHT_BETWEEN : MIN_HEIGHT;
  const fits = least * height <= own[3] && own[3] <= MAX_HEIGHT * height;
  return fits && gap <= Math.max(MAX_GAP, GAP_TIMES * usual) && off <= MAX_OFF_LINE ? gap + off : Infinity;
}

/** Straight from point to point, level beyond the first and last. @param {number} x @param {[number, number][]} points */
function interpolated(x, points) {
  const after = points.findIndex((point) => point[0] >= x);
  if (after < 0) return points[points.length - 1][1];
  if (after === 0) return points[0][1];
  const [one, other] = [points[after - 1], points[after]];
  return one[1] + ((other[1] - one[1]) * (x - one[0])) / (other[0] - one[0]);
}

/** The box around the ink of a box that no digit was read from, if that is most of it and has a digit's shape. @param {Box} box @param {Box[]} read @param {InkMap} page */
function freePart(box, read, page) {
  const { free, ink, ofDigits } = inkIn(box, read, page);
  if (free === null || free[2] < MIN_SPAN * box[2] || free[3] < MIN_SPAN * box[3] || free[2] > MAX_ASPECT * free[3]) return null;
  return 1 - ofDigits / Math.max(1, ink) >= MIN_FREE ? free : null;
}

/** @param {Box} box @returns {Box} */
function beside([x, y, width, height]) {
  const reach = roundEven(BESIDE_HEIGHTS * height);
  return [x - reach, y, width + 2 * reach, height];
}

/** How much of the ink in a box lies in the boxes of digits. @param {Box[]} digits @param {Box} box @param {InkMap} page */
function shareOf(digits, box, page) {
  const { ink, ofDigits } = inkIn(box, digits, page);
  return ofDigits / Math.max(1, ink);
}

/**
 * The ink in a box, the part of it in the boxes of digits, in pixels, and the box around the rest.
 * @param {Box} box
 * @param {Box[]} digits
 * @param {InkMap} page
 * @returns {{ ink: number, ofDigits: number, free: Box | null }}
 */
function inkIn(box, digits, { ink: { data, width, height }, threshold }) {
  const left = Math.max(0, box[0]), top = Math.max(0, box[1]);
  const right = Math.min(width, Math.max(0, box[0] + box[2])), bottom = Math.min(height, Math.max(0, box[1] + box[3]));
  const near = digits.filter(([x, y, wide, high]) => x < right && y < bottom && x + wide > left && y + high > top);
  let ink = 0, ofDigits = 0, [low, high, first, last] = [Infinity, -1, Infinity, -1];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = y * width + x;
      if (data[at] <= threshold.data[at]) continue;
      ink++;
      if (near.some(([a, b, wide, tall]) => x >= a && x < a + wide && y >= b && y < b + tall)) { ofDigits++; continue; }
      [low, high, first, last] = [Math.min(low, x), Math.max(high, x), Math.min(first, y), Math.max(last, y)];
    }
  }
  return { ink, ofDigits, free: high < 0 ? null : [low, first, high - low + 1, last - first + 1] };
}
