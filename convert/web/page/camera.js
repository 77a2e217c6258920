// Reads what the camera sees, frame after frame, until it is stopped.
// @ts-check
import { ask } from "./client.js";
import { get } from "./find.js";

/** @type {MediaStream | null} */
let stream = null;

/** Why the camera cannot be had, in words for whoever holds the phone. @param {unknown} error */
function reasonOf(error) {
  const name = error instanceof DOMException ? error.name : "";
  const reason = name === "NotAllowedError" ? "The camera was refused" : name === "NotFoundError" ? "There is no camera here" : "The camera does not answer";
  return `${reason}. Taking or choosing a photo works all the same.`;
}

async function start() {
  // Browsers give cameras to secure pages alone: https, or this very machine.
  if (!navigator.mediaDevices) throw new DOMException("no devices", "NotSupportedError");
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } } });
  const video = get("video", HTMLVideoElement);
  video.srcObject = stream;
  await video.play();
  show(true);
  say("");
  get("photo-result", HTMLElement).hidden = true;
  while (stream?.active) await readFrame(video);
}

/** @param {HTMLVideoElement} video */
async function readFrame(video) {
  const picture = await createImageBitmap(video), page = await ask("page", { picture, isFrame: true }, [picture]);
  if (!stream) return;
  drawBoxes(get("live-boxes", SVGSVGElement), page, () => {});
  const texts = page.lines.map((/** @type {{ text: string }} */ { text }) => text);
  get("live-numbers", HTMLElement).replaceChildren(...texts.map((/** @type {string} */ text) => {
    const item = element("li", "", "");
    item.append(element("span", "value", text));
    return item;
  }));
  // The screen has its turn between two frames, also where reading is faster.
  await new Promise((done) => { requestAnimationFrame(done); });
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  show(false);
}

/** @param {boolean} live */
function show(live) {
  get("screen", HTMLElement).hidden = get("live-numbers", HTMLElement).hidden = !live;
  const button = get("camera", HTMLButtonElement);
  button.setAttribute("aria-pressed", String(live));
  button.textContent = live ? "Stop" : "Read live";
}

/** Listens to its button. */
export function listenForCamera() {
  get("camera", HTMLButtonElement).addEventListener("click", async () => {
    if (stream) return stop();
    try {
      await start();
    } catch (error) {
      stop();
      say(reasonOf(error), true);
    }
  });
}
