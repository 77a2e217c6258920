// Pictures made larger and smaller, as OpenCV does it on bytes.
// @ts-check
import { blank, roundEven, toByte } from "./grey.js";

/** @typedef {import("./grey.js").Grey} Grey */

/**
 * INTER_AREA.
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @returns {Grey}
 */
export function resizeArea(grey, width, height) {
  if (width === grey.width && height === grey.height) return grey;
  if (grey.width < width || grey.height < height) return linear(grey, width, height, enlargedPlaces);
  const across = grey.width / width, down = grey.height / height;
  if (Number.isInteger(across) && Number.isInteger(down)) return meanOfBlocks(grey, across, down);
  return meanOfAreas(grey, width, height);
}

/**
 * INTER_LINEAR.
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @returns {Grey}
 */
export function resizeLinear(grey, width, height) {
  return width === grey.width && height === grey.height ? grey : linear(grey, width, height, middles);
}

/**
 * INTER_NEAREST.
 * @template {Uint8Array | Int32Array} T
 * @param {{ data: T, width: number, height: number }} picture
 * @param {number} width
 * @param {number} height
 * @returns {{ data: T, width: number, height: number }}
 */
export function resizeNearest(picture, width, height) {
  const { data } = picture, kind = /** @type {new (length: number) => T} */ (data.constructor);
  const out = new kind(width * height), columns = new Int32Array(width);
  for (let x = 0; x < width; x++) columns[x] = Math.min(picture.width - 1, Math.floor((x * picture.width) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.min(picture.height - 1, Math.floor((y * picture.height) / height)) * picture.width;
    for (let x = 0; x < width; x++) out[y * width + x] = data[row + columns[x]];
  }
  return { data: out, width, height };
}

/**
 * @param {Grey} grey
 * @param {number} across
 * @param {number} down
 */
function meanOfBlocks(grey, across, down) {
  const out = blank(grey.width / across, grey.height / down), area = across * down, part = Math.fround(1 / area);
  const sums = new Uint32Array(out.width);
  for (let y = 0; y < out.height; y++) {
    sums.fill(0);
    for (let row = y * down; row < (y + 1) * down; row++) {
      for (let x = 0, at = row * grey.width; x < out.width; x++) {
        let sum = 0;
        for (let step = 0; step < across; step++) sum += grey.data[at++];
        sums[x] += sum;
      }
    }
    for (let x = 0; x < out.width; x++) {
      // Halves have code of their own in OpenCV, which rounds up.
      out.data[y * out.width + x] = across === 2 && down === 2 ? (sums[x] + 2) >> 2 : toByte(Math.fround(sums[x] * part));
    }
  }
  return out;
}

/**
 * Which pixels each one of the smaller picture covers, and how much of each, as a part of them all.
 * @param {number} from
 * @param {number} to
 */
function areas(from, to) {
  const scale = from / to, places = [];
  for (let at = 0; at < to; at++) {
    const start = at * scale, end = start + scale, whole = Math.min(scale, from - start);
    const last = Math.min(Math.floor(end), from - 1), first = Math.min(Math.ceil(start), last);
    const parts = [];
    if (first - start > 1e-3) parts.push({ pixel: first - 1, part: Math.fround((first - start) / whole) });
    for (let pixel = first; pixel < last; pixel++) parts.push({ pixel, part: Math.fround(1 / whole) });
    if (end - last > 1e-3) parts.push({ pixel: last, part: Math.fround(Math.min(Math.min(end - last, 1), whole) / whole) });
    places.push(parts);
  }
  return places;
}

/**
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 */
function meanOfAreas(grey, width, height) {
  const out = blank(width, height), sums = new Float32Array(width), row = new Float32Array(width);
  // Flat, so that the loop over all pixels touches nothing but arrays of numbers.
  const columns = areas(grey.width, width), starts = new Int32Array(width + 1);
  const pixels = Int32Array.from(columns.flatMap((parts) => parts.map(({ pixel }) => pixel)));
  const weights = Float32Array.from(columns.flatMap((parts) => parts.map(({ part }) => part)));
  columns.forEach((parts, x) => { starts[x + 1] = starts[x] + parts.length; });
  areas(grey.height, height).forEach((parts, y) => {
    sums.fill(0);
    for (const { pixel, part } of parts) {
      const base = pixel * grey.width;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let at = starts[x]; at < starts[x + 1]; at++) {
          sum = Math.fround(sum + Math.fround(grey.data[base + pixels[at]] * weights[at]));
        }
        row[x] = sum;
      }
      for (let x = 0; x < width; x++) sums[x] += Math.fround(part * row[x]);
    }
    for (let x = 0; x < width; x++) out.data[y * width + x] = toByte(sums[x]);
  });
  return out;
}

/**
 * The pixel before each place and how far beyond it the place is, in [0, 1).
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]}
 */
function middles(from, to) {
  return Array.from({ length: to }, (_, at) => {
    const place = Math.fround(((at + 0.5) * from) / to - 0.5), pixel = Math.floor(place);
    return pixel < 0 ? [0, 0] : pixel >= from - 1 ? [from - 1, 0] : [pixel, place - pixel];
  });
}

/**
 * The same where INTER_AREA enlarges.
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]}
 */
function enlargedPlaces(from, to) {
  const scale = from / to;
  return Array.from({ length: to }, (_, at) => {
    const pixel = Math.floor(at * scale), beyond = at + 1 - (pixel + 1) / scale;
    return pixel >= from - 1 ? [from - 1, 0] : [pixel, beyond <= 0 ? 0 : beyond - Math.floor(beyond)];
  });
}

/**
 * Between the four nearest pixels, in OpenCV's whole numbers of 1/2048.
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @param {(from: number, to: number) => [number, number][]} placed
 */
function linear(grey, width, height, placed) {
  const out = blank(width, height), { data } = out, columns = placed(grey.width, width), bottom = grey.height - 1;
  const lefts = Int32Array.from(columns, ([pixel]) => pixel);
  const rights = Int32Array.from(columns, ([pixel]) => Math.min(pixel + 1, grey.width - 1));
  const second = Int32Array.from(columns, ([, beyond]) => roundEven(beyond * 2048));
  // Enlarged, many rows lie between the same two.
  let upper = new Int32Array(width), lower = new Int32Array(width), held = -2;
  for (const [y, [pixel, beyond]] of placed(grey.height, height).entries()) {
    if (pixel === held + 1) {
      [upper, lower] = [lower, upper];
      across(lower, grey, Math.min(pixel + 1, bottom), lefts, rights, second);
    } else if (pixel !== held) {
      across(upper, grey, pixel, lefts, rights, second);
      across(lower, grey, Math.min(pixel + 1, bottom), lefts, rights, second);
    }
    held = pixel;
    between(data, y * width, upper, lower, roundEven(beyond * 2048));
  }
  return out;
}

/**
 * A row of the picture between its columns, times 2048.
 * @param {Int32Array} row
 * @param {Grey} grey
 * @param {number} y
 * @param {Int32Array} lefts
 * @param {Int32Array} rights
 * @param {Int32Array} second how much of the right one, of 2048
 */
function across(row, { data, width }, y, lefts, rights, second) {
  for (let x = 0, base = y * width; x < row.length; x++) {
    row[x] = Math.imul(data[base + lefts[x]], 2048 - second[x]) + Math.imul(data[base + rights[x]], second[x]);
  }
}

/**
 * @param {Uint8Array} data
 * @param {number} start where the row begins
 * @param {Int32Array} upper
 * @param {Int32Array} lower
 * @param {number} below how much of the lower one, of 2048
 */
function between(data, start, upper, lower, below) {
  const above = 2048 - below;
  for (let x = 0; x < upper.length; x++) {
    data[start + x] = ((Math.imul(above, upper[x] >> 4) >> 16) + (Math.imul(below, lower[x] >> 4) >> 16) + 2) >> 2;
  }
}
