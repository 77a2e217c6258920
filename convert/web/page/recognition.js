// What the classifier makes of ink, and of ink at its place: looks and readings.
// @ts-check
import { normalise } from "./normalise.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {{ label: number | null, digit: number, confidence: number, probabilities: Float32Array }} Prediction
 *   a digit or null if it was refused, the best digit, how likely that is, and each digit's likelihood
 * @typedef {{ classify: (crops: Uint8Array[]) => Promise<Prediction[]> }} Classifier of 28x28 images
 * @typedef {Prediction & { crop: Uint8Array }} Look
 * @typedef {object} Reading one piece of ink and what is made of it
 * @property {Box} box in pixels of the ink map
 * @property {number | null} label 0 to 9, or null if it was refused
 * @property {number} confidence of the best digit
 * @property {number | null} guess the best digit of ink that may be one all the same, but is not believed
 * @property {Uint8Array | null} crop what the classifier saw
 * @property {Float32Array | null} probabilities of each digit
 * @property {number | null} belief how likely it is a digit at all, where that was weighed
 */

/**
 * Classifies pieces of ink as single digits.
 * @param {Grey[]} inks
 * @param {Classifier} classifier
 * @returns {Promise<Look[]>}
 */
export async function lookAt(inks, classifier) {
  const crops = inks.map(normalise), read = await classifier.classify(crops);
  return read.map((prediction, index) => ({ ...prediction, crop: crops[index] }));
}

/**
 * @param {Look} look
 * @param {Box} box
 * @returns {Reading}
 */
export function readingOf({ label, confidence, crop, probabilities }, box) {
  return { box, label, confidence, guess: null, crop, probabilities, belief: null };
}

/** Ink that is no digit. @param {Box} box @returns {Reading} */
export function refused(box) {
  return { box, label: null, confidence: 0, guess: null, crop: null, probabilities: null, belief: null };
}

/** Whether it is read or doubtful. @param {Reading} reading */
export function isDigit({ label, guess }) {
  return label !== null || guess !== null;
}

/** @param {ArrayLike<number>} logits @param {number} [temperature] */
export function softmax(logits, temperature = 1) {
  let most = -Infinity, sum = 0;
  for (let at = 0; at < logits.length; at++) most = Math.max(most, logits[at]);
  const parts = Float32Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  for (const part of parts) sum += part;
  return parts.map((part) => part / sum);
}

/** Where the largest is, the first of equals. @param {ArrayLike<number>} values */
export function argmax(values) {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at] > values[best]) best = at;
  return best;
}

/**
 * Calibrated reading from a network's logits, the confidence threshold applied; NaN is never read as a digit.
 * @param {ArrayLike<number>} logits of the digits, and maybe of "not a digit"
 * @param {{ temperature: number, refuse_below: number }} contract
 * @returns {Prediction}
 */
export function predictionOf(logits, { temperature, refuse_below }) {
  const probabilities = softmax(logits, temperature).slice(0, 10), digit = argmax(probabilities);
  const confidence = probabilities[digit], rest = 1 - probabilities.reduce((sum, each) => sum + each, 0);
  const read = confidence >= refuse_below && confidence >= rest;
  return { label: read ? digit : null, digit, confidence, probabilities };
}
