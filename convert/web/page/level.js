// Pages whose lines run at an angle, turned level to be read. As edge_app/page/level.py.
// @ts-check
import { MAX_WORK_PIXELS } from "./ink.js";
import { inkOnPage, turnedSize, turnUpright } from "./upright.js";
import { inverse, warped } from "./warp.js";

/**
 * @typedef {import("./components.js").Connected} Connected
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./recognition.js").Reading} Reading
 */

export const MIN_LEVEL_DEG = 6.0, MIN_DIGITS = 12.0, MIN_SHARE = 0.6;
const MOST_PIXELS = 2.2 * MAX_WORK_PIXELS, MAX_SIDE_PX = 32000, LONG = 0.3, MIN_TILT_PX = 8, MOST_TILTED = 2;

/** Whether the page is not much larger after it. @param {InkMap} page @param {number} slantDeg */
export function mayBeTurned({ ink }, slantDeg) {
  const [width, height] = turnedSize(ink.width, ink.height, slantDeg);
  return width * height <= MOST_PIXELS && Math.max(width, height) <= MAX_SIDE_PX;
}

/**
 * Whether a turn made long tilted pieces of rulings: then the page was level, and its numbers alone are not.
 * @param {Connected} before
 * @param {Connected} after
 */
export function tiltsRulings(before, after) {
  return longPieces(after) > longPieces(before) + MOST_TILTED;
}

/** How many pieces of ink are long, and neither flat nor narrow. @param {Connected} connected */
function longPieces({ stats, width, height }) {
  const least = LONG * Math.max(width, height);
  return stats.slice(1).filter((each) => Math.max(each.width, each.height) >= least && Math.min(each.width, each.height) > MIN_TILT_PX).length;
}

/** The ink of a page turned so that lines of that slant run level. @param {InkMap} page @param {number} slantDeg @returns {InkMap} */
export function turnedLevel(page, slantDeg) {
  const { ink, matrix } = turnUpright(page.ink, slantDeg);
  if (matrix === null) return page;
  return { ...page, ink, threshold: warped(page.threshold, inverse(matrix), ink.width, ink.height), matrix };
}

/**
 * Readings of ink that was turned level, their boxes where it was before.
 * @param {Reading[]} readings
 * @param {InkMap} level
 * @param {Connected} connected its ink
 */
export function turnedBack(readings, level, connected) {
  const { matrix } = level;
  if (matrix === null) return readings;
  // Without rulings, which would widen the boxes that they touch.
  const { labels, width, height } = connected;
  const mask = { data: Uint8Array.from(labels, (label) => (label > 0 ? 255 : 0)), width, height };
  return readings.map((reading) => ({ ...reading, box: inkOnPage(reading.box, mask, matrix) }));
}
