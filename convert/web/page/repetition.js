// Repetition as a witness: print repeats its shapes, and a hand hardly ever does.
// As edge_app/page/repetition.py, which says what each number is for.
// @ts-check
import { iou } from "./boxes.js";
import { LEAST_MOVED, moved, SAME_IOU } from "./detection.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./detection.js").Found} Found
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ box: Box, crop: Uint8Array, label: number | null, image: Float32Array | null }} Piece of ink, its image once it
 *   was asked for
 */

const SAME_HEIGHT = 0.05, SAME_WIDTH = 0.07, DOUBLE = 0.75, MOST_AGAINST = 4.0, MIN_WIDTH = 0.45, MIN_HEIGHT_PX = 9;
const MIN_KINDS = 3;

/**
 * Detections with lower scores where their ink has a double on the page.
 * @param {Found[]} found
 * @param {Reading[]} readings of the page's pieces of ink
 * @returns {Found[]} the surest first
 */
export function weighByRepetition(found, readings) {
  /** @type {Piece[]} */ const pieces = readings.flatMap(({ box, crop, label }) => (crop === null ? [] : [{ box, crop, label, image: null }]));
  const seen = found.map(({ box, score }) => (score < LEAST_MOVED ? null : pieceAt(pieces, box)));
  const likenesses = seen.map((piece) => (piece === null ? 0 : likeness(piece, pieces)));
  const kinds = new Set(seen.filter((_, index) => likenesses[index] > DOUBLE).map((piece) => piece?.label));
  if (kinds.size < MIN_KINDS) return found;
  return moved(found, likenesses.map((alike) => -MOST_AGAINST * Math.max(0, (alike - DOUBLE) / (1 - DOUBLE))));
}

/** The piece of ink in a detection's place, null for none and for a mere stroke. @param {Piece[]} pieces @param {Box} box */
function pieceAt(pieces, box) {
  /** @type {Piece | null} */ let best = null;
  let most = 0;
  for (const piece of pieces) {
    const overlap = iou(box, piece.box);
    if (overlap > most) [best, most] = [piece, overlap];
  }
  if (best === null || most < SAME_IOU) return null;
  const [, , width, height] = best.box;
  return width >= MIN_WIDTH * height && height >= MIN_HEIGHT_PX ? best : null;
}

/** How alike the likest other piece of its size is, in [0, 1]. @param {Piece} piece @param {Piece[]} pieces */
function likeness(piece, pieces) {
  const [, , width, height] = piece.box;
  let most = 0;
  for (const other of pieces) {
    if (other === piece) continue;
    if (Math.abs(width - other.box[2]) > 1 + SAME_WIDTH * width || Math.abs(height - other.box[3]) > 1 + SAME_HEIGHT * height) continue;
    const one = imageOf(piece), two = imageOf(other);
    most = Math.max(most, one.reduce((sum, value, at) => sum + value * two[at], 0));
  }
  return most;
}

/** What the classifier saw, its mean 0 and its length 1. @param {Piece} piece */
function imageOf(piece) {
  if (piece.image !== null) return piece.image;
  const { crop } = piece, mean = crop.reduce((sum, value) => sum + value, 0) / crop.length;
  const length = Math.sqrt(crop.reduce((sum, value) => sum + (value - mean) ** 2, 0)) + 1e-6;
  piece.image = Float32Array.from(crop, (value) => (value - mean) / length);
  return piece.image;
}
