// A line's ink as the sequence reader takes it: straight, its digits 20 pixels high, in the middle of 32.
// As edge_app/page/strip.py.
// @ts-check
import { crop, percentile, roundEven, scaled } from "./grey.js";
import { resizeArea } from "./resize.js";
import { inverse, warped } from "./warp.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./warp.js").Affine} Affine
 * @typedef {{ x: number, y: number, angle: number, length: number, height: number }} Baseline
 *   the line's left end at half the digits' height, clockwise, in radians and pixels of the ink map
 * @typedef {{ ink: Grey, toPage: Affine }} Strip from its pixels to those of the ink map
 */

export const STRIP_PX = 32, DIGIT_PX = 20, COLUMN_PX = 4, BLANK = 10;
const DARKEST_PERCENTILE = 98, DARKEST = 235, MAX_GAIN = 4, MOVED_PX = 1.5, POWERS = [0.6, 1.6];

/**
 * Where a box of the ink map lies on the strip: its middle along and across, and half its width.
 * @param {Strip} strip
 * @param {Box} box
 */
export function placeOn({ toPage }, [left, top, width, height]) {
  const [xx, xy, x0, yx, yy, y0] = inverse(toPage), x = left + width / 2, y = top + height / 2;
  return { x: xx * x + xy * y + x0, y: yx * x + yy * y + y0, half: width / 2 / Math.hypot(toPage[0], toPage[3]) };
}

/** Cuts a line out of an ink map; what lies outside of the map is paper. @param {Grey} ink @param {Baseline} line @returns {Strip} */
export function cutStrip(ink, line) {
  const scale = DIGIT_PX / Math.max(line.height, 1), width = Math.max(1, roundEven(line.length * scale));
  const cos = Math.cos(line.angle) / scale, sin = Math.sin(line.angle) / scale;
  // The corner lies half of the strip above the line's middle; pixels are counted from their middles.
  const [right, down] = [0.5, 0.5 - STRIP_PX / 2];
  /** @type {Affine} */ const toPage = [cos, -sin, line.x + cos * right - sin * down - 0.5, sin, cos, line.y + sin * right + cos * down - 0.5];
  const strip = scale < 1 ? reduced(ink, toPage, width) : warped(ink, toPage, width, STRIP_PX);
  const gain = Math.min(MAX_GAIN, DARKEST / Math.max(1, percentile(strip, DARKEST_PERCENTILE)));
  return { ink: scaled(strip, gain), toPage };
}

/** A strip a little higher, a little lower, darker and paler: to be read with it as one. @param {Grey} strip */
export function variants(strip) {
  const moved = [MOVED_PX, -MOVED_PX].map((down) => warped(strip, [1, 0, 0, 0, 1, down], strip.width, strip.height));
  return [...moved, ...POWERS.map((power) => ({ ...strip, data: strip.data.map((value) => Math.round(255 * (value / 255) ** power)) }))];
}

/** Reduced first, by areas: interpolation between pixels would step over thin strokes. @param {Grey} ink @param {Affine} toPage @param {number} width */
function reduced(ink, toPage, width) {
  const [xx, xy, x0, yx, yy, y0] = toPage, corners = [[-1, -1], [width, -1], [-1, STRIP_PX], [width, STRIP_PX]];
  const xs = corners.map(([x, y]) => xx * x + xy * y + x0), ys = corners.map(([x, y]) => yx * x + yy * y + y0);
  const left = Math.max(0, Math.floor(Math.min(...xs))), top = Math.max(0, Math.floor(Math.min(...ys)));
  const part = crop(ink, left, top, Math.ceil(Math.max(...xs)) + 1 - left, Math.ceil(Math.max(...ys)) + 1 - top);
  if (part.width === 0 || part.height === 0) return warped({ data: new Uint8Array(1), width: 1, height: 1 }, toPage, width, STRIP_PX);
  const shrink = Math.hypot(xx, yx);
  const small = resizeArea(part, Math.max(1, roundEven(part.width / shrink)), Math.max(1, roundEven(part.height / shrink)));
  const across = part.width / small.width, down = part.height / small.height;
  /** @type {Affine} */ const toSmall = [
    xx / across, xy / across, (x0 - left + 0.5) / across - 0.5, yx / down, yy / down, (y0 - top + 0.5) / down - 0.5,
  ];
  return warped(small, toSmall, width, STRIP_PX);
}
