// Strokes that stand alone, read as a 1 and are none. As edge_app/page/lone_strokes.py.
// @ts-check
import { gapsOf, isInLine } from "./context.js";
import { median } from "./grey.js";
import { isDigit } from "./recognition.js";

/** @typedef {import("./recognition.js").Reading} Reading */

const SIDE_PX = 28, MIN_LENGTH = 4, MIN_OTHERS = 4, LEAST_HEIGHT = 0.5, MOST_HEIGHT = 3.5;

/**
 * Refuses 1s without a digit of about their size beside them that lean too far, or are too small or too large.
 * @param {Reading[]} readings
 * @returns {Reading[]} in the same order; what is refused keeps no belief
 */
export function refuseLoneStrokes(readings) {
  const heights = readings.filter(({ label }) => label !== null).map(({ box }) => box[3]);
  const usual = heights.length > MIN_OTHERS ? median(heights) : null;
  const strokes = readings.map(({ label, box, crop }) => (
    label === 1 && ((crop !== null && isSlash(crop)) || isOfAnotherSize(box[3], usual))
  ));
  if (!strokes.includes(true)) return readings;
  const gaps = gapsOf(readings), count = readings.length;
  return readings.map((reading, index) => {
    const together = readings.filter((other, at) => isDigit(other) && isInLine(gaps, index * count + at));
    return strokes[index] && together.length === 1 ? { ...reading, label: null, belief: 0 } : reading;
  });
}

/** @param {number} height @param {number | null} usual */
function isOfAnotherSize(height, usual) {
  return usual !== null && (height < LEAST_HEIGHT * usual || height > MOST_HEIGHT * usual);
}

/** Whether ink is a straight stroke that leans by more than 45 degrees. @param {Uint8Array} crop */
function isSlash(crop) {
  let mass = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  crop.forEach((value, at) => {
    const across = at % SIDE_PX, down = Math.floor(at / SIDE_PX);
    mass += value, x += value * across, y += value * down;
    xx += value * across * across, xy += value * across * down, yy += value * down * down;
  });
  const wide = xx - x * x / mass, both = xy - x * y / mass, high = yy - y * y / mass;
  const root = Math.hypot((wide - high) / 2, both), along = (wide + high) / 2 + root, across = (wide + high) / 2 - root;
  return wide > high && along >= MIN_LENGTH ** 2 * across;
}
