// Digits to lines in reading order, also on slanted lines. As edge_app/page/lines.py, which says what each number is for.
// @ts-check
import { median } from "./grey.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {object} Digit one digit of a number: read, or doubtful
 * @property {number | null} label 0 to 9, or null if it is doubtful
 * @property {number} confidence of the label, or of the guess
 * @property {Box} box
 * @property {number | null} guess of a doubtful one the likeliest digit
 * @property {Uint8Array | null} crop what the classifier saw, 28x28
 * @typedef {{ x: number, y: number, box: Box, number: number }} Place
 */

const MAX_SLANT_DEG = 50, VOTE_REACH = 4, VOTE_SPREAD = 0.2, VOTE_HEIGHT_RATIO = 2.5, CLEARER_THAN_LEVEL = 1.2, MAX_GAP_HEIGHTS = 2.5;
const MAX_HEIGHT_RATIO = 3.5, MIN_SHARED_HEIGHT = 0.35;

/**
 * Puts digits into lines: top to bottom, each from left to right, along the page's own slant.
 * @param {Digit[]} digits
 */
export function arrange(digits) {
  const boxes = digits.map(({ box }) => box);
  return linesOf(boxes, findSlant(boxes)).map((row) => row.map((index) => digits[index]));
}

/**
 * Boxes by line: indices from left to right, the lines from top to bottom.
 * @param {Box[]} boxes
 * @param {number} slantDeg
 */
export function linesOf(boxes, slantDeg) {
  /** @type {Place[]} */ const places = boxes.map((box, number) => {
    const [x, y] = along(box, slantDeg);
    return { x, y, box, number };
  });
  /** @type {Place[][]} */ const rows = [];
  for (const place of places.sort((one, other) => one.x - other.x)) {
    let best = null, least = Infinity;
    for (const row of rows) {
      const far = step(row[row.length - 1], place);
      if (far < least && continues(row, place)) [best, least] = [row, far];
    }
    if (best === null) rows.push([place]);
    else best.push(place);
  }
  return topToBottom(rows).map((row) => row.map(({ number }) => number));
}

/**
 * Middle of a box: how far along lines of that slant it is, and how far down across them.
 * @param {Box} box
 * @param {number} slantDeg
 * @returns {[number, number]}
 */
export function along(box, slantDeg) {
  const x = box[0] + box[2] / 2, y = box[1] + box[3] / 2, angle = (slantDeg * Math.PI) / 180;
  return [x * Math.cos(angle) + y * Math.sin(angle), y * Math.cos(angle) - x * Math.sin(angle)];
}

/**
 * Angle of most lines in degrees, positive when they run downhill: each digit votes for the directions in which its near
 * neighbours on the right would stand in its line, nearer ones louder.
 * @param {Box[]} boxes
 */
export function findSlant(boxes) {
  if (boxes.length < 3) return 0;
  const votes = new Float64Array(2 * MAX_SLANT_DEG + 1), steepest = Math.tan((MAX_SLANT_DEG * Math.PI) / 180);
  const directions = Array.from(votes, (_, at) => ((at - MAX_SLANT_DEG) * Math.PI) / 180).map((angle) => [Math.cos(angle), Math.sin(angle)]);
  for (const [x, y, width, height] of boxes) {
    for (const [left, top, wide, high] of boxes) {
      const right = left + wide / 2 - x - width / 2, down = top + high / 2 - y - height / 2;
      const size = Math.min(height, high), far = Math.hypot(right, down);
      if (right <= 0 || Math.max(height, high) > VOTE_HEIGHT_RATIO * size || far > VOTE_REACH * size || Math.abs(down) > right * steepest) continue;
      directions.forEach(([cos, sin], at) => {
        const off = (sin * right - cos * down) / size;
        votes[at] += Math.sqrt(size / far) * Math.exp(-((off / VOTE_SPREAD) ** 2));
      });
    }
  }
  let best = MAX_SLANT_DEG;
  votes.forEach((vote, at) => {
    const flatter = Math.abs(at - MAX_SLANT_DEG) < Math.abs(best - MAX_SLANT_DEG);
    if (vote > votes[best] || (vote === votes[best] && flatter)) best = at;
  });
  return votes[best] > CLEARER_THAN_LEVEL * votes[MAX_SLANT_DEG] ? best - MAX_SLANT_DEG : 0;
}

/** @param {Place[]} row @param {Place} place */
function continues(row, place) {
  const recent = row.slice(-3);
  // Checked first: it rules out most rows.
  if (Math.max(...recent.map((other) => sharedHeight(other, place))) < MIN_SHARED_HEIGHT) return false;
  const height = median(recent.map(({ box }) => box[3])), own = place.box[3];
  if (Math.max(height, own) > MAX_HEIGHT_RATIO * Math.min(height, own)) return false;
  const last = recent[recent.length - 1], gap = place.x - last.x - (place.box[2] + last.box[2]) / 2;
  return gap <= MAX_GAP_HEIGHTS * Math.max(height, own);
}

/** Shared height of two digits across the line, as a part of the smaller one's. @param {Place} a @param {Place} b */
function sharedHeight(a, b) {
  const halfA = a.box[3] / 2, halfB = b.box[3] / 2;
  return (Math.min(a.y + halfA, b.y + halfB) - Math.max(a.y - halfA, b.y - halfB)) / (2 * Math.min(halfA, halfB));
}

/** @param {Place} a @param {Place} b */
function step(a, b) {
  return Math.abs(b.x - a.x) + 2 * Math.abs(b.y - a.y);
}

/** Rows whose heights overlap stand side by side and go from left to right. @param {Place[][]} rows */
function topToBottom(rows) {
  const level = (/** @type {Place[]} */ row) => median(row.map(({ y }) => y));
  let rest = [...rows].sort((one, other) => level(one) - level(other));
  /** @type {Place[][]} */ const ordered = [];
  while (rest.length) {
    const first = level(rest[0]), reach = median(rest[0].map(({ box }) => box[3])) / 2;
    const beside = rest.filter((row) => Math.abs(level(row) - first) <= reach);
    ordered.push(...[...beside].sort((one, other) => one[0].x - other[0].x));
    rest = rest.filter((row) => !beside.includes(row));
  }
  return ordered;
}
