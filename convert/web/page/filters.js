// Filters of grey pictures, as OpenCV has them.
// @ts-check
import { blank, roundEven, toByte, transposed, valueAt } from "./grey.js";

/** @typedef {import("./grey.js").Grey} Grey */

/**
 * The lightest of a rectangle around each pixel.
 * @param {Grey} grey
 * @param {number} width of the rectangle
 * @param {number} height of the rectangle
 */
export const dilate = (grey, width, height) => rectangle(grey, width, height, true);

/**
 * The darkest of a rectangle around each pixel.
 * @param {Grey} grey
 * @param {number} width of the rectangle
 * @param {number} height of the rectangle
 */
export const erode = (grey, width, height) => rectangle(grey, width, height, false);

/** @param {Grey} grey @param {number} width @param {number} height */
export const close = (grey, width, height) => erode(dilate(grey, width, height), width, height);

/** @param {Grey} grey @param {number} width @param {number} height */
export const open = (grey, width, height) => dilate(erode(grey, width, height), width, height);

/**
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @param {boolean} lightest
 * @returns {Grey}
 */
function rectangle(grey, width, height, lightest) {
  const rows = width > 1 ? alongRows(grey, width, lightest) : grey;
  if (height === 1) return rows === grey ? { ...grey, data: grey.data.slice() } : rows;
  if (height <= 3) return downColumns(rows, height, lightest);
  return transposed(alongRows(transposed(rows), height, lightest));
}

/**
 * By blocks of the window's length (van Herk 1992): three comparisons a pixel, however long it is.
 * @param {Grey} grey
 * @param {number} length
 * @param {boolean} lightest
 */
function alongRows(grey, length, lightest) {
  const { width, height } = grey, out = blank(width, height), before = length >> 1, after = length - 1 - before;
  const rest = lightest ? 0 : 255, padded = width + length - 1 + length;
  const row = new Uint8Array(padded), first = new Uint8Array(padded), last = new Uint8Array(padded);
  for (let y = 0; y < height; y++) {
    row.fill(rest);
    row.set(grey.data.subarray(y * width, (y + 1) * width), before);
    for (let at = 0; at < padded; at++) {
      const value = row[at];
      first[at] = at % length === 0 ? value : pick(first[at - 1], value, lightest);
    }
    for (let at = padded - 1; at >= 0; at--) {
      const value = row[at];
      last[at] = at % length === length - 1 || at === padded - 1 ? value : pick(last[at + 1], value, lightest);
    }
    for (let x = 0, at = y * width; x < width; x++, at++) out.data[at] = pick(last[x], first[x + before + after], lightest);
  }
  return out;
}

/** @param {number} one @param {number} other @param {boolean} lightest */
function pick(one, other, lightest) {
  return lightest === one > other ? one : other;
}

/**
 * @param {Grey} grey
 * @param {number} height 2 or 3
 * @param {boolean} lightest
 */
function downColumns(grey, height, lightest) {
  const { width } = grey, out = blank(width, grey.height);
  for (let y = 0; y < grey.height; y++) {
    const at = y * width, above = y > 0 ? at - width : at, below = height > 2 && y + 1 < grey.height ? at + width : at;
    for (let x = 0; x < width; x++) {
      out.data[at + x] = pick(pick(grey.data[above + x], grey.data[at + x], lightest), grey.data[below + x], lightest);
    }
  }
  return out;
}

/**
 * The mean of 5x5, the picture mirrored beyond its rim.
 * @param {Grey} grey
 */
export function blur5({ data, width, height }) {
  const out = blank(width, height), mirrored = mirror;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let down = -2; down <= 2; down++) {
        const row = mirrored(y + down, height) * width;
        for (let right = -2; right <= 2; right++) sum += data[row + mirrored(x + right, width)];
      }
      out.data[y * width + x] = roundEven(sum / 25);
    }
  }
  return out;
}

/** @param {number} at @param {number} length */
function mirror(at, length) {
  if (length === 1) return 0;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * length - 2 - at;
  return at;
}

/**
 * The median of a square around each pixel, the rim's pixels repeated beyond it.
 * @param {Grey} grey
 * @param {number} side odd
 */
export function medianBlur({ data, width, height }, side) {
  const out = blank(width, height), half = side >> 1, middle = (side * side - 1) / 2;
  /** @param {number} at @param {number} length */
  const held = (at, length) => Math.min(length - 1, Math.max(0, at));
  for (let y = 0; y < height; y++) {
    const counts = new Int32Array(256), rows = Array.from({ length: side }, (_, row) => held(y + row - half, height) * width);
    /** @param {number} x @param {number} by */
    const count = (x, by) => { for (const row of rows) counts[data[row + held(x, width)]] += by; };
    for (let x = -half; x < half; x++) count(x, 1);
    for (let x = 0; x < width; x++) {
      count(x + half, 1);
      out.data[y * width + x] = valueAt(counts, middle);
      count(x - half, -1);
    }
  }
  return out;
}

/**
 * Otsu's threshold: where the two modes of a histogram are told apart best.
 * @param {ArrayLike<number>} counts of each grey
 */
export function otsu(counts) {
  let total = 0, all = 0;
  for (let value = 0; value < 256; value++) { total += counts[value]; all += value * counts[value]; }
  let below = 0, sumBelow = 0, best = 0, threshold = 0;
  for (let value = 0; value < 256; value++) {
    below += counts[value];
    sumBelow += value * counts[value];
    if (below === 0 || below === total) continue;
    const apart = sumBelow / below - (all - sumBelow) / (total - below);
    const between = (below / total) * (1 - below / total) * apart * apart;
    if (between > best) { best = between; threshold = value; }
  }
  return threshold;
}

/**
 * @param {Grey} one
 * @param {Grey} other
 * @param {(one: number, other: number) => number} combine
 * @returns {Grey} rounded and held in 0 to 255
 */
export function combined(one, other, combine) {
  const out = blank(one.width, one.height);
  for (let at = 0; at < out.data.length; at++) out.data[at] = toByte(combine(one.data[at], other.data[at]));
  return out;
}

/**
 * The lighter of two pictures at each place.
 * @param {Grey} one
 * @param {Grey} other
 */
export function lightest(one, other) {
  const out = blank(one.width, one.height);
  for (let at = 0; at < out.data.length; at++) out.data[at] = Math.max(one.data[at], other.data[at]);
  return out;
}
