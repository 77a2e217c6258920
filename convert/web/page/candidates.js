// Connected ink as candidates for digits. As edge_app/page/candidates.py, which says what each number is for.
// @ts-check
import { blank, crop, scaled } from "./grey.js";
import { connectedComponents } from "./components.js";
import { maskOf } from "./ink.js";
import { hasRulings, removeRulings } from "./rulings.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./components.js").Connected} Connected
 * @typedef {import("./components.js").Component} Component
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {{ box: Box, ink: Grey, encloses: boolean, fragment: boolean }} Candidate ink that may be one digit
 */

const MIN_HEIGHT_PX = 8, MAX_SIDE_PART = 0.95, MIN_PIXELS = 12, MAX_CANDIDATES = 1500, MAX_ENCLOSED = 0.06;
const DARK_QUANTILE = 0.9, MOSTLY = 0.5, GOOD_PART = 0.25;

/**
 * Takes the ruling lines out and finds what hangs together.
 * @param {InkMap} page
 */
export function connect(page) {
  const mask = maskOf(page), connected = connectedComponents(mask);
  return hasRulings(connected) ? connectedComponents(removeRulings(mask)) : connected;
}

/**
 * One candidate for each connected piece of ink of a size that a digit can have.
 * @param {InkMap} page
 * @param {Connected} connected
 * @returns {Candidate[]}
 */
export function findCandidates(page, connected) {
  const keep = sizesOfDigits(connected), frames = framesOf(connected, keep);
  return keep.map((index) => {
    const of = connected.stats[index];
    return frames.has(index)
      ? { box: boxOf(of), ink: blank(1, 1), encloses: true, fragment: false }
      : { box: boxOf(of), ink: cut(page.ink, connected, boxOf(of), (label) => label === index), encloses: false, fragment: of.height < MIN_HEIGHT_PX };
  });
}

/**
 * The ink that belongs into a box, cut off at its sides where it goes on; null if none does.
 * @param {Box} box
 * @param {InkMap} page
 * @param {Connected} connected
 * @returns {Candidate | null}
 */
export function candidateIn(box, page, connected) {
  const { width, height, labels, stats } = connected;
  const left = Math.max(0, box[0]), top = Math.max(0, box[1]);
  const right = Math.min(width, Math.max(0, box[0] + box[2])), bottom = Math.min(height, Math.max(0, box[1] + box[3]));
  /** @type {Map<number, number>} */ const counts = new Map();
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const label = labels[y * width + x];
      if (label) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const own = new Set([...counts].filter(([label, count]) => count >= MOSTLY * stats[label].area || count >= GOOD_PART * all).map(([label]) => label));
  const pixels = [...own].reduce((sum, label) => sum + (counts.get(label) ?? 0), 0);
  if (pixels < MIN_PIXELS) return null;
  /** @type {Box} */ const place = [left, top, right - left, bottom - top];
  return { box: place, ink: cut(page.ink, connected, place, (label) => own.has(label)), encloses: false, fragment: false };
}

/** @param {Component} of @returns {Box} */
function boxOf(of) {
  return [of.x, of.y, of.width, of.height];
}

/** @param {Connected} connected */
function sizesOfDigits({ stats, height: pageHeight }) {
  const keep = stats.map((_, index) => index).filter((index) => {
    const { width, height, area } = stats[index];
    return index > 0 && Math.max(height, width) >= MIN_HEIGHT_PX && area >= MIN_PIXELS && width <= 8 * height
      && height <= 12 * width && (height <= MAX_SIDE_PART * pageHeight || pageHeight < 100);
  });
  if (keep.length <= MAX_CANDIDATES) return keep;
  return keep.sort((one, other) => stats[other].height - stats[one].height).slice(0, MAX_CANDIDATES).sort((one, other) => one - other);
}

/**
 * Which of the kept components have a good part of their own ink once more in others that they surround.
 * @param {Connected} connected
 * @param {number[]} keep
 */
function framesOf(connected, keep) {
  const inks = connected.stats.slice(1).filter(({ area }) => area >= MIN_PIXELS);
  return new Set(keep.filter((index) => {
    const frame = connected.stats[index];
    const inside = inks.filter((ink) => ink.x > frame.x && ink.y > frame.y
      && ink.x + ink.width < frame.x + frame.width && ink.y + ink.height < frame.y + frame.height);
    const held = inside.filter((ink) => surrounds(connected, index, ink)).reduce((sum, ink) => sum + ink.area, 0);
    return inside.length > 0 && held >= MAX_ENCLOSED * frame.area;
  }));
}

/**
 * Whether a component has ink on all four sides of another one's centre.
 * @param {Connected} connected
 * @param {number} index
 * @param {Component} ink
 */
function surrounds({ labels, width, stats }, index, ink) {
  const frame = stats[index], x = ink.x + (ink.width >> 1), y = ink.y + (ink.height >> 1);
  /** @param {number} from @param {number} to @param {(at: number) => number} place */
  const has = (from, to, place) => {
    for (let at = from; at < to; at++) if (labels[place(at)] === index) return true;
    return false;
  };
  const across = (/** @type {number} */ at) => y * width + at, down = (/** @type {number} */ at) => at * width + x;
  return has(frame.x, x, across) && has(x, frame.x + frame.width, across)
    && has(frame.y, y, down) && has(y, frame.y + frame.height, down);
}

/**
 * The ink of some components in a box, its darkest strokes 255.
 * @param {Grey} ink
 * @param {Connected} connected
 * @param {Box} box
 * @param {(label: number) => boolean} isOwn
 */
function cut(ink, connected, [x, y, width, height], isOwn) {
  const part = crop(ink, x, y, width, height), counts = new Uint32Array(256);
  let own = 0;
  for (let row = 0; row < part.height; row++) {
    for (let column = 0; column < part.width; column++) {
      const at = row * part.width + column;
      if (isOwn(connected.labels[(y + row) * connected.width + x + column])) { counts[part.data[at]]++; own++; } else part.data[at] = 0;
    }
  }
  let dark = 0, seen = counts[0];
  const rank = Math.trunc(DARK_QUANTILE * (own - 1));
  while (seen <= rank && dark < 255) seen += counts[++dark];
  return scaled(part, 255 / Math.max(dark, 1));
}
