// Numbers: digits that were read one by one, and the same line read as a whole, made one.
// As edge_app/page/numbers.py, which says what each number is for.
// @ts-check
import { blank, boundingRect, crop, median } from "./grey.js";
import { dilate } from "./filters.js";
import { middleIn } from "./boxes.js";
import { candidateIn } from "./candidates.js";
import { PAGE_HEIGHTS } from "./fusion.js";
import { maskOf } from "./ink.js";
import { lookAlong } from "./line_look.js";
import { along, linesOf } from "./lines.js";
import { isDigit, lookAt, refused } from "./recognition.js";
import { MISSED, WHOLE_WEIGHT, WHOLE_WEIGHT_ON_STRIP, bestWays, labelOf, partsOf, waysOf } from "./ways.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./candidates.js").Candidate} Candidate
 * @typedef {import("./candidates.js").Connected} Connected
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {import("./spelling.js").Named} Named
 * @typedef {import("./strip.js").Strip} Strip
 * @typedef {{ reading: Reading, candidate: Candidate }} New a digit that only the whole names, and its ink
 */

const CERTAIN = 0.75, PLAIN_CONFIDENCE = 0.96, PLAIN_BELIEF = 0.9, DROPPED = 0.9, MIN_MEMBERS = 2,
  MIN_REFUSED_BELIEF = 0.1, MIN_SLANT_DIGITS = 8, SURE = 0.8;
const MAX_GAP = 1.2, REACH_PX = 14, TOP_PX = 4, BOTTOM_PX = 28;

/**
 * Reads each line of a page as a whole, too.
 * @param {Reading[]} readings of the page, refused and doubtful ones too
 * @param {InkMap} page
 * @param {Connected} connected
 * @param {import("./spelling.js").ColumnNetwork} network
 * @param {import("./recognition.js").Classifier} classifier looks at what only the whole names, for its crop
 * @param {number} slantDeg
 * @returns {Promise<Reading[]>} in their order, some changed, some gone; then the new ones
 */
export async function readNumbers(readings, page, connected, network, classifier, slantDeg) {
  const digits = readings.map((_, index) => index).filter((index) => isDigit(readings[index]));
  const others = readings.filter((reading) => !isDigit(reading)).map(({ box }) => box);
  // A strip with one line has no grid: what looks like rulings there is the number's own.
  const isPage = digits.length > 0 && page.ink.height > PAGE_HEIGHTS * median(digits.map((index) => readings[index].box[3]));
  const ink = isPage ? withoutRulings(page, connected) : page.ink;
  const slant = (slantDeg * Math.PI) / 180, isSlantSure = isPage && digits.length >= MIN_SLANT_DIGITS;
  const angles = isSlantSure || slant === 0 ? [slant] : [slant, 0];
  /** @type {(Reading | null)[]} */ const outcome = [...readings];
  /** @type {New[]} */ const added = [];
  const lines = linesOf(digits.map((index) => readings[index].box), slantDeg).map((line) => line.map((place) => digits[place]));
  const isUnread = !isPage && digits.every((index) => readings[index].label === null);
  for (const members of numbersOf(lines, readings, slantDeg, isPage)) {
    if (!isUnread && members.every((index) => readings[index].label === null)) continue;
    if (isPage && members.every((index) => isPlain(readings[index]))) continue;
    const foreign = digits.filter((index) => !members.includes(index)).map((index) => readings[index].box);
    const look = await lookAlong(
      members.map((index) => readings[index].box), others, foreign, ink, network, angles, members.map((index) => labelOf(readings[index])),
      !isPage,
    );
    // Two numbers may reach the same ink between them.
    for (const each of spelled(outcome, members, readings, look, page, connected, isPage)) {
      if (!added.some((other) => sameInk(each.reading.box, other.reading.box))) added.push(each);
    }
  }
  const looks = await lookAt(added.map(({ candidate }) => candidate.ink), classifier);
  const fresh = added.map(({ reading }, index) => ({ ...reading, crop: looks[index].crop }));
  const kept = outcome.filter((reading) => reading !== null)
    .filter((reading) => isDigit(reading) || !fresh.some((digit) => middleIn(reading.box, digit.box)));
  return isUnread ? onlySure([...kept, ...fresh]) : [...kept, ...fresh];
}

/** The readings of a strip on which none was read one by one: doubtful, unless the whole is sure of several. @param {Reading[]} readings */
function onlySure(readings) {
  const sure = readings.map(({ label, confidence }) => label !== null && confidence >= SURE);
  const several = sure.filter(Boolean).length >= MIN_MEMBERS;
  return readings.map((reading, index) => {
    const each = isDigit(reading) ? { ...reading, belief: reading.belief ?? MISSED } : reading;
    return each.label === null || (several && sure[index]) ? each : { ...each, label: null, guess: each.label };
  });
}

/**
 * The readings that stand near each other in a line; on a page those that stand alone are left as they are.
 * @param {number[][]} lines
 * @param {Reading[]} readings
 * @param {number} slantDeg
 * @param {boolean} isPage
 */
function numbersOf(lines, readings, slantDeg, isPage) {
  if (!isPage) return lines;
  return lines.flatMap((line) => {
    const numbers = [[line[0]]];
    line.slice(1).forEach((index, at) => {
      const one = readings[line[at]].box, other = readings[index].box;
      const gap = along(other, slantDeg)[0] - along(one, slantDeg)[0] - (one[2] + other[2]) / 2;
      if (gap > MAX_GAP * Math.max(one[3], other[3])) numbers.push([index]);
      else numbers[numbers.length - 1].push(index);
    });
    return numbers.filter((number) => number.length > 1);
  });
}

/** Whether nobody doubts a digit. @param {Reading} reading */
function isPlain({ label, confidence, belief }) {
  return label !== null && confidence >= PLAIN_CONFIDENCE && (belief ?? 1) >= PLAIN_BELIEF;
}

/** The ink without what was taken out of it as rulings: between cells they look like 1s. @param {InkMap} page @param {Connected} connected */
function withoutRulings(page, connected) {
  const mask = maskOf(page), ruled = blank(mask.width, mask.height);
  for (let at = 0; at < mask.data.length; at++) ruled.data[at] = Number(mask.data[at] > 0 && connected.labels[at] === 0);
  if (ruled.data.every((value) => value === 0)) return page.ink;
  const rim = dilate(ruled, 3, 3);
  return { ...page.ink, data: page.ink.data.map((value, at) => (rim.data[at] && connected.labels[at] === 0 ? 0 : value)) };
}

/**
 * What becomes of a line's digits, written into the outcome; gives the new ones. On a page, where detector and context
 * were asked, none that was read goes.
 * @param {(Reading | null)[]} outcome
 * @param {number[]} members
 * @param {Reading[]} readings
 * @param {import("./line_look.js").LineLook} look
 * @param {InkMap} page
 * @param {Connected} connected
 * @param {boolean} isPage
 */
function spelled(outcome, members, readings, look, page, connected, isPage) {
  const { named } = look;
  const parts = partsOf(members, readings, named, look.strip).filter((part) => members.length >= MIN_MEMBERS || part.readings.length);
  const { chosen, shares } = bestWays(parts.map((part) => waysOf(part, readings, !isPage)), look.looks, isPage ? WHOLE_WEIGHT : WHOLE_WEIGHT_ON_STRIP);
  return parts.flatMap((part, at) => {
    const way = chosen[at], share = shares[at];
    if (!way.whole) {
      for (const index of part.readings) outcome[index] = single(index, readings[index], way, share);
    } else if (part.readings.length === part.named.length) {
      part.readings.forEach((index, place) => { outcome[index] = renamed(readings[index], part.named[place], share); });
    } else {
      const found = part.named.map((each) => inkOf(each, named, look.strip, page, connected));
      if (found.some((candidate) => candidate === null || (isPage && isRefused(candidate.box, readings)))) return [];
      for (const index of part.readings) outcome[index] = null;
      return found.flatMap((candidate, place) => (candidate === null ? [] : [{ candidate, reading: added(part.named[place], candidate.box, share) }]));
    }
    return [];
  });
}

/** Whether a box's ink was taken for a digit and refused with little belief. @param {Box} box @param {Reading[]} readings */
function isRefused(box, readings) {
  return readings.some((reading) => !isDigit(reading) && (reading.belief ?? 1) < MIN_REFUSED_BELIEF && sameInk(reading.box, box));
}

/** @param {Box} one @param {Box} other */
function sameInk(one, other) {
  return middleIn(one, other) && middleIn(other, one);
}

/** A reading that stands or not, in a part that is spelled as the readings have it. @param {number} index @param {Reading} reading @param {import("./ways.js").Way} way @param {number} share @returns {Reading} */
function single(index, reading, way, share) {
  if (!way.taken.includes(index)) return { ...reading, label: null, guess: share >= DROPPED ? null : labelOf(reading) };
  if (reading.label === null || share >= CERTAIN) return reading;
  return { ...reading, label: null, guess: reading.label, confidence: reading.confidence * share };
}

/** A reading with the whole's digit. @param {Reading} reading @param {Named} each @param {number} share */
function renamed(reading, each, share) {
  const agrees = each.label === labelOf(reading);
  return labelled(reading, each.label, agrees ? ofBoth(reading.confidence, each.confidence) : share * each.confidence, share);
}

/** A digit that only the whole names. @param {Named} each @param {Box} box @param {number} share */
function added(each, box, share) {
  return labelled(refused(box), each.label, share * each.confidence, share);
}

/** @param {Reading} reading @param {number} label @param {number} confidence @param {number} share @returns {Reading} */
function labelled(reading, label, confidence, share) {
  return share >= CERTAIN ? { ...reading, label, guess: null, confidence } : { ...reading, label: null, guess: label, confidence };
}

/** Probability of a digit that two independent witnesses name with these. @param {number} one @param {number} other */
function ofBoth(one, other) {
  const right = one * other, wrong = ((1 - one) * (1 - other)) / 9;
  return right / Math.max(right + wrong, 1e-9);
}

/**
 * The ink of a digit that only the whole names: up to half the way to its neighbours.
 * @param {Named} each
 * @param {Named[]} named
 * @param {Strip} strip
 * @param {InkMap} page
 * @param {Connected} connected
 * @returns {Candidate | null}
 */
function inkOf(each, named, strip, page, connected) {
  const left = Math.max(each.x - REACH_PX, ...named.filter(({ x }) => x < each.x).map(({ x }) => (x + each.x) / 2));
  const right = Math.min(each.x + REACH_PX, ...named.filter(({ x }) => x > each.x).map(({ x }) => (x + each.x) / 2));
  const [xx, xy, x0, yx, yy, y0] = strip.toPage, corners = [left, right].flatMap((x) => [TOP_PX, BOTTOM_PX].map((y) => [x, y]));
  const xs = corners.map(([x, y]) => xx * x + xy * y + x0), ys = corners.map(([x, y]) => yx * x + yy * y + y0);
  const low = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))], high = [Math.ceil(Math.max(...xs)), Math.ceil(Math.max(...ys))];
  /** @type {Box} */ const box = [low[0], low[1], Math.max(1, high[0] - low[0]), Math.max(1, high[1] - low[1])];
  const found = candidateIn(box, page, connected);
  return found === null ? allIn(box, page) : tight(found);
}

/** Whatever is in a box, as on patterned paper where nothing hangs together. @param {Box} box @param {InkMap} page @returns {Candidate | null} */
function allIn([x, y, width, height], page) {
  const ink = crop(page.ink, x, y, width, height);
  if (boundingRect(ink) === null) return null;
  return { box: [Math.max(0, x), Math.max(0, y), ink.width, ink.height], ink, encloses: false, fragment: false };
}

/** A candidate cut to its ink. @param {Candidate} candidate @returns {Candidate | null} */
function tight(candidate) {
  const rect = boundingRect(candidate.ink);
  if (rect === null) return null;
  const { x, y, width, height } = rect;
  return { ...candidate, box: [candidate.box[0] + x, candidate.box[1] + y, width, height], ink: crop(candidate.ink, x, y, width, height) };
}
