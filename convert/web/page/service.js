// What the worker answers: pictures to pages, drawings to digits by both networks.
// @ts-check
import { openClassifier, openDetector, openRuntime, openSequenceReader } from "./networks.js";
import { normalise } from "./normalise.js";
import { readPage } from "./reader.js";

/**
 * @typedef {Awaited<ReturnType<typeof open>>} Opened
 * @typedef {{ width: number, height: number, rgba: Uint8ClampedArray }} Pixels
 */

/** @param {string} site */
async function open(site) {
  const settings = await openRuntime(site), models = `${site}models/`;
  return {
    int8: await openClassifier(models + settings.classifier.int8, settings),
    float32: await openClassifier(models + settings.classifier.float32, settings),
    detector: await openDetector(models + settings.detector, settings.tile_px),
    sequence: await openSequenceReader(models + settings.sequence, settings.strip_wh_px),
  };
}

/** @type {Record<string, (networks: Opened, asked: any) => Promise<unknown>>} */
const ANSWERS = {
  ready: async () => null,
  page: (networks, { picture, isFrame = false }) => pageOf(networks, picture, !isFrame),
  drawing: (networks, { ink }) => drawingOf(networks, normalise(ink)),
  // For the gate: images as they are.
  images: async ({ int8, float32 }, { images }) => ({ int8: digits(await int8.classify(images)), float32: digits(await float32.classify(images)) }),
};

/** @param {import("./recognition.js").Prediction[]} read */
function digits(read) {
  return read.map(({ digit }) => digit);
}

/** @param {Opened} networks @param {ImageBitmap | Pixels} picture @param {boolean} looksTwice */
async function pageOf(networks, picture, looksTwice) {
  const started = performance.now(), { width, height } = picture;
  const rgba = picture instanceof ImageBitmap ? pixelsOf(picture) : picture.rgba;
  const page = await readPage({ rgba, width, height }, { ...networks, classifier: networks.int8, looksTwice });
  return { ...page, latency_ms: performance.now() - started };
}

/** @param {ImageBitmap} bitmap */
function pixelsOf(bitmap) {
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser cannot draw pictures away from the screen.");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  return data;
}

/** @param {Opened} networks @param {Uint8Array} crop */
async function drawingOf({ int8, float32 }, crop) {
  const [[small], [large]] = [await int8.classify([crop]), await float32.classify([crop])];
  return { crop, int8: small, float32: large };
}

/**
 * Answers messages of the page, one after the other.
 * @param {string} site
 */
export function serve(site) {
  const opened = open(site);
  let turn = Promise.resolve();
  self.addEventListener("message", ({ data: { id, kind, ...asked } }) => {
    turn = turn.then(async () => {
      try {
        self.postMessage({ id, answer: await ANSWERS[kind](await opened, asked) });
      } catch (error) {
        self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}
