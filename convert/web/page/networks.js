// The networks on LiteRT.js: a 28x28 image or a tile of ink in, a digit or maps of where digits are out.
// @ts-check
import { Tensor, loadAndCompile, loadLiteRt } from "./litert/core.js";
import { FIELD_PX } from "./normalise.js";
import { predictionOf, softmax } from "./recognition.js";
import { BLANK } from "./strip.js";

/**
 * @typedef {import("./litert/core.js").CompiledModel} CompiledModel
 * @typedef {import("./recognition.js").Prediction} Prediction
 * @typedef {{ temperature: number, refuse_below: number, tile_px: number, strip_wh_px: [number, number],
 *   classifier: { int8: string, float32: string }, detector: string, sequence: string }} Settings
 */

/** Channels of the detector's maps: is a digit's middle here, its box, which one. */
const MAP_CHANNELS = [1, 4, 10];
const LIGHT = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/**
 * Loads the runtime and the page's settings.
 * @param {string} site the page's address, ending in a slash
 */
export async function openRuntime(site) {
  const answer = await fetch(`${site}models/settings.json`);
  if (!answer.ok) throw new Error(`expected ${answer.url}, got status ${answer.status}`);
  // Where its wasm lies: a worker made from a blob has no folder of its own.
  // It tells of its start on stderr; what fails is an exception.
  Object.assign(self, { Module: { locateFile: (/** @type {string} */ name) => `${site}litert/${name}`, printErr: () => {} } });
  await loadLiteRt(`${site}litert/`);
  return /** @type {Settings} */ (await answer.json());
}

/**
 * @param {string} address
 * @param {Settings} contract
 */
export async function openClassifier(address, contract) {
  const model = await loadAndCompile(address, { accelerator: "wasm" }), shape = [1, FIELD_PX, FIELD_PX, 1];
  return {
    /** @param {Uint8Array[]} crops */
    async classify(crops) {
      /** @type {Prediction[]} */ const read = [];
      for (const crop of crops) read.push(predictionOf((await run(model, crop, shape))[0], contract));
      return read;
    },
  };
}

/**
 * @param {string} address
 * @param {number} side of a tile
 */
export async function openDetector(address, side) {
  const model = await loadAndCompile(address, { accelerator: "wasm" });
  // Converters name and order outputs as they like.
  const channels = model.getOutputDetails().map(({ shape }) => shape[shape.length - 1]);
  const [centre, box, label] = MAP_CHANNELS.map((count) => channels.indexOf(count));
  return {
    tile_px: side,
    /** @param {import("./grey.js").Grey} tile */
    async maps(tile) {
      const maps = await run(model, tile.data, [1, side, side, 1]);
      return { centre: maps[centre], box: maps[box], label: maps[label] };
    },
  };
}

/**
 * @param {string} address
 * @param {[number, number]} size width and height of a strip
 */
export async function openSequenceReader(address, [width, height]) {
  const model = await loadAndCompile(address, { accelerator: "wasm" }), channels = BLANK + 1;
  return {
    width_px: width,
    /** @param {import("./grey.js").Grey} strip */
    async columns(strip) {
      const [logits] = await run(model, strip.data, [1, height, width, 1]);
      return Array.from({ length: logits.length / channels }, (_, at) => softmax(logits.subarray(channels * at, channels * (at + 1))));
    },
  };
}

/**
 * @param {CompiledModel} model
 * @param {Uint8Array} ink 255 = ink
 * @param {number[]} shape
 */
async function run(model, ink, shape) {
  const light = new Float32Array(ink.length);
  // Float32Array.from takes ten times as long.
  for (let at = 0; at < ink.length; at++) light[at] = LIGHT[ink[at]];
  const input = new Tensor(light, shape), outputs = await model.run(input);
  const values = outputs.map((output) => output.toTypedArray().slice());
  for (const tensor of [input, ...outputs]) tensor.delete();
  return values;
}
