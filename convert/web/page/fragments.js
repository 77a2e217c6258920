// Broken strokes: pieces of ink that only together are a digit. As edge_app/page/fragments.py.
// @ts-check
import { blank } from "./grey.js";

/** @typedef {import("./candidates.js").Candidate} Candidate */

const REACH_ACROSS = 0.12, REACH_DOWN = 0.3, MAX_GROWTH = 0.7, MIN_PART = 0.08;

/**
 * Pairs of candidates that may be one broken digit.
 * @param {Candidate[]} candidates
 * @param {boolean[]} unsure of each, whether it does not read well alone
 * @returns {[number, number][]} indices of the larger and the smaller one
 */
export function nearPairs(candidates, unsure) {
  const wanted = candidates.map((_, index) => index).filter((index) => unsure[index]);
  /** @param {Candidate} candidate */
  const size = ({ box }) => Math.max(box[3], box[2] / 2);
  /** @type {[number, number][]} */ const pairs = [];
  for (const one of wanted) {
    const [x, y, width, height] = candidates[one].box, own = size(candidates[one]);
    for (const other of wanted) {
      const [left, top, wide, high] = candidates[other].box;
      if (one === other || size(candidates[other]) > own || Math.max(wide, high) < MIN_PART * own) continue;
      const across = Math.max(x, left) - Math.min(x + width, left + wide), down = Math.max(y, top) - Math.min(y + height, top + high);
      const growth = Math.max(
        Math.max(x + width, left + wide) - Math.min(x, left) - width, Math.max(y + height, top + high) - Math.min(y, top) - height,
      );
      if (across <= REACH_ACROSS * own && down <= REACH_DOWN * own && growth <= MAX_GROWTH * own) pairs.push([one, other]);
    }
  }
  return pairs;
}

/**
 * Both pieces as one candidate.
 * @param {Candidate} larger
 * @param {Candidate} smaller
 * @returns {Candidate}
 */
export function putTogether(larger, smaller) {
  const pieces = [larger, smaller];
  const left = Math.min(...pieces.map(({ box }) => box[0])), top = Math.min(...pieces.map(({ box }) => box[1]));
  const right = Math.max(...pieces.map(({ box }) => box[0] + box[2])), bottom = Math.max(...pieces.map(({ box }) => box[1] + box[3]));
  const ink = blank(right - left, bottom - top);
  for (const { box: [x, y], ink: piece } of pieces) {
    for (let row = 0; row < piece.height; row++) {
      for (let column = 0; column < piece.width; column++) {
        const at = (y - top + row) * ink.width + x - left + column;
        ink.data[at] = Math.max(ink.data[at], piece.data[row * piece.width + column]);
      }
    }
  }
  return { box: [left, top, ink.width, ink.height], ink, encloses: false, fragment: false };
}
