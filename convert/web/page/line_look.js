// A look along a line of digits: where it runs, and what the sequence reader sees on its strip, at several scales and in variants.
// As edge_app/page/line_look.py and baselines.py.
// @ts-check
import { median } from "./grey.js";
import { readColumns, spell } from "./spelling.js";
import { BLANK, COLUMN_PX, STRIP_PX, cutStrip, placeOn, variants } from "./strip.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./strip.js").Strip} Strip
 * @typedef {import("./strip.js").Baseline} Baseline
 * @typedef {import("./spelling.js").Named} Named
 * @typedef {{ strip: Strip, columns: Float32Array[], named: Named[] }} Seen a strip, its columns, and the digits that they name
 * @typedef {Seen & { looks: Float32Array[][] }} LineLook
 *   at the scale that reads most surely, with the columns at each scale, and of the strip's variants if asked
 */

const SCALES = [1.0, 0.86, 1.16], ENOUGH = 0.8, REACH = 0.7;
const MIN_HEIGHT = 0.35, MAX_HEIGHT = 1.8, MAX_WIDTH = 6, MAX_GAP = 0.6, MAX_OFF = 0.5, REACH_BEYOND = 0.4, FARTHEST = 6;

/**
 * @param {Box[]} digits boxes of its digits, from left to right
 * @param {Box[]} others boxes of ink that is no digit so far, and may continue it
 * @param {Box[]} foreign boxes of other lines' digits, which are left out where they reach in
 * @param {Grey} ink of the page, without rulings
 * @param {import("./spelling.js").ColumnNetwork} network
 * @param {number[]} angles that the line may run at, clockwise, in radians; what reads most surely is it
 * @param {number[]} read what the digits were read as, or would be
 * @param {boolean} closely whether variants of the strip are looked at, too
 * @returns {Promise<LineLook>}
 */
export async function lookAlong(digits, others, foreign, ink, network, angles, read, closely) {
  /** @type {Seen[]} */ const seen = [];
  for (const angle of angles) {
    const line = lengthened(baseline(digits, angle), others);
    for (const scale of SCALES) {
      const strip = cutStrip(ink, { ...line, height: line.height * scale });
      const columns = without(foreign, strip, await readColumns(strip.ink, network)), named = spell(columns);
      seen.push({ strip, columns, named });
      if (are(read, named)) return { strip, columns, named, looks: [columns] };
    }
  }
  let best = 0;
  const plain = seen.map((each) => plainness(digits, each));
  plain.forEach(([found, sure], at) => {
    if (found > plain[best][0] || (found === plain[best][0] && sure > plain[best][1])) best = at;
  });
  const first = Math.floor(best / SCALES.length) * SCALES.length;
  const looks = seen.slice(first, first + SCALES.length).map(({ columns }) => columns), { strip } = seen[best];
  if (closely) {
    for (const each of variants(strip.ink)) looks.push(without(foreign, strip, await readColumns(each, network)));
  }
  return { ...seen[best], looks };
}

/** Whether just these digits are named, each surely. @param {number[]} read @param {Named[]} named */
function are(read, named) {
  return read.length > 0 && named.length === read.length && named.every(({ label, confidence }, at) => label === read[at] && confidence >= ENOUGH);
}

/** How many digits are named in their places, then how certain the columns are. @param {Box[]} digits @param {Seen} seen */
function plainness(digits, { strip, columns, named }) {
  const found = digits.filter((box) => {
    const { x, half } = placeOn(strip, box);
    return named.some((each) => Math.abs(x - each.x) <= half);
  });
  return [found.length, columns.reduce((sum, column) => sum + Math.log(Math.max(...column) + 1e-9), 0) / columns.length];
}

/** The columns with nothing where digits of other lines stand. @param {Box[]} foreign @param {Strip} strip @param {Float32Array[]} columns */
function without(foreign, strip, columns) {
  for (const box of foreign) {
    const { x, y, half } = placeOn(strip, box);
    if (y < 0 || y >= STRIP_PX) continue;
    const end = Math.min(columns.length, Math.max(0, Math.trunc((x + half) / COLUMN_PX) + 1));
    for (let at = Math.max(0, Math.trunc((x - half) / COLUMN_PX)); at < end; at++) columns[at] = Float32Array.from({ length: BLANK + 1 }, (_, label) => Number(label === BLANK));
  }
  return columns;
}

/** Where a number runs, from its digits' boxes; few of them take the page's slant. @param {Box[]} boxes @param {number} slant @returns {Baseline} */
function baseline(boxes, slant) {
  const middles = boxes.map(([x, y, width, height]) => [x + width / 2, y + height / 2]), height = median(boxes.map((box) => box[3]));
  const xs = middles.map(([x]) => x), span = Math.max(...xs) - Math.min(...xs);
  let angle = slant;
  if (boxes.length >= 3 && span > 2.5 * height) {
    // Few digits of uneven heights show their line less well than the page does.
    angle += Math.min(1, (span / height - 1.5) / 4) * (Math.atan(riseOf(middles)) - slant);
  }
  const cos = Math.cos(angle), sin = Math.sin(angle), off = median(middles.map(([x, y]) => y * cos - x * sin));
  const along = middles.map(([x, y]) => x * cos + y * sin);
  const begin = Math.min(...along.map((at, index) => at - boxes[index][2] / 2)) - REACH * height;
  const end = Math.max(...along.map((at, index) => at + boxes[index][2] / 2)) + REACH * height;
  return { x: begin * cos - off * sin, y: begin * sin + off * cos, angle, length: end - begin, height };
}

/** How much the straight line through points rises that errs least in squares. @param {number[][]} points */
function riseOf(points) {
  const mean = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const both = points.reduce((sum, [x, y]) => sum + (x - mean[0]) * (y - mean[1]), 0);
  return both / points.reduce((sum, [x]) => sum + (x - mean[0]) ** 2, 0);
}

/** The line with the ink that continues it at both ends. @param {Baseline} line @param {Box[]} others @returns {Baseline} */
function lengthened(line, others) {
  const cos = Math.cos(line.angle), sin = Math.sin(line.angle), { height } = line;
  let begin = 0, end = line.length;
  const places = others.flatMap(([left, top, width, tall]) => {
    const x = left + width / 2 - line.x, y = top + tall / 2 - line.y, along = x * cos + y * sin;
    const fits = MIN_HEIGHT * height <= tall && tall <= MAX_HEIGHT * height && width <= MAX_WIDTH * height;
    return fits && Math.abs(y * cos - x * sin) <= MAX_OFF * height ? [{ low: along - width / 2, high: along + width / 2 }] : [];
  });
  for (const { low, high } of [...places].sort((one, other) => one.low - other.low || one.high - other.high)) {
    if (begin < high && low - end <= MAX_GAP * height) end = Math.max(end, high + REACH_BEYOND * height);
  }
  for (const { low, high } of [...places].sort((one, other) => other.high - one.high)) {
    if (low < end && begin - high <= MAX_GAP * height) begin = Math.min(begin, low - REACH_BEYOND * height);
  }
  begin = Math.max(begin, -FARTHEST * height);
  end = Math.min(end, line.length + FARTHEST * height);
  return { ...line, x: line.x + begin * cos, y: line.y + begin * sin, length: end - begin };
}
