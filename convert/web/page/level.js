// Pages whose lines run at an angle, turned level to be read. As edge_app/page/level.py.
// @ts-check
import { maskOf } from "./ink.js";
import { inkOnPage, turnUpright } from "./upright.js";
import { inverse, warped } from "./warp.js";

/**
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./recognition.js").Reading} Reading
 */

export const MIN_LEVEL_DEG = 6.0;
const MIN_DIGITS = 12.0, MIN_SHARE = 0.6;

/** Whether to turn a page, by the sums of confidences with its ink turned piece by piece, and as it stands. @param {number} asLevel @param {number} asIs */
export function isWorthATurn(asLevel, asIs) {
  return asLevel >= Math.max(MIN_DIGITS, MIN_SHARE * asIs);
}

/** The ink of a page turned so that lines of that slant run level. @param {InkMap} page @param {number} slantDeg @returns {InkMap} */
export function turnedLevel(page, slantDeg) {
  const { ink, matrix } = turnUpright(page.ink, slantDeg);
  if (matrix === null) return page;
  return { ...page, ink, threshold: warped(page.threshold, inverse(matrix), ink.width, ink.height), matrix };
}

/** Readings of ink that was turned level, their boxes where it was before. @param {Reading[]} readings @param {InkMap} level */
export function turnedBack(readings, level) {
  const { matrix } = level;
  if (matrix === null) return readings;
  const mask = maskOf(level);
  return readings.map((reading) => ({ ...reading, box: inkOnPage(reading.box, mask, matrix) }));
}
