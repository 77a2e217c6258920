// Ink of any size to a 28x28 image exactly as MNIST's makers did it: edge_app/page/normalise.py has the source.
// @ts-check
import { blank, boundingRect, crop, scaled } from "./grey.js";
import { resizeArea } from "./resize.js";

/** @typedef {import("./grey.js").Grey} Grey */

export const FIELD_PX = 28;
const BODY_PX = 20, MIN_SIDE_PX = 10;

/**
 * @param {Grey} ink 0 = paper; all that is not 0 counts as ink
 * @returns {Uint8Array} 28x28: the ink's bounding square scaled to 20x20, its centre of mass in the middle
 */
export function normalise(ink) {
  let square = boundingSquare(ink);
  if (square === null) return new Uint8Array(FIELD_PX * FIELD_PX);
  // The makers enlarged by whole doublings, then shrank by area.
  while (square.height < BODY_PX) square = doubled(square);
  const body = resizeArea(square, BODY_PX, BODY_PX);
  return pasteByMass(scaled(body, 255 / Math.max(1, body.data.reduce((most, value) => Math.max(most, value), 0))));
}

/** @param {Grey} ink */
function boundingSquare(ink) {
  const rect = boundingRect(ink);
  if (rect === null) return null;
  const side = Math.max(rect.width, rect.height, MIN_SIDE_PX), square = blank(side, side);
  const part = crop(ink, rect.x, rect.y, rect.width, rect.height);
  const left = (side - rect.width) >> 1, top = (side - rect.height) >> 1;
  for (let y = 0; y < rect.height; y++) {
    square.data.set(part.data.subarray(y * rect.width, (y + 1) * rect.width), (y + top) * side + left);
  }
  return square;
}

/** @param {Grey} grey */
function doubled(grey) {
  const out = blank(grey.width * 2, grey.height * 2);
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) out.data[y * out.width + x] = grey.data[(y >> 1) * grey.width + (x >> 1)];
  }
  return out;
}

/** @param {Grey} body */
function pasteByMass(body) {
  let mass = 0, across = 0, down = 0;
  body.data.forEach((value, at) => {
    mass += value;
    across += value * (at % BODY_PX);
    down += value * Math.floor(at / BODY_PX);
  });
  // Pixel centres are counted from 0 here, from 0.5 by the makers; they cut towards 0.
  /** @param {number} moment */
  const shift = (moment) => Math.min(Math.max(Math.trunc(14.5 - moment / mass), 0), FIELD_PX - BODY_PX);
  const field = new Uint8Array(FIELD_PX * FIELD_PX), x = shift(across), y = shift(down);
  for (let row = 0; row < BODY_PX; row++) {
    field.set(body.data.subarray(row * BODY_PX, (row + 1) * BODY_PX), (y + row) * FIELD_PX + x);
  }
  return field;
}
