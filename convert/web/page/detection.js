// Finds handwritten digits on an ink map with a small fully-convolutional network, whatever stands around them.
// As edge_app/page/detection.py, which says what each number is for.
// @ts-check
import { blank, crop, roundEven } from "./grey.js";
import { iou } from "./boxes.js";
import { softmax } from "./recognition.js";
import { resizeArea, resizeLinear } from "./resize.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {{ box: Box, score: number, probabilities: Float32Array }} Found a place, how likely a digit is there, and which
 * @typedef {{ centre: Float32Array, box: Float32Array, label: Float32Array }} Maps (h, w), (h, w, 4) and (h, w, 10)
 * @typedef {{ tile_px: number, maps: (tile: Grey) => Promise<Maps> }} MapNetwork
 */

const CELL_PX = 4, REFERENCE_WH_PX = [16, 24], LEAST_PROBABILITY = 1e-6;
const SOUGHT_HEIGHT_PX = 26, RIM_PX = 24, MAX_IOU = 0.4, COARSEST_OCTAVE = -5, FINEST_OCTAVE = 0, FINEST_OCTAVE_SMALL = 1;
const SMALL_PIXELS = 700_000, NEARLY_ONE_TILE = 1.3, MAX_TILES = 80;

export const MIN_SCORE = 0.05;
// What else is known of a page moves the scores of detections from this one on.
export const LEAST_MOVED = 0.1;
// A box and a detection are the same thing if they share this much of their union.
export const SAME_IOU = 0.35;
// For that a stroke counts as this wide, in heights.
const LEAST_WIDTH = 0.4;

/** Whether the middle of a found one lies in a box. @param {Found} found @param {Box} box */
export function isIn({ box: [x, y, width, height] }, box) {
  const across = x + width / 2, down = y + height / 2;
  return across >= box[0] && down >= box[1] && across < box[0] + box[2] && down < box[1] + box[3];
}

/**
 * The index of the surest one in a box's place, null for none.
 * @param {Found[]} found the surest first
 * @param {Box} box
 */
export function surestAt(found, box) {
  const place = widened(box), index = found.findIndex((each) => iou(place, widened(each.box)) >= SAME_IOU);
  return index < 0 ? null : index;
}

/** At least so wide, in its own heights, around the same middle. @param {Box} box @returns {Box} */
function widened([x, y, width, height]) {
  const wide = Math.max(width, LEAST_WIDTH * height);
  return [x - (wide - width) / 2, y, wide, height];
}

/**
 * The same, their scores moved by log odds; by 0 they stay as they are.
 * @param {Found[]} found
 * @param {number[]} odds
 * @returns {Found[]} the surest first
 */
export function moved(found, odds) {
  const each = found.map((one, index) => {
    if (odds[index] === 0) return one;
    const score = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, one.score));
    return { ...one, score: 1 / (1 + Math.exp(-Math.log(score / (1 - score)) - odds[index])) };
  });
  return each.sort((one, other) => other.score - one.score).map((one) => ({ ...one, score: Math.fround(one.score) }));
}

/**
 * Finds digits near some places, at the scales that suit their heights.
 * @param {Grey} ink
 * @param {Box[]} places of ink that may be digits or hold some
 * @param {MapNetwork} network
 * @param {number} size of the digits, as a part of the one at which they are usually sought
 * @returns {Promise<Found[]>} the surest first
 */
export async function detect(ink, places, network, size = 1) {
  const finest = ink.data.length > SMALL_PIXELS ? FINEST_OCTAVE : FINEST_OCTAVE_SMALL;
  const octaves = places.map(([, , , height]) => (
    Math.min(finest, Math.max(COARSEST_OCTAVE, roundEven(Math.log2(SOUGHT_HEIGHT_PX / Math.max(height, 1)))))
  ));
  // The largest first: they are few tiles, and what is small on a crowded page is seldom what was asked for.
  const tiles = [...new Set(octaves)].sort((one, other) => one - other)
    .flatMap((octave) => tilesAt(ink, 2 ** octave, size, places.filter((_, index) => octaves[index] === octave), network.tile_px));
  /** @type {Found[]} */ const found = [];
  for (const tile of tiles.slice(0, MAX_TILES)) found.push(...foundOn(tile, await network.maps(tile.cut())));
  return surest(found);
}

/**
 * @typedef {object} Tile the part of it that counts, from low to high
 * @property {() => Grey} cut
 * @property {number} scale
 * @property {[number, number]} corner
 * @property {[number, number]} low
 * @property {[number, number]} high
 */

/**
 * The tiles of the ink at a scale, times a size, that hold the middle of a place.
 * @param {Grey} ink
 * @param {number} octaveScale
 * @param {number} size
 * @param {Box[]} places
 * @param {number} side
 */
function tilesAt(ink, octaveScale, size, places, side) {
  const whole = side / Math.max(ink.width, ink.height);
  // A page only a little larger than one tile is scaled down, not cut.
  const scale = size * (whole < octaveScale && octaveScale <= NEARLY_ONE_TILE * whole ? whole : octaveScale);
  const width = Math.max(8, roundEven(ink.width * scale)), height = Math.max(8, roundEven(ink.height * scale));
  const small = scale < 1 ? resizeArea(ink, width, height) : resizeLinear(ink, width, height);
  const middles = places.map(([x, y, w, h]) => [(x + w / 2) * scale, (y + h / 2) * scale]);
  /** @type {Tile[]} */ const tiles = [];
  for (const { start: top, goesOn: down } of starts(height, side)) {
    for (const { start: left, goesOn: right } of starts(width, side)) {
      /** @type {[number, number]} */ const low = [left ? RIM_PX : 0, top ? RIM_PX : 0];
      /** @type {[number, number]} */ const high = [right ? side - RIM_PX : side, down ? side - RIM_PX : side];
      if (middles.some(([x, y]) => within(x - left, y - top, low, high))) {
        tiles.push({ cut: () => tileOf(small, left, top, side), scale, corner: [left, top], low, high });
      }
    }
  }
  return tiles;
}

/** @param {number} x @param {number} y @param {[number, number]} low @param {[number, number]} high */
function within(x, y, low, high) {
  return x >= low[0] && y >= low[1] && x < high[0] && y < high[1];
}

/** @param {Grey} small @param {number} left @param {number} top @param {number} side */
function tileOf(small, left, top, side) {
  const part = crop(small, left, top, side, side), tile = blank(side, side);
  for (let y = 0; y < part.height; y++) tile.data.set(part.data.subarray(y * part.width, (y + 1) * part.width), y * side);
  return tile;
}

/** Starts of tiles along a length, and whether another one follows. @param {number} length @param {number} side */
function starts(length, side) {
  const step = side - 2 * RIM_PX, count = 1 + Math.max(0, Math.ceil((length - side) / step));
  return Array.from({ length: count }, (_, index) => ({ start: index * step, goesOn: index < count - 1 }));
}

/** @param {Tile} tile @param {Maps} maps @returns {Found[]} */
function foundOn({ scale, corner, low, high }, maps) {
  return decode(maps).filter(({ box: [x, y, width, height] }) => within(x + width / 2, y + height / 2, low, high))
    .map(({ box: [x, y, width, height], ...rest }) => ({
      ...rest, box: [(x + corner[0]) / scale, (y + corner[1]) / scale, width / scale, height / scale],
    }));
}

/**
 * What stands at the peaks of a network's maps, in pixels of its input.
 * @param {Maps} maps
 * @returns {Found[]}
 */
export function decode({ centre, box, label }) {
  const side = Math.sqrt(centre.length), least = Math.log(MIN_SCORE / (1 - MIN_SCORE));
  /** @type {Found[]} */ const found = [];
  centre.forEach((value, at) => {
    const x = at % side, y = Math.floor(at / side);
    if (value <= least || !isPeak(centre, side, x, y)) return;
    const [right, down, wide, high] = box.subarray(4 * at, 4 * at + 4);
    const sizes = [wide, high].map((each, axis) => Math.exp(Math.min(4, Math.max(-4, each))) * REFERENCE_WH_PX[axis]);
    const middle = [(x + 0.5 + right) * CELL_PX, (y + 0.5 + down) * CELL_PX];
    found.push({
      box: [middle[0] - sizes[0] / 2, middle[1] - sizes[1] / 2, sizes[0], sizes[1]],
      score: 1 / (1 + Math.exp(-value)), probabilities: softmax(label.subarray(10 * at, 10 * at + 10)),
    });
  });
  return found;
}

/** @param {Float32Array} centre @param {number} side @param {number} x @param {number} y */
function isPeak(centre, side, x, y) {
  for (let row = Math.max(0, y - 1); row <= Math.min(side - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(side - 1, x + 1); column++) {
      if (centre[row * side + column] > centre[y * side + x]) return false;
    }
  }
  return true;
}

/** Those that no surer one overlaps by too much, the surest first. @param {Found[]} found */
function surest(found) {
  /** @type {Found[]} */ const kept = [];
  for (const each of [...found].sort((one, other) => other.score - one.score)) {
    if (kept.every((other) => iou(each.box, other.box) <= MAX_IOU)) kept.push(each);
  }
  return kept;
}
