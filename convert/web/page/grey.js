// Grey pictures, one byte a pixel, and what reading does to them; each function gives what OpenCV's of that name does.
// @ts-check

/** @typedef {{ data: Uint8Array, width: number, height: number }} Grey */

/**
 * @param {number} width
 * @param {number} height
 * @returns {Grey} all 0
 */
export function blank(width, height) {
  return { data: new Uint8Array(width * height), width, height };
}

/**
 * To the nearest whole number, the even one of two equally near: as Python and OpenCV round.
 * @param {number} value
 */
export function roundEven(value) {
  const down = Math.floor(value), rest = value - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

/** @param {number} value */
export function toByte(value) {
  const rounded = roundEven(value);
  return rounded < 0 ? 0 : rounded > 255 ? 255 : rounded;
}

/**
 * @param {Grey} grey
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @returns {Grey} the part that lies in both, as a copy
 */
export function crop(grey, x, y, width, height) {
  const left = Math.min(grey.width, Math.max(0, x)), top = Math.min(grey.height, Math.max(0, y));
  const right = Math.max(left, Math.min(grey.width, x + width)), bottom = Math.max(top, Math.min(grey.height, y + height));
  const part = blank(right - left, bottom - top);
  for (let row = top; row < bottom; row++) {
    part.data.set(grey.data.subarray(row * grey.width + left, row * grey.width + right), (row - top) * part.width);
  }
  return part;
}

/**
 * @param {Grey} grey
 * @param {number} gain
 * @returns {Grey} each grey times that, at most 255, in single precision
 */
export function scaled(grey, gain) {
  const single = Math.fround(gain), table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) table[value] = toByte(Math.fround(value * single));
  return mapped(grey, table);
}

/**
 * @param {Grey} grey
 * @param {Uint8Array} table
 * @returns {Grey}
 */
export function mapped(grey, table) {
  const data = new Uint8Array(grey.data.length);
  for (let at = 0; at < data.length; at++) data[at] = table[grey.data[at]];
  return { data, width: grey.width, height: grey.height };
}

/**
 * @param {Grey} grey
 * @returns {Grey}
 */
export function inverted(grey) {
  return mapped(grey, Uint8Array.from({ length: 256 }, (_, value) => 255 - value));
}

/**
 * @param {Grey} grey
 * @returns {Grey} columns for rows
 */
export function transposed(grey) {
  const { width, height, data } = grey, out = blank(height, width);
  // In blocks: a column's next pixel lies in another line of the cache.
  for (let top = 0; top < height; top += 32) {
    for (let left = 0; left < width; left += 32) {
      const bottom = Math.min(height, top + 32), right = Math.min(width, left + 32);
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) out.data[x * height + y] = data[y * width + x];
      }
    }
  }
  return out;
}

/**
 * The smallest box around all that is not 0.
 * @param {Grey} grey
 * @returns {{ x: number, y: number, width: number, height: number } | null} null if all is 0
 */
export function boundingRect({ data, width, height }) {
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (data[at] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * @param {Grey} grey
 * @param {number} percent
 * @returns {number} as NumPy, between the two nearest ranks
 */
export function percentile(grey, percent) {
  const counts = histogram(grey), rank = (percent / 100) * (grey.data.length - 1), low = Math.floor(rank);
  return valueAt(counts, low) * (1 - (rank - low)) + valueAt(counts, Math.ceil(rank)) * (rank - low);
}

/** @param {Grey} grey */
export function histogram({ data }) {
  const counts = new Uint32Array(256);
  for (let at = 0; at < data.length; at++) counts[data[at]]++;
  return counts;
}

/**
 * @param {ArrayLike<number>} counts of each grey
 * @param {number} rank from 0
 */
export function valueAt(counts, rank) {
  let value = 0;
  for (let seen = counts[0]; seen <= rank; seen += counts[value]) value++;
  return value;
}

/**
 * The middle one, or the mean of both in the middle.
 * @param {ArrayLike<number>} values at least one
 */
export function median(values) {
  const sorted = Float64Array.from(values).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
