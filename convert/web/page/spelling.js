// Numbers read as wholes: which digits the sequence reader names along a strip, and where. As edge_app/page/spelling.py.
// @ts-check
import { blank, crop } from "./grey.js";
import { argmax } from "./recognition.js";
import { BLANK, COLUMN_PX, STRIP_PX } from "./strip.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {{ width_px: number, columns: (strip: Grey) => Promise<Float32Array[]> }} ColumnNetwork
 *   each column's probabilities of the digits and of BLANK
 * @typedef {{ x: number, probabilities: Float32Array, label: number, confidence: number }} Named a digit that it names
 */

/** A strip of any width in windows that overlap by half. @param {Grey} strip @param {ColumnNetwork} network */
export async function readColumns(strip, network) {
  const half = Math.floor((network.width_px >> 1) / COLUMN_PX) * COLUMN_PX;
  const count = Math.max(1, Math.ceil((strip.width - half) / half));
  /** @type {Float32Array[]} */ const columns = [];
  for (let index = 0; index < count; index++) {
    const part = crop(strip, index * half, 0, network.width_px, STRIP_PX), window = blank(network.width_px, STRIP_PX);
    for (let y = 0; y < STRIP_PX; y++) window.data.set(part.data.subarray(y * part.width, (y + 1) * part.width), y * window.width);
    const read = await network.columns(window), step = half / COLUMN_PX;
    // Each column from the window in whose middle it lies.
    columns.push(...read.slice(index === 0 ? 0 : step >> 1, index === count - 1 ? read.length : step + (step >> 1)));
  }
  return columns.slice(0, Math.ceil(strip.width / COLUMN_PX));
}

/** The digits of the likeliest path: repeated columns are one digit, blanks none. @param {Float32Array[]} columns */
export function spell(columns) {
  const best = columns.map(argmax);
  /** @type {Named[]} */ const named = [];
  for (let end = 1, start = 0; end <= best.length; end++) {
    if (end < best.length && best[end] === best[start]) continue;
    if (best[start] !== BLANK) named.push(nameOf(columns, best[start], start, end));
    start = end;
  }
  return named;
}

/** @param {Float32Array[]} columns @param {number} digit @param {number} start @param {number} end @returns {Named} */
function nameOf(columns, digit, start, end) {
  const run = columns.slice(start, end), strength = run.map((column) => column[digit]);
  const all = strength.reduce((sum, each) => sum + each, 0);
  const x = (strength.reduce((sum, each, at) => sum + (start + at + 0.5) * each, 0) / all) * COLUMN_PX;
  const probabilities = run[argmax(strength)].slice(0, BLANK), label = argmax(probabilities);
  return { x, probabilities, label, confidence: probabilities[label] };
}

/**
 * CTC's forward sum: how likely a text is, whatever way its digits are spread over the columns. Natural logarithm.
 * @param {Float64Array[]} logs of the columns
 * @param {number[]} text
 */
export function logLikelihood(logs, text) {
  const size = 2 * text.length + 1, state = (/** @type {number} */ at) => (at % 2 ? text[at >> 1] : BLANK);
  let alpha = new Float64Array(size).fill(-Infinity);
  alpha[0] = logs[0][BLANK];
  if (size > 1) alpha[1] = logs[0][text[0]];
  for (const column of logs.slice(1)) {
    const next = new Float64Array(size);
    for (let at = 0; at < size; at++) {
      let sum = alpha[at];
      if (at > 0) sum = logAdd(sum, alpha[at - 1]);
      // From one digit to the next without a blank, unless it is the same one.
      if (at > 2 && at % 2 && text[at >> 1] !== text[(at >> 1) - 1]) sum = logAdd(sum, alpha[at - 2]);
      next[at] = sum + column[state(at)];
    }
    alpha = next;
  }
  return size > 1 ? logAdd(alpha[size - 1], alpha[size - 2]) : alpha[0];
}

/** @param {number} one @param {number} other */
function logAdd(one, other) {
  const most = Math.max(one, other);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(Math.min(one, other) - most));
}
