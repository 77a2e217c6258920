// Fusion: what the ink's pieces read as, and what the detector sees in their places.
// As edge_app/page/fusion.py, which says what each number is for.
// @ts-check
import { median, roundEven } from "./grey.js";
import { iou } from "./boxes.js";
import { candidateIn } from "./candidates.js";
import { chained, contextEvidence, gapsOf, MIN_SHARED_HEIGHT } from "./context.js";
import { isIn, surestAt } from "./detection.js";
import { argmax, readingOf } from "./recognition.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./candidates.js").Candidate} Candidate
 * @typedef {import("./candidates.js").Connected} Connected
 * @typedef {import("./detection.js").Found} Found
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./recognition.js").Look} Look
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ index: number, candidate: Candidate }} Missed the ink of a detection that may stand without a reading
 */

const UNSEEN = 0.02, CONTEXT_WEIGHT = 0.3, MOST_CONTEXT = 7.5;
const AROUND_BESIDE = 4.0, AROUND_ABOVE = 3.0, LEAST_READ = 0.3, NEXT = 0.5, MIN_TOGETHER = 4;
const USUAL_SHARE = 0.4, NEEDED = 0.0, SHARE_WEIGHT = 8.0;
const AGREED_CONFIDENCE = 0.97, AGREED_SCORE = 0.7, AGREED_SHARE = 0.12;
const SEVERAL_LARGER = 1.4, SEVERAL_IOU = 0.7, SEVERAL_SCORES = [0.4, 0.75];
const MIN_NEW_SCORE = 0.65, NEW_SHARE_WEIGHT = 0.8, STRIP_SHARE_WEIGHT = 0.4;
export const MIN_NEW_ON_STRIP = 0.55, PAGE_HEIGHTS = 5.0;
const SEEN = 0.3, MIN_NEW_CLASSIFIER = 0.5, MIN_NEW_DETECTOR = 0.7, MAX_IOU = 0.2, RIM = 0.06;
const MIN_DOUBTFUL = 0.2, MIN_VOUCHED = 0.1, VOUCHED = 0.9, LEAST = 0.01;

/** Whether a line of digits fills the image. @param {Found[]} found @param {InkMap} page */
export function isStrip(found, page) {
  const heights = found.filter(({ score }) => score >= SEEN).map(({ box }) => box[3]);
  return heights.length > 0 && page.ink.height <= PAGE_HEIGHTS * median(heights);
}

/** The score that a detection without a reading needs. @param {number} share @param {boolean} strip */
function leastNew(share, strip) {
  return strip ? MIN_NEW_ON_STRIP - STRIP_SHARE_WEIGHT * Math.max(0, share - USUAL_SHARE) : MIN_NEW_SCORE - NEW_SHARE_WEIGHT * (share - USUAL_SHARE);
}

/**
 * Refuses readings that the detector and their context speak against, and finds what the detector alone sees.
 * @param {Reading[]} readings of the ink's pieces
 * @param {Found[]} found
 * @param {InkMap} page
 * @param {Connected} connected
 * @param {boolean} strip
 * @returns {{ fused: Reading[], missed: Missed[], inDoubt: number[] }} the same readings; the detections that stand without
 *   one, for readMissed(); and those that may be doubtful digits
 */
export function fuse(readings, found, page, connected, strip) {
  const views = readings.map(({ label, box }) => (label === null ? null : surestAt(found, box)));
  const supports = views.map((view) => (view === null ? UNSEEN : found[view].score));
  const gaps = gapsOf(readings), shares = sharesOfDigits(readings, supports, gaps), context = contextEvidence(readings, gaps);
  const fused = readings.map((reading, index) => {
    const view = views[index], support = supports[index], byDetector = Math.log(support / (1 - support));
    let odds = byDetector + SHARE_WEIGHT * (shares[index] - USUAL_SHARE);
    odds += CONTEXT_WEIGHT * Math.min(MOST_CONTEXT, Math.max(-MOST_CONTEXT, context[index]));
    if (reading.label === null) return reading;
    if (!strip && shares[index] >= AGREED_SHARE && agree(reading, view === null ? null : found[view])) odds = Math.max(odds, byDetector);
    const belief = 1 / (1 + Math.exp(-odds));
    if (view === null || odds <= NEEDED || holdsSeveral(reading.box, found)) return { ...reading, label: null, belief };
    return { ...relabelled(reading, found[view].probabilities), belief };
  });
  return { fused, missed: missedBy(fused, shares, found, page, connected, strip), inDoubt: inDoubt(readings, fused, views, found) };
}

/**
 * What the detector alone sees, from fuse(), by the classifier's look at each; left out where both are unsure.
 * @param {Missed[]} missed
 * @param {Look[]} looks
 * @param {Found[]} found
 */
export function readMissed(missed, looks, found) {
  return missed.flatMap(({ index, candidate }, at) => {
    const { probabilities, score } = found[index], look = looks[at];
    if (Math.max(...look.probabilities) < MIN_NEW_CLASSIFIER && Math.max(...probabilities) < MIN_NEW_DETECTOR) return [];
    return [{
      ...readingOf(look, candidate.box), label: agreed(look.probabilities, probabilities), confidence: score,
      probabilities: joint(look.probabilities, probabilities), belief: score,
    }];
  });
}

/** Whether the classifier and the detector see the same digit, both surely. @param {Reading} reading @param {Found | null} seen */
function agree({ label, confidence }, seen) {
  return seen !== null && confidence >= AGREED_CONFIDENCE && seen.score >= AGREED_SCORE && argmax(seen.probabilities) === label;
}

/**
 * Detections certain enough, or vouched for by the classifier, that no digit is read from.
 * @param {Reading[]} readings
 * @param {Reading[]} fused
 * @param {(number | null)[]} views
 * @param {Found[]} found
 */
function inDoubt(readings, fused, views, found) {
  const doubted = found.map(({ score }) => score >= MIN_DOUBTFUL);
  views.forEach((view, index) => {
    if (view !== null && readings[index].confidence >= VOUCHED && found[view].score >= MIN_VOUCHED) doubted[view] = true;
  });
  views.forEach((view, index) => {
    if (view !== null && fused[index].label !== null) doubted[view] = false;
  });
  return found.map((_, index) => index).filter((index) => doubted[index]);
}

/**
 * How much of the ink around each reading, itself included, is digits.
 * @param {Reading[]} readings
 * @param {number[]} supports
 * @param {import("./context.js").Gaps} gaps
 */
function sharesOfDigits(readings, supports, gaps) {
  const { beside, above } = gaps, count = readings.length;
  const digits = readings.map(({ label }, index) => (label === null ? 0 : Math.max(supports[index], LEAST_READ)));
  const together = chained(gaps, count, NEXT, -MIN_SHARED_HEIGHT), sizes = new Float64Array(count), sums = new Float64Array(count);
  together.forEach((group, index) => {
    sizes[group]++;
    sums[group] += digits[index];
  });
  return readings.map((_, one) => {
    let around = 0, sum = 0;
    for (let other = 0, at = one * count; other < count; other++, at++) {
      if (beside[at] <= AROUND_BESIDE && above[at] <= AROUND_ABOVE) [around, sum] = [around + 1, sum + digits[other]];
    }
    const group = together[one], share = sum / around;
    return sizes[group] >= MIN_TOGETHER ? Math.max(share, sums[group] / sizes[group]) : share;
  });
}

/** @param {Reading} reading @param {Float32Array} byDetector @returns {Reading} */
function relabelled(reading, byDetector) {
  const byClassifier = new Array(10).fill((1 - reading.confidence) / 9);
  byClassifier[/** @type {number} */ (reading.label)] = reading.confidence;
  return { ...reading, label: agreed(byClassifier, byDetector), probabilities: joint(reading.probabilities, byDetector) };
}

/**
 * What both together make of a reading's label.
 * @param {Float32Array | null} own
 * @param {Float32Array} byDetector
 */
export function joint(own, byDetector) {
  if (own === null) return byDetector;
  const products = own.map((probability, digit) => (probability + LEAST) * (byDetector[digit] + LEAST));
  const sum = products.reduce((all, product) => all + product, 0);
  return products.map((product) => product / sum);
}

/** Whether the detector sees several smaller digits in a box, and as certainly none that fills it. @param {Box} box @param {Found[]} found */
function holdsSeveral(box, found) {
  return SEVERAL_SCORES.some((least) => {
    const seen = found.filter((each) => each.score >= least && isIn(each, box));
    return seen.length >= 2 && !seen.some((each) => (
      iou(box, each.box) >= SEVERAL_IOU || SEVERAL_LARGER * each.box[2] * each.box[3] > box[2] * box[3]
    ));
  });
}

/**
 * The ink of what the detector alone sees, the surest first.
 * @param {Reading[]} readings
 * @param {number[]} shares
 * @param {Found[]} found
 * @param {InkMap} page
 * @param {Connected} connected
 * @param {boolean} strip
 */
function missedBy(readings, shares, found, page, connected, strip) {
  const taken = readings.filter(({ label }) => label !== null).map(({ box }) => box), least = leastNew(1, strip);
  /** @type {Missed[]} */ const missed = [];
  found.forEach(({ box, score }, index) => {
    if (score < least || score < leastNew(nearestShare(readings, shares, box), strip)) return;
    if (taken.some((other) => iou(box, other) > MAX_IOU)) return;
    const candidate = candidateIn(cutOut(box), page, connected);
    if (candidate === null) return;
    taken.push(box);
    missed.push({ index, candidate });
  });
  return missed;
}

/** Around a box it is as around the nearest ink. @param {Reading[]} readings @param {number[]} shares @param {Box} box */
function nearestShare(readings, shares, [x, y, width, height]) {
  let [least, share] = [Infinity, USUAL_SHARE];
  readings.forEach(({ box: [left, top, wide, high] }, index) => {
    const far = Math.abs(left + wide / 2 - x - width / 2) + Math.abs(top + high / 2 - y - height / 2);
    if (far < least) [least, share] = [far, shares[index]];
  });
  return share;
}

/** The digit that both together find likeliest. @param {ArrayLike<number>} byClassifier @param {ArrayLike<number>} byDetector */
export function agreed(byClassifier, byDetector) {
  return argmax(Array.from({ length: 10 }, (_, digit) => Math.log(byClassifier[digit] + LEAST) + Math.log(byDetector[digit] + LEAST)));
}

/** What to cut out for the classifier of a detector's box. @param {Box} box @returns {Box} */
export function cutOut(box) {
  const rim = Math.max(1, roundEven(RIM * box[3])), [x, y, width, height] = box.map(roundEven);
  return [x - rim, y - rim, width + 2 * rim, height + 2 * rim];
}
