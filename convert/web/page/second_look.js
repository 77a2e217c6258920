// The detector looks again at what it found, made smaller. As edge_app/page/second_look.py.
// @ts-check
import { iou } from "./boxes.js";
import { MIN_SCORE } from "./detection.js";

/** @typedef {import("./detection.js").Found} Found */

// Digits are this part of the size at which those of their height are sought at first.
export const SMALLER = 0.75;
// It looks where something has at least this score: fainter traces would cost tiles at all scales.
export const WORTH_A_LOOK = 0.1;
// Both looks see the same thing if it shares this much of the union of its boxes.
const SAME_AGAIN_IOU = 0.45;

/**
 * What the first look found, with the means of both looks' scores and probabilities.
 * @param {Found[]} first
 * @param {Found[]} second
 * @returns {Found[]} the surest first
 */
export function confirm(first, second) {
  const confirmed = first.map(({ box, score, probabilities }) => {
    const shared = second.map((each) => iou(box, each.box)), most = Math.max(0, ...shared);
    const again = most >= SAME_AGAIN_IOU ? second[shared.indexOf(most)] : null;
    const both = again === null ? probabilities : probabilities.map((each, digit) => (each + again.probabilities[digit]) / 2);
    return { box, score: Math.fround((score + (again?.score ?? MIN_SCORE)) / 2), probabilities: both };
  });
  return confirmed.sort((one, other) => other.score - one.score);
}
