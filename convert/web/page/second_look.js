// The detector looks again, at a coarser scale, at what it found. As edge_app/page/second_look.py.
// @ts-check
import { iou } from "./boxes.js";
import { MIN_SCORE } from "./detection.js";

/** @typedef {import("./detection.js").Found} Found */

// What was found is this part of its size at the first look.
export const COARSER = 0.75;
// Both looks see the same thing if it shares this much of the union of its boxes.
const SAME_AGAIN_IOU = 0.45;

/**
 * What the first look found, with the means of both looks' scores and probabilities.
 * @param {Found[]} first
 * @param {Found[]} second the surest first
 * @returns {Found[]} the surest first
 */
export function confirm(first, second) {
  const confirmed = first.map(({ box, score, probabilities }) => {
    const again = second.find((each) => iou(box, each.box) >= SAME_AGAIN_IOU);
    const both = again === undefined ? probabilities : probabilities.map((each, digit) => (each + again.probabilities[digit]) / 2);
    return { box, score: Math.fround((score + Math.max(again?.score ?? 0, MIN_SCORE)) / 2), probabilities: both };
  });
  return confirmed.sort((one, other) => other.score - one.score);
}
