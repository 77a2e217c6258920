// Ruling lines, form boxes and table grids taken out of the ink, without the strokes that cross them.
// As edge_app/page/rulings.py, which says what each number is for.
// @ts-check
import { blank, median, roundEven, transposed } from "./grey.js";
import { close, dilate, open } from "./filters.js";
import { connectedComponents } from "./components.js";

/** @typedef {import("./grey.js").Grey} Grey */

const STRAIGHT_PER_SIDE = 0.016, MIN_STRAIGHT_PX = 20, MIN_LENGTH_SHORTER = 0.3, MIN_LENGTH_LONGER = 0.25;
const MIN_LENGTH_PX = 60, MIN_LENGTH_ALONE = 0.7, MAX_THICKNESS_PER_STRAIGHT = 0.6, MIN_SLENDERNESS = 20;
const MIN_ON_CURVE = 0.75, MIN_COVERED = 0.85, MAX_FILL = 2.0, RIM_PX = 1, COLUMN_STEP = 4;

/**
 * Whether some connected ink is so wide or high, and so thin, that lines may be in it.
 * @param {import("./components.js").Connected} connected
 */
export function hasRulings(connected) {
  const reach = reachOf(connected);
  return connected.stats.slice(1).some(({ width, height, area }) => (
    (width > reach && height > 8) || (height > reach && width > 8 && area < 0.4 * width * height)
  ));
}

/**
 * @param {Grey} mask 255 where there is ink
 * @returns {Grey} without long straight lines along the sides; strokes that cross one stay whole
 */
export function removeRulings(mask) {
  const across = rulings(mask), down = rulings(transposed(mask));
  if (across.data.every((value) => value === 0) && down.data.every((value) => value === 0)) return mask;
  const upright = transposed(down), rest = blank(mask.width, mask.height);
  for (let at = 0; at < rest.data.length; at++) rest.data[at] = mask.data[at] & ~(across.data[at] | upright.data[at]);
  const high = close(rest, 1, thickness(across) + 2 * RIM_PX + 3), wide = close(rest, thickness(down) + 2 * RIM_PX + 3, 1);
  for (let at = 0; at < rest.data.length; at++) {
    const bridged = (high.data[at] & across.data[at]) | (wide.data[at] & upright.data[at]);
    rest.data[at] |= mask.data[at] & bridged;
  }
  return rest;
}

/**
 * @param {Grey} mask 255 where there is ink
 * @returns {Grey} 255 where those lines are, with their rims
 */
export function findRulings(mask) {
  const lines = rulings(mask), upright = transposed(rulings(transposed(mask)));
  for (let at = 0; at < lines.data.length; at++) lines.data[at] |= upright.data[at];
  return lines;
}

/** @param {{ width: number, height: number }} size */
function reachOf({ width, height }) {
  return Math.max(MIN_LENGTH_PX, MIN_LENGTH_SHORTER * Math.min(width, height), MIN_LENGTH_LONGER * Math.max(width, height));
}

/** 255 on level lines and their rims. @param {Grey} mask */
function rulings(mask) {
  const straight = Math.max(MIN_STRAIGHT_PX, roundEven(STRAIGHT_PER_SIDE * Math.max(mask.width, mask.height)));
  const joined = close(open(dilate(mask, 1, 3), straight, 1), straight >> 1, 3);
  const found = connectedComponents(everyColumn(joined)), lines = blank(mask.width, mask.height);
  const most = MAX_FILL * Math.max(6, MAX_THICKNESS_PER_STRAIGHT * straight), lengths = [];
  for (let index = 1; index < found.stats.length; index++) {
    const of = found.stats[index], length = of.width * COLUMN_STEP;
    if (length < reachOf(mask) || of.area * COLUMN_STEP > most * length) continue;
    if (drawLine(lines, mask, joined, found, index)) lengths.push(length);
  }
  if (lengths.length === 1 && lengths[0] < MIN_LENGTH_ALONE * Math.min(mask.width, mask.height)) lines.data.fill(0);
  return dilate(lines, 1, 2 * RIM_PX + 1);
}

/** @param {Grey} grey */
function everyColumn(grey) {
  const out = blank(Math.ceil(grey.width / COLUMN_STEP), grey.height);
  for (let y = 0; y < grey.height; y++) {
    for (let x = 0; x < out.width; x++) out.data[y * out.width + x] = grey.data[y * grey.width + x * COLUMN_STEP];
  }
  return out;
}

/**
 * Draws a component's line; gives whether it is one.
 * @param {Grey} lines
 * @param {Grey} mask
 * @param {Grey} joined
 * @param {import("./components.js").Connected} found on some of the columns
 * @param {number} index
 */
function drawLine(lines, mask, joined, found, index) {
  const of = found.stats[index], left = of.x * COLUMN_STEP, width = Math.min(of.width * COLUMN_STEP, mask.width - left);
  const curve = bandOf(found, index, width);
  if (curve === null) return false;
  /** @type {number[]} */ const places = [];
  let covered = 0;
  for (let x = 0; x < width; x++) {
    const before = places.length;
    for (let row = 0; row < of.height; row++) {
      const at = (of.y + row) * mask.width + left + x;
      if (Math.abs(row - curve.at(x)) <= curve.half && mask.data[at] > 0 && joined.data[at] > 0) places.push(at);
    }
    covered += Number(places.length > before);
  }
  if (covered < MIN_COVERED * width) return false;
  for (const at of places) lines.data[at] = 255;
  return true;
}

/**
 * Where a line runs, by columns of its box, and half its thickness; null if it is no line: rulings follow a gentle
 * curve, strokes in a row climb and fall too much.
 * @param {import("./components.js").Connected} found
 * @param {number} index
 * @param {number} width of all columns
 */
function bandOf(found, index, width) {
  const of = found.stats[index];
  /** @type {number[]} */ const columns = [];
  /** @type {number[]} */ const counts = [];
  /** @type {number[]} */ const middles = [];
  for (let x = 0; x < of.width; x++) {
    let count = 0, sum = 0;
    for (let y = 0; y < of.height; y++) {
      if (found.labels[(of.y + y) * found.width + of.x + x] === index) { count++; sum += y; }
    }
    if (count) { columns.push(x); counts.push(count); middles.push(sum / count); }
  }
  const thick = median(counts), along = (/** @type {number} */ x) => (x * 2) / width - 1;
  const thin = columns.map((_, at) => at).filter((at) => counts[at] <= 1.5 * thick + 1);
  const terms = cubic(thin.map((at) => along(columns[at] * COLUMN_STEP)), thin.map((at) => middles[at]));
  const at = (/** @type {number} */ x) => terms.reduce((sum, term) => sum * along(x) + term, 0);
  const half = thick / 2 + 1, near = columns.filter((x, place) => Math.abs(middles[place] - at(x * COLUMN_STEP)) <= half);
  if (near.length < MIN_ON_CURVE * columns.length || thick * MIN_SLENDERNESS > width) return null;
  return { at, half };
}

/**
 * The cubic through points that errs least in squares: its terms from x³ down.
 * @param {number[]} xs
 * @param {number[]} ys
 */
function cubic(xs, ys) {
  const rows = Array.from({ length: 4 }, (_, row) => [
    ...Array.from({ length: 4 }, (_, column) => xs.reduce((sum, x) => sum + x ** (6 - row - column), 0)),
    xs.reduce((sum, x, at) => sum + ys[at] * x ** (3 - row), 0),
  ]);
  for (let pivot = 0; pivot < 4; pivot++) {
    const best = rows.slice(pivot).reduce((most, row, at) => (Math.abs(row[pivot]) > Math.abs(rows[most][pivot]) ? at + pivot : most), pivot);
    [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
    if (Math.abs(rows[pivot][pivot]) < 1e-12) continue;
    for (let row = 0; row < 4; row++) {
      const factor = row === pivot ? 0 : rows[row][pivot] / rows[pivot][pivot];
      if (factor) rows[row] = rows[row].map((value, column) => value - factor * rows[pivot][column]);
    }
  }
  return rows.map((row, at) => (Math.abs(row[at]) < 1e-12 ? 0 : row[4] / row[at]));
}

/** Usual height of level rulings in pixels. @param {Grey} lines */
function thickness({ data, width }) {
  let pixels = 0, starts = 0;
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    pixels++;
    if (at < width || data[at - width] === 0) starts++;
  }
  return starts ? roundEven(pixels / starts) : 0;
}
