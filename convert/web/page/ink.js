// From a picture to its ink: background removed, dark on light or light on dark found by itself.
// As edge_app/page/ink.py, which says what each number is for.
// @ts-check
import { blank, crop, histogram, inverted, percentile, roundEven, toByte } from "./grey.js";
import { blur5, close, combined, dilate, erode, lightest, medianBlur, open, otsu } from "./filters.js";
import { findRulings } from "./rulings.js";
import { resizeArea, resizeLinear, resizeNearest } from "./resize.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {{ ink: Grey, threshold: Grey, scale: number, inverted: boolean, doubtful: boolean,
 *   matrix: import("./warp.js").Affine | null }} InkMap
 *   how dark, what ink has to exceed, input pixels per pixel, whether it is lighter than its ground, whether that is
 *   uncertain, and how the map was turned level if it was
 */

export const MAX_WORK_PIXELS = 3_000_000;
const STROKE_PER_SIDE = 0.1, MIN_STROKE_PX = 24, STROKE_SMALL_PX = 13, DARK_GUARD = 24, LIGHT_ON_DARK = 1.1;
const NOISE_STEP = 2, NOISE_WINDOW = 15, NOISE_PLACE = 9, NOISE_GAIN = 3.0, MIN_CONTRAST = 14;
const DARKEST_PAPER = 0.3, BRIGHT_PERCENTILE = 90, PAPER_STEP = 0.6;

/**
 * @param {Grey} luma
 * @param {boolean | null} isInverted whether the ink is lighter than what it is on; null to find that out
 * @returns {InkMap}
 */
export function findInk(luma, isInverted = null) {
  const scale = Math.max(1, Math.sqrt(luma.data.length / MAX_WORK_PIXELS));
  let work = shrunk(luma, scale);
  const stroke = Math.max(MIN_STROKE_PX, STROKE_PER_SIDE * Math.sqrt(work.data.length));
  const shrink = Math.max(1, Math.min(roundEven(stroke / STROKE_SMALL_PX), work.width, work.height));
  const whole = crop(work, 0, 0, work.width - (work.width % shrink), work.height - (work.height % shrink));
  let small = shrunk(whole, shrink);
  const lightness = lightOnDark(small), lies = isInverted ?? lightness > LIGHT_ON_DARK;
  if (lies) [work, small] = [inverted(work), inverted(small)];
  const background = backgroundOf(small), ink = relativeDarkness(work, background);
  const threshold = lightest(noiseThreshold(ink, shrink), edgesOfPaper(background, ink));
  const doubtful = LIGHT_ON_DARK / 2 < lightness && lightness < LIGHT_ON_DARK * 2;
  return { ink, threshold, scale, inverted: lies, doubtful, matrix: null };
}

/**
 * @param {InkMap} page
 * @returns {Grey} 255 where there is ink
 */
export function maskOf({ ink, threshold }) {
  const mask = blank(ink.width, ink.height);
  for (let at = 0; at < mask.data.length; at++) mask.data[at] = ink.data[at] > threshold.data[at] ? 255 : 0;
  return mask;
}

/** @param {Grey} small */
function lightOnDark(small) {
  const [closed, opened] = [close(small, 3, 3), open(small, 3, 3)];
  let dark = 0, light = 0;
  for (let at = 0; at < small.data.length; at++) {
    dark += (closed.data[at] - small.data[at]) ** 2;
    light += (small.data[at] - opened.data[at]) ** 2;
  }
  return (Math.sqrt(light) + 1) / (Math.sqrt(dark) + 1);
}

/** @param {Grey} grey @param {number} shrink */
function shrunk(grey, shrink) {
  if (shrink === 1) return grey;
  return resizeArea(grey, Math.max(1, roundEven(grey.width / shrink)), Math.max(1, roundEven(grey.height / shrink)));
}

/** @param {Grey} small */
function backgroundOf(small) {
  const closed = close(small, STROKE_SMALL_PX, STROKE_SMALL_PX);
  return combined(blur5(closed), closed, Math.min);
}

/** What one grey is of another, 255 being as light, by both; made once. */
const RATIOS = (() => {
  const table = new Uint8Array(65536);
  for (let at = 0; at < table.length; at++) {
    const lit = Math.min(255, (at >> 8) + DARK_GUARD), ground = Math.min(255, (at & 255) + DARK_GUARD);
    table[at] = toByte(Math.fround(Math.fround(lit * 255) / ground));
  }
  return table;
})();

/** @param {Grey} work @param {Grey} background */
function relativeDarkness(work, background) {
  const ground = resizeLinear(background, work.width, work.height), ink = blank(work.width, work.height);
  for (let at = 0; at < ink.data.length; at++) ink.data[at] = 255 - RATIOS[(work.data[at] << 8) | ground.data[at]];
  return ink;
}

/** @param {Grey} background @param {Grey} page for its size */
function edgesOfPaper(background, page) {
  const [darker, lighter] = [erode(background, 3, 3), dilate(background, 3, 3)];
  const darkest = DARKEST_PAPER * percentile(background, BRIGHT_PERCENTILE), edges = blank(background.width, background.height);
  for (let at = 0; at < edges.data.length; at++) {
    const steep = RATIOS[(darker.data[at] << 8) | lighter.data[at]] <= 255 * PAPER_STEP;
    edges.data[at] = steep || background.data[at] < darkest ? 255 : 0;
  }
  return resizeNearest(edges, page.width, page.height);
}

/** Between the modes of paper and strokes in a narrow strip's histogram; rulings do not count. @param {Grey} ink */
function valleyOf(ink) {
  const valley = otsu(histogram(ink)), mask = blank(ink.width, ink.height);
  for (let at = 0; at < mask.data.length; at++) mask.data[at] = ink.data[at] > valley ? 255 : 0;
  const ruled = findRulings(mask), beside = dilate(ruled, 3, 3);
  const rest = ink.data.filter((_, at) => beside.data[at] === 0);
  if (rest.length === 0 || ruled.data.every((value) => value === 0)) return valley;
  return Math.min(valley, otsu(histogram({ width: rest.length, height: 1, data: rest })));
}

/** @param {Grey} ink @param {number} shrink */
function noiseThreshold(ink, shrink) {
  const step = shrink * NOISE_STEP, sample = blank(Math.ceil(ink.width / step), Math.ceil(ink.height / step));
  if (Math.min(sample.width, sample.height) < 2 * NOISE_WINDOW) {
    const threshold = blank(ink.width, ink.height);
    threshold.data.fill(Math.min(255, Math.max(MIN_CONTRAST, valleyOf(ink))));
    return threshold;
  }
  for (let y = 0; y < sample.height; y++) {
    for (let x = 0; x < sample.width; x++) sample.data[y * sample.width + x] = ink.data[y * step * ink.width + x * step];
  }
  const level = medianBlur(sample, NOISE_WINDOW);
  const spread = medianBlur(combined(sample, level, (one, other) => Math.abs(one - other)), NOISE_WINDOW);
  const threshold = combined(level, spread, (one, other) => one + other * 1.4826 * NOISE_GAIN + MIN_CONTRAST);
  return resizeLinear(dilate(open(threshold, NOISE_PLACE, NOISE_PLACE), 3, 3), ink.width, ink.height);
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {number} width
 * @param {number} height
 * @returns {Grey} as OpenCV makes grey of colours; what is transparent is on white paper
 */
export function lumaOf(rgba, width, height) {
  const luma = blank(width, height);
  for (let at = 0, from = 0; at < luma.data.length; at++, from += 4) {
    const grey = (rgba[from] * 4899 + rgba[from + 1] * 9617 + rgba[from + 2] * 1868 + 8192) >> 14, opaque = rgba[from + 3];
    luma.data[at] = opaque === 255 ? grey : (grey * opaque + 255 * (255 - opaque)) / 255;
  }
  return luma;
}

