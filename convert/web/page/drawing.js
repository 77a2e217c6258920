// Draw a digit: what both networks make of it, side by side, stroke by stroke.
// @ts-check
import { ask } from "./client.js";
import { brush, get } from "./find.js";

const INK_PX = 20, DIGITS = Array.from({ length: 10 }, (_, digit) => digit), KINDS = /** @type {const} */ (["float32", "int8"]);
/** @type {[number, number] | null} */
let last = null;
let waiting = false, running = false;

/** Listens to the pad. */
export function listenForDrawing() {
  const pad = get("pad", HTMLCanvasElement);
  get("beliefs", HTMLElement).replaceChildren(...DIGITS.map(rowOf));
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    last = null;
    stroke(event);
  });
  pad.addEventListener("pointermove", (event) => { if (event.buttons) for (const each of event.getCoalescedEvents?.() ?? [event]) stroke(each); });
  get("clear", HTMLButtonElement).addEventListener("click", () => {
    brush(pad).clearRect(0, 0, pad.width, pad.height);
    look();
  });
}

/** @param {PointerEvent} event */
function stroke({ offsetX, offsetY, target }) {
  const pad = /** @type {HTMLCanvasElement} */ (target), scale = pad.width / pad.clientWidth, context = brush(pad);
  /** @type {[number, number]} */ const place = [offsetX * scale, offsetY * scale];
  context.lineWidth = INK_PX;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = getComputedStyle(pad).color;
  context.beginPath();
  context.moveTo(...(last ?? place));
  context.lineTo(...place);
  context.stroke();
  last = place;
  look();
}

/** Asks both networks; while they look, only the latest stroke waits. */
async function look() {
  waiting = true;
  if (running) return;
  running = true;
  try {
    while (waiting) {
      waiting = false;
      show(await ask("drawing", { ink: inkOf(get("pad", HTMLCanvasElement)) }));
    }
  } catch (error) {
    get("verdict", HTMLElement).textContent = `It could not be read: ${error instanceof Error ? error.message : error}`;
  } finally {
    running = false;
  }
}

/** How opaque the pad is: its colour is the scheme's. @param {HTMLCanvasElement} pad */
function inkOf(pad) {
  const { data, width, height } = brush(pad).getImageData(0, 0, pad.width, pad.height);
  return { data: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at + 3]), width, height };
}

/** @param {number} digit */
function rowOf(digit) {
  const row = element("tr", "", ""), name = element("th", "", String(digit));
  name.setAttribute("scope", "row");
  row.append(name, ...KINDS.map((kind) => {
    const cell = element("td", "", ""), bar = element("span", `bar ${kind}`, "");
    cell.append(bar, element("span", "quiet", "0 %"));
    return cell;
  }));
  return row;
}

/**
 * @typedef {import("./recognition.js").Prediction} Prediction
 * @param {{ crop: Uint8Array, float32: Prediction, int8: Prediction }} answer
 */
function show({ crop, ...read }) {
  const isEmpty = crop.every((value) => value === 0);
  showCrop(crop);
  [...get("beliefs", HTMLElement).children].forEach((row, digit) => {
    KINDS.forEach((kind, column) => {
      const cell = row.children[column + 1], share = isEmpty ? 0 : read[kind].probabilities[digit];
      /** @type {HTMLElement} */ (cell.children[0]).style.width = `${100 * share}%`;
      cell.children[1].textContent = percentOf(share);
      cell.className = !isEmpty && read[kind].label === digit ? "best" : "";
    });
  });
  get("verdict", HTMLElement).textContent = isEmpty ? "Draw a digit above." : verdictOf(read);
}

/** @param {{ float32: Prediction, int8: Prediction }} read */
function verdictOf({ float32, int8 }) {
  const apart = Math.max(...DIGITS.map((digit) => Math.abs(float32.probabilities[digit] - int8.probabilities[digit])));
  const points = `${(100 * apart).toFixed(1)} percentage points apart at most`;
  /** @param {Prediction} each */
  const named = ({ label }) => (label === null ? "no digit that it dares to read" : `a ${label}`);
  if (float32.label === int8.label) return `Both see ${named(int8)}; ${points}.`;
  return `They differ: float32 sees ${named(float32)}, int8 ${named(int8)}; ${points}.`;
}

/** As MNIST is: ink is light. @param {Uint8Array} crop */
function showCrop(crop) {
  const context = brush(get("crop", HTMLCanvasElement)), picture = context.createImageData(28, 28);
  crop.forEach((value, at) => picture.data.set([value, value, value, 255], 4 * at));
  context.putImageData(picture, 0, 0);
}
