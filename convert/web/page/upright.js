// Turning ink upright, and what was found in it back onto the page. As edge_app/page/upright.py.
// @ts-check
import { roundEven } from "./grey.js";
import { inverse, warped } from "./warp.js";

/** @typedef {import("./grey.js").Grey} Grey */
/** @typedef {import("./boxes.js").Box} Box */
/** @typedef {import("./warp.js").Affine} Affine */

const MIN_TURN_DEG = 4.0;

/**
 * Turns ink so that its line runs level.
 * @param {Grey} ink
 * @param {number} slantDeg positive when the line runs downhill
 * @returns {{ ink: Grey, matrix: Affine | null }} and how it was turned, null if it stayed as it is
 */
export function turnUpright(ink, slantDeg) {
  if (Math.abs(slantDeg) < MIN_TURN_DEG) return { ink, matrix: null };
  const angle = (slantDeg * Math.PI) / 180, cos = Math.cos(angle), sin = Math.sin(angle);
  const [width, height] = turnedSize(ink.width, ink.height, slantDeg);
  const x = (ink.width - 1) / 2, y = (ink.height - 1) / 2;
  /** @type {Affine} */ const matrix = [
    cos, sin, (1 - cos) * x - sin * y + (width - ink.width) / 2,
    -sin, cos, sin * x + (1 - cos) * y + (height - ink.height) / 2,
  ];
  return { ink: warped(ink, inverse(matrix), width, height), matrix };
}

/** Width and height of a picture that holds one turned by an angle. @param {number} width @param {number} height @param {number} slantDeg */
export function turnedSize(width, height, slantDeg) {
  const angle = (slantDeg * Math.PI) / 180, cos = Math.abs(Math.cos(angle)), sin = Math.abs(Math.sin(angle));
  return [Math.ceil(width * cos + height * sin) + 2, Math.ceil(width * sin + height * cos) + 2];
}

/**
 * Box of the chosen pixels of a turned crop, on the page its untouched crop lies at.
 * @param {number} width of the turned crop
 * @param {number} height
 * @param {(at: number) => boolean} chosen at least one of them
 * @param {Affine | null} matrix
 * @param {number} left
 * @param {number} top
 * @returns {Box}
 */
export function boxOnPage(width, height, chosen, matrix, left, top) {
  const [xx, xy, x0, yx, yy, y0] = matrix === null ? [1, 0, 0, 0, 1, 0] : inverse(matrix);
  let [low, high, first, last] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!chosen(y * width + x)) continue;
      const across = xx * x + xy * y + x0, down = yx * x + yy * y + y0;
      low = Math.min(low, across);
      high = Math.max(high, across);
      first = Math.min(first, down);
      last = Math.max(last, down);
    }
  }
  const [x, y] = [Math.floor(low), Math.floor(first)];
  return [x + left, y + top, Math.ceil(high) - x + 1, Math.ceil(last) - y + 1];
}

/**
 * The box, on the page, of the ink in a box of the page turned.
 * @param {Box} box on the turned page
 * @param {Grey} mask the turned page's ink
 * @param {Affine} matrix from the page to the turned one
 * @returns {Box}
 */
export function inkOnPage(box, mask, [xx, xy, x0, yx, yy, y0]) {
  const left = Math.max(0, roundEven(box[0])), top = Math.max(0, roundEven(box[1]));
  const width = Math.min(mask.width, roundEven(box[0] + box[2])) - left, height = Math.min(mask.height, roundEven(box[1] + box[3])) - top;
  const inked = (/** @type {number} */ at) => mask.data[(top + Math.floor(at / width)) * mask.width + left + (at % width)] > 127;
  let some = false;
  for (let at = 0; at < width * height && !some; at++) some = inked(at);
  /** @type {Affine} */ const shifted = [xx, xy, x0 - left, yx, yy, y0 - top];
  if (some) return boxOnPage(width, height, inked, shifted, 0, 0);
  return boxOnPage(Math.max(1, roundEven(box[2])), Math.max(1, roundEven(box[3])), () => true, shifted, 0, 0);
}
