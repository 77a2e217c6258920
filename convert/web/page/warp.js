// Pictures turned and sheared, as OpenCV does it on bytes.
// @ts-check
import { blank } from "./grey.js";

/** @typedef {import("./grey.js").Grey} Grey */
/** @typedef {[number, number, number, number, number, number]} Affine two rows of three: x and y of the target, and 1, to x and y */

/**
 * warpAffine with WARP_INVERSE_MAP: each pixel from between four of the source, places to 1/32; outside is 0.
 * @param {Grey} grey
 * @param {Affine} toSource
 * @param {number} width
 * @param {number} height
 * @returns {Grey}
 */
export function warped(grey, toSource, width, height) {
  const out = blank(width, height), [xx, xy, x0, yx, yy, y0] = toSource;
  /** @param {number} x @param {number} y */
  const at = (x, y) => (x >= 0 && y >= 0 && x < grey.width && y < grey.height ? grey.data[y * grey.width + x] : 0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const across = Math.round((xx * x + xy * y + x0) * 32), down = Math.round((yx * x + yy * y + y0) * 32);
      const left = across >> 5, top = down >> 5, right = across & 31, below = down & 31;
      if (left < -1 || top < -1 || left >= grey.width || top >= grey.height) continue;
      const upper = at(left, top) * (32 - right) + at(left + 1, top) * right;
      const lower = at(left, top + 1) * (32 - right) + at(left + 1, top + 1) * right;
      out.data[y * width + x] = (upper * (32 - below) + lower * below + 512) >> 10;
    }
  }
  return out;
}

/**
 * @param {Affine} matrix
 * @returns {Affine} the way back
 */
export function inverse([xx, xy, x0, yx, yy, y0]) {
  const size = xx * yy - xy * yx;
  return [yy / size, -xy / size, (xy * y0 - yy * x0) / size, -yx / size, xx / size, (yx * x0 - xx * y0) / size];
}
