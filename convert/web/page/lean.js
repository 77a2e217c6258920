// Writing that leans far: how far, and the detector's look at it set upright. As edge_app/page/lean.py.
// @ts-check
import { median, roundEven } from "./grey.js";
import { detect } from "./detection.js";
import { maskOf } from "./ink.js";
import { inverse, warped } from "./warp.js";
import { inkOnPage } from "./upright.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./candidates.js").Candidate} Candidate
 * @typedef {import("./warp.js").Affine} Affine
 */

const MIN_LEAN = 0.6, MIN_DIGITS = 8, MAX_LEAN = 1.8;

/**
 * How far most of the ink leans to the right, in its own heights; 0 unless it is far.
 * @param {Candidate[]} candidates
 */
export function findLean(candidates) {
  const leans = candidates.filter(({ fragment, encloses }) => !fragment && !encloses).flatMap(({ ink }) => {
    let mass = 0, across = 0, down = 0;
    ink.data.forEach((value, at) => { mass += value; across += value * (at % ink.width); down += value * Math.floor(at / ink.width); });
    let both = 0, squares = 0;
    ink.data.forEach((value, at) => {
      const y = Math.floor(at / ink.width) - down / mass;
      both += value * (at % ink.width - across / mass) * y;
      squares += value * y * y;
    });
    return squares > 0 ? [-both / squares] : [];
  });
  const lean = leans.length >= MIN_DIGITS ? median(leans) : 0;
  return Math.abs(lean) >= MIN_LEAN ? Math.min(Math.max(lean, -MAX_LEAN), MAX_LEAN) : 0;
}

/**
 * What the detector sees near some places, in pixels of the ink map; set upright where their lean is not 0.
 * @param {import("./ink.js").InkMap} page
 * @param {Box[]} places
 * @param {number} lean
 * @param {import("./detection.js").MapNetwork} network
 */
export async function detectUpright(page, places, lean, network) {
  if (lean === 0) return detect(page.ink, places, network);
  const { width, height } = page.ink;
  const reach = Math.abs(lean) * height, wide = width + Math.trunc(reach) + 1;
  // x right, y down: what leans to the right lies the further right the higher it is.
  /** @type {Affine} */ const matrix = [1, lean, lean > 0 ? 0 : reach, 0, 1, 0];
  const [ink, mask] = [page.ink, maskOf(page)].map((grey) => warped(grey, inverse(matrix), wide, height));
  const found = await detect(ink, places.map((box) => upright(box, lean, matrix)), network);
  return found.map((each) => ({ ...each, box: inkOnPage(each.box, mask, matrix) }));
}

/** Where leaning ink in a box stands once it is upright. @param {Box} box @param {number} lean @param {Affine} matrix @returns {Box} */
function upright([left, top, wide, height], lean, [, , x0]) {
  const y = top + height / 2, x = left + wide / 2 + lean * y + x0, width = Math.max(height / 4, wide - Math.abs(lean) * height);
  return [roundEven(x - width / 2), roundEven(y - height / 2), roundEven(width), height];
}
