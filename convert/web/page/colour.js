// The colour of ink as a witness: pen and print, or two pens, of a page are told apart by it.
// As edge_app/page/colour.py, which says what each number is for.
// @ts-check
import { LEAST_MOVED, moved, surestAt } from "./detection.js";
import { inverse } from "./warp.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./detection.js").Found} Found
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ rgba: Uint8ClampedArray, width: number, height: number }} Picture
 * @typedef {[number, number] | null} Colour blue and red difference; null where it is not known
 */

const SAME_COLOUR = 0.05, WEIGHT = 0.5, MOST_AGAINST = 2.5, MOST_FOR = 1.0, PRIOR = 20;
const LEAST_SHARE = 0.02, MARGIN = 0.2, POINTS = 20, STRONG = 0.6, LEAST_INK = 40, MOST_PAPER = 12, MIN_POINTS = 6;
const MIN_CONTRAST = 0.06, LUMA = [0.299, 0.587, 0.114], BLUE = 0.564, RED = 0.713;

/**
 * Detections with scores that weigh the colour of their ink, too.
 * @param {Found[]} found
 * @param {Reading[]} readings of the page's pieces of ink
 * @param {Picture} picture
 * @param {InkMap} page
 * @returns {Found[]} the surest first
 */
export function weighByColour(found, readings, picture, page) {
  const inks = readings.flatMap(({ box, label }) => {
    const colour = inkColour(picture, page, box);
    const view = label === null ? null : surestAt(found, box);
    return colour === null ? [] : [{ colour, digit: view === null ? 0 : found[view].score }];
  });
  const mean = inks.reduce((sum, { digit }) => sum + digit, 0) / inks.length;
  const shares = found.map(({ box, score }) => sharesOf(score < LEAST_MOVED ? null : inkColour(picture, page, box), inks, mean));
  if (shares.every((share) => share === null || share.all)) return found;
  return moved(found, shares.map((share) => (
    share === null ? 0 : Math.min(MOST_FOR, Math.max(-MOST_AGAINST, WEIGHT * (logOdds(share.own) - logOdds(share.other))))
  )));
}

/**
 * How much of the ink of a colour is digits, and of all other ink.
 * @param {Colour} colour
 * @param {{ colour: [number, number], digit: number }[]} inks
 * @param {number} mean
 */
function sharesOf(colour, inks, mean) {
  if (colour === null) return null;
  let own = PRIOR * mean, other = PRIOR * mean, ownCount = PRIOR, otherCount = PRIOR;
  for (const ink of inks) {
    const isSame = Math.sqrt((ink.colour[0] - colour[0]) ** 2 + (ink.colour[1] - colour[1]) ** 2) <= SAME_COLOUR;
    if (isSame) [own, ownCount] = [own + ink.digit, ownCount + 1];
    else [other, otherCount] = [other + ink.digit, otherCount + 1];
  }
  return { own: own / ownCount, other: other / otherCount, all: otherCount === PRIOR };
}

/**
 * The colour of the ink in a box, whatever the light's.
 * @param {Picture} picture
 * @param {InkMap} page
 * @param {Box} box in pixels of the ink map
 * @returns {Colour}
 */
export function inkColour(picture, page, [x, y, width, height]) {
  const { ink, scale, matrix } = page, toFound = matrix === null ? null : inverse(matrix);
  const margin = Math.max(2, MARGIN * height);
  const columns = spread(x - margin, width + 2 * margin, ink.width), rows = spread(y - margin, height + 2 * margin, ink.height);
  const values = rows.flatMap((row) => columns.map((column) => ink.data[row * ink.width + column]));
  const least = Math.max(LEAST_INK, STRONG * Math.max(...values));
  const strong = [0, 0, 0, 0], paper = [0, 0, 0, 0];
  values.forEach((value, index) => {
    const sums = value >= least ? strong : value <= MOST_PAPER ? paper : null;
    if (sums !== null) addPoint(sums, picture, scale, toFound, columns[index % POINTS], rows[Math.floor(index / POINTS)]);
  });
  if (Math.min(strong[3], paper[3]) < MIN_POINTS) return null;
  const left = [0, 1, 2].map((channel) => (strong[channel] / strong[3] + 1) / (paper[channel] / paper[3] + 1));
  const luma = left.reduce((sum, part, channel) => sum + part * LUMA[channel], 0), taken = Math.abs(1 - luma);
  return taken < MIN_CONTRAST ? null : [BLUE * (left[2] - luma) / taken, RED * (left[0] - luma) / taken];
}

/**
 * Adds a point's red, green and blue, and that it is one; transparency is white paper.
 * @param {number[]} sums
 * @param {Picture} picture
 * @param {number} scale
 * @param {import("./warp.js").Affine | null} toFound from the page's pixels to those before it was turned level, if it was
 * @param {number} column
 * @param {number} row
 */
function addPoint(sums, { rgba, width, height }, scale, toFound, column, row) {
  const [xx, xy, x0, yx, yy, y0] = toFound ?? [1, 0, 0, 0, 1, 0];
  const x = xx * column + xy * row + x0, y = yx * column + yy * row + y0;
  const across = Math.min(Math.max(0, Math.trunc((x + 0.5) * scale)), width - 1);
  const down = Math.min(Math.max(0, Math.trunc((y + 0.5) * scale)), height - 1);
  const at = 4 * (down * width + across), opaque = rgba[at + 3];
  for (let channel = 0; channel < 3; channel++) sums[channel] += (rgba[at + channel] * opaque + 255 * (255 - opaque)) / 255;
  sums[3]++;
}

/**
 * Pixels spread evenly over a span of a side.
 * @param {number} low
 * @param {number} size
 * @param {number} side
 */
function spread(low, size, side) {
  return Array.from({ length: POINTS }, (_, k) => Math.min(side - 1, Math.max(0, Math.floor(low + size * (k + 0.5) / POINTS))));
}

/** @param {number} share */
function logOdds(share) {
  const held = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));
  return Math.log(held / (1 - held));
}
