// Starts the page: the networks, what listens, and what keeps it for later without a network.
// @ts-check
import { SITE, ask } from "./client.js";
import { get } from "./find.js";
import { listenForCamera } from "./camera.js";
import { listenForDrawing } from "./drawing.js";
import { listenForPictures } from "./photo.js";

/** The smallest function with a vector in it. */
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** @param {string} state @param {string} text */
function tell(state, text) {
  get("state", HTMLElement).dataset.state = state;
  get("state-text", HTMLElement).textContent = text;
}

/** @param {string} text */
function trouble(text) {
  const place = get("trouble", HTMLElement);
  place.textContent = text;
  place.hidden = false;
  tell("lost", "Cannot read here");
}

async function keepOffline() {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register(`${SITE}offline.js`);
  await navigator.serviceWorker.ready;
  return true;
}

async function start() {
  listenForPictures();
  listenForCamera();
  listenForDrawing();
  if (!WebAssembly.validate(SIMD)) {
    trouble("This browser is too old to read by itself: it lacks WebAssembly SIMD. Any Chrome, Edge, Firefox or Safari of the last three years has it.");
    return;
  }
  try {
    await ask("ready");
    tell("live", "Ready");
  } catch (error) {
    trouble(`The networks could not be loaded: ${error instanceof Error ? error.message : error} Reload the page to try again.`);
    return;
  }
  const kept = await keepOffline().catch(() => false);
  if (kept) tell("live", "Ready, also offline");
}

start();
