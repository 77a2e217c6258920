// Boxes in a picture, and how they lie to each other.
// @ts-check
import { roundEven } from "./grey.js";

/** @typedef {[number, number, number, number]} Box x, y, width and height */

/** @param {Box} inner @param {Box} outer */
export function middleIn(inner, outer) {
  const x = inner[0] + inner[2] / 2, y = inner[1] + inner[3] / 2;
  return outer[0] <= x && x <= outer[0] + outer[2] && outer[1] <= y && y <= outer[1] + outer[3];
}

/** @param {Box} one @param {Box} other */
function shared(one, other) {
  const width = Math.min(one[0] + one[2], other[0] + other[2]) - Math.max(one[0], other[0]);
  const height = Math.min(one[1] + one[3], other[1] + other[3]) - Math.max(one[1], other[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {Box} one @param {Box} other */
export function overlapOfSmaller(one, other) {
  return shared(one, other) / Math.min(one[2] * one[3], other[2] * other[3]);
}

/** Intersection over union. @param {Box} one @param {Box} other */
export function iou(one, other) {
  const both = shared(one, other);
  return both / (one[2] * one[3] + other[2] * other[3] - both);
}

/**
 * A box of the ink map in pixels of the input image, and within it.
 * @param {Box} box
 * @param {number} scale
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
export function onImage(box, scale, width, height) {
  const left = Math.min(Math.max(0, roundEven(box[0] * scale)), width - 1);
  const top = Math.min(Math.max(0, roundEven(box[1] * scale)), height - 1);
  const right = roundEven((box[0] + box[2]) * scale), bottom = roundEven((box[1] + box[3]) * scale);
  return [left, top, Math.max(1, Math.min(right, width) - left), Math.max(1, Math.min(bottom, height) - top)];
}
