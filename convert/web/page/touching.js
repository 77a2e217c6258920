// Touching digits: places where joined ink may be cut, and the best way through them.
// As edge_app/page/touching.py, which says what each number is for.
// @ts-check
import { resizeArea, resizeNearest } from "./resize.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {{ first: number, last: number }} Span pieces from first to last, taken as one digit
 */

const PATH_HEIGHT_PX = 24, MAX_CUTS = 9, CUTS_PER_HEIGHT = 3.0, MAX_CUT_INK = 0.35, INSIDE_COST = 0.25;
const DRIFT_COST = Math.fround(0.2), MIN_PIECE_WIDTH = 0.12, MAX_PIECES_A_DIGIT = 4, MAX_DIGIT_WIDTH = 1.8;
const MAX_LEANING_WIDTH = 2.4, DIGIT_COST = 0.1, JUNK_PROBABILITY = 0.12;

/**
 * Cuts ink between its digits; a cut too many does no harm, one too few does.
 * @param {Grey} ink upright
 * @returns {Int32Array} the number of the piece each pixel belongs to, from 0 on the left
 */
export function cutPieces(ink) {
  const width = Math.max(3, Math.round(ink.width * (PATH_HEIGHT_PX / ink.height)));
  const small = Float32Array.from(resizeArea(ink, width, PATH_HEIGHT_PX).data, (value) => value / 255);
  const costs = leastInkPaths(withInsides(small, width), width), bottom = costs.subarray((PATH_HEIGHT_PX - 1) * width);
  const found = goodEnds(bottom).map((end) => ({ path: trace(costs, width, end), cost: bottom[end] }));
  const most = Math.min(MAX_CUTS, Math.ceil((CUTS_PER_HEIGHT * ink.width) / ink.height));
  const pieces = new Int32Array(small.length);
  for (const path of apart(found, most)) {
    path.forEach((column, y) => { for (let x = column + 1; x < width; x++) pieces[y * width + x]++; });
  }
  return resizeNearest({ data: pieces, width, height: PATH_HEIGHT_PX }, ink.width, ink.height).data;
}

/**
 * All runs of pieces that may be one digit.
 * @param {[number, number][]} ends left and right end of each piece, in pixels
 * @param {number} height of all the ink
 * @returns {Span[]}
 */
export function spans(ends, height) {
  /** @type {Span[]} */ const found = [];
  for (let first = 0; first < ends.length; first++) {
    for (let last = first; last < Math.min(first + MAX_PIECES_A_DIGIT, ends.length); last++) {
      const width = Math.max(...ends.slice(first, last + 1).map(([, right]) => right)) - ends[first][0];
      if (last > first && width > MAX_DIGIT_WIDTH * height) break;
      found.push({ first, last });
    }
  }
  const last = ends.length - 1, has = found.some((span) => span.first === 0 && span.last === last);
  const width = Math.max(...ends.map(([, right]) => right)) - ends[0][0];
  if (!has && width <= MAX_LEANING_WIDTH * height) found.push({ first: 0, last });
  return found;
}

/**
 * The digits that explain the ink best.
 * @param {number[]} weights part of the ink in each piece
 * @param {Span[]} tried
 * @param {number[]} probabilities that each of these is a digit
 * @returns {{ chosen: number[], score: number }} indices from left to right, and the mean log probability of the ink
 */
export function bestPath(weights, tried, probabilities) {
  /** @type {{ chosen: number[], score: number }[]} */ const best = [{ chosen: [], score: 0 }];
  for (let end = 1; end <= weights.length; end++) {
    let choice = { chosen: best[end - 1].chosen, score: best[end - 1].score + weights[end - 1] * Math.log(JUNK_PROBABILITY) };
    tried.forEach(({ first, last }, index) => {
      if (last !== end - 1) return;
      const ink = weights.slice(first, end).reduce((sum, weight) => sum + weight, 0);
      const score = best[first].score + ink * Math.log(Math.max(probabilities[index], 1e-6)) - DIGIT_COST;
      if (score > choice.score) choice = { chosen: [...best[first].chosen, index], score };
    });
    best.push(choice);
  }
  return best[weights.length];
}

/**
 * Paper between strokes costs as much as some ink, so that a cut goes between digits and not through a loop.
 * @param {Float32Array} small
 * @param {number} width
 */
function withInsides(small, width) {
  const costs = small.slice();
  for (let x = 0; x < width; x++) {
    let first = x, last = small.length - width + x;
    while (first < small.length && small[first] <= 0.5) first += width;
    while (last >= 0 && small[last] <= 0.5) last -= width;
    for (let at = first; at <= last; at += width) costs[at] = Math.max(costs[at], INSIDE_COST);
  }
  return costs;
}

/**
 * Ink on the best path from the top down to each pixel.
 * @param {Float32Array} small
 * @param {number} width
 */
function leastInkPaths(small, width) {
  const costs = small.slice();
  for (let at = width; at < costs.length; at++) {
    const x = at % width, above = at - width;
    let least = costs[above];
    if (x > 0) least = Math.min(least, Math.fround(costs[above - 1] + DRIFT_COST));
    if (x < width - 1) least = Math.min(least, Math.fround(costs[above + 1] + DRIFT_COST));
    costs[at] = least + small[at];
  }
  return costs;
}

/** Middles of the valleys of the cost along the bottom. @param {Float32Array} cost */
function goodEnds(cost) {
  const ends = [];
  for (let column = 1, start = 0; column <= cost.length; column++) {
    if (column < cost.length && Math.abs(cost[column] - cost[start]) < 1e-3) continue;
    const before = start ? cost[start - 1] : -1, after = column < cost.length ? cost[column] : -1;
    if (before > cost[start] && cost[start] < after && cost[start] <= MAX_CUT_INK * PATH_HEIGHT_PX) ends.push((start + column - 1) >> 1);
    start = column;
  }
  return ends;
}

/**
 * The best path to a pixel of the bottom row: its column in each row.
 * @param {Float32Array} costs
 * @param {number} width
 * @param {number} end
 */
function trace(costs, width, end) {
  const path = [end];
  for (let row = PATH_HEIGHT_PX - 2, here = end; row >= 0; row--) {
    const base = row * width, at = here;
    let best = costs[base + at];
    if (at > 0 && costs[base + at - 1] + 0.2 < best) { best = costs[base + at - 1] + 0.2; here = at - 1; }
    if (at < width - 1 && costs[base + at + 1] + 0.2 < best) here = at + 1;
    path.push(here);
  }
  return path.reverse();
}

/**
 * The cheapest paths that keep their distance, from left to right.
 * @param {{ path: number[], cost: number }[]} found
 * @param {number} most
 */
function apart(found, most) {
  /** @type {number[][]} */ const kept = [];
  for (const { path } of [...found].sort((one, other) => one.cost - other.cost)) {
    const far = kept.every((other) => meanOf(path.map((x, row) => Math.abs(x - other[row]))) >= MIN_PIECE_WIDTH * PATH_HEIGHT_PX);
    if (far && kept.length < most) kept.push(path);
  }
  return kept.sort((one, other) => meanOf(one) - meanOf(other));
}

/** @param {number[]} values */
function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
