// Candidates read as one digit each, fragments put together, and touching digits cut apart.
// As edge_app/page/wholes.py, which says what each number is for.
// @ts-check
import { boundingRect } from "./grey.js";
import { nearPairs, putTogether } from "./fragments.js";
import { lookAt, readingOf } from "./recognition.js";
import { bestPath, cutPieces, spans } from "./touching.js";
import { boxOnPage, turnUpright } from "./upright.js";

/**
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {import("./candidates.js").Candidate} Candidate
 * @typedef {import("./recognition.js").Classifier} Classifier
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {import("./recognition.js").Look} Look
 * @typedef {import("./warp.js").Affine} Affine
 * @typedef {{ candidate: Candidate, ink: Grey, matrix: Affine | null, reading: Reading }} Whole
 *   the ink on the page, the same turned upright, how, and what it reads as
 * @typedef {{ whole: Whole, weights: number[], spans: import("./touching.js").Span[], masks: Uint8Array[] }} Cut
 *   the part of the ink in each piece, runs of pieces that may be one digit, and the ink of each: 1, else 0
 */

const SURE = 0.75, WIDE = 1.15, UNSURE = 0.8, MERGED = 0.8, GAIN = 0.1, MIN_PIECE_HEIGHT = 0.3, MIN_EXPLAINED = 0.55;
const MIN_SPLIT_HEIGHT_PX = 10;

/**
 * Reads candidates as one digit each, broken ones put together; frames are left out.
 * @param {Candidate[]} candidates
 * @param {Classifier} classifier
 * @param {number} slantDeg direction of the lines on the page
 */
export async function readWholes(candidates, classifier, slantDeg) {
  const alone = candidates.filter(({ fragment, encloses }) => !fragment && !encloses);
  return merged(await readWhole(alone, classifier, slantDeg), candidates.filter(({ fragment }) => fragment), classifier, slantDeg);
}

/** Whether it may be several digits. @param {Whole} whole */
export function looksTouching({ ink, reading }) {
  const rect = boundingRect(ink);
  if (rect === null || rect.height < MIN_SPLIT_HEIGHT_PX || rect.width < 0.4 * rect.height) return false;
  return reading.label === null || reading.confidence < SURE || rect.width > WIDE * rect.height;
}

/**
 * Cuts ink where digits may touch; null if there is no such place.
 * @param {Whole} whole
 * @returns {Cut | null}
 */
export function cutTouching(whole) {
  const { ink } = whole, pieces = cutPieces(ink), count = pieces.reduce((most, piece) => Math.max(most, piece), 0) + 1;
  const rect = boundingRect(ink);
  if (count === 1 || rect === null) return null;
  const weights = new Array(count).fill(0);
  /** @type {[number, number][]} */ const ends = weights.map(() => [0, 0]);
  pieces.forEach((piece, at) => {
    if (ink.data[at] === 0) return;
    const x = at % ink.width;
    ends[piece] = weights[piece]++ ? [Math.min(ends[piece][0], x), Math.max(ends[piece][1], x + 1)] : [x, x + 1];
  });
  /** @type {Cut} */ const cut = { whole, weights, spans: [], masks: [] };
  for (const span of spans(ends, rect.height)) {
    const mask = Uint8Array.from(pieces, (piece, at) => Number(ink.data[at] > 0 && piece >= span.first && piece <= span.last));
    const own = boundingRect({ data: mask, width: ink.width, height: ink.height });
    if (own === null || own.height < MIN_PIECE_HEIGHT * rect.height) continue;
    cut.spans.push(span);
    cut.masks.push(mask);
  }
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return { ...cut, weights: weights.map((weight) => weight / all) };
}

/** What to look at: the ink of each span. @param {Cut} cut @returns {Grey[]} */
export function inksOf({ whole: { ink }, masks }) {
  return masks.map((mask) => ({ ...ink, data: ink.data.map((value, at) => (mask[at] ? value : 0)) }));
}

/**
 * The digits that explain it best, by a look at each of its inks; the whole where they explain too little.
 * @param {Cut} cut
 * @param {Look[]} looks
 */
export function readCut(cut, looks) {
  const { candidate, matrix, ink, reading } = cut.whole;
  const { chosen, score } = bestPath(cut.weights, cut.spans, looks.map((look) => (look.label === null ? 0 : look.confidence)));
  if (chosen.length === 0 || score < Math.log(MIN_EXPLAINED)) return [reading];
  return chosen.map((index) => readingOf(
    looks[index], boxOnPage(ink.width, ink.height, (at) => cut.masks[index][at] === 1, matrix, candidate.box[0], candidate.box[1]),
  ));
}

/**
 * @param {Candidate[]} candidates
 * @param {Classifier} classifier
 * @param {number} slantDeg
 * @returns {Promise<Whole[]>}
 */
async function readWhole(candidates, classifier, slantDeg) {
  const turned = candidates.map(({ ink }) => turnUpright(ink, slantDeg));
  const looks = await lookAt(turned.map(({ ink }) => ink), classifier);
  return candidates.map((candidate, index) => ({ candidate, ...turned[index], reading: readingOf(looks[index], candidate.box) }));
}

/**
 * Puts broken digits together where that reads better than their pieces.
 * @param {Whole[]} wholes
 * @param {Candidate[]} fragments
 * @param {Classifier} classifier
 * @param {number} slantDeg
 */
async function merged(wholes, fragments, classifier, slantDeg) {
  const candidates = [...wholes.map(({ candidate }) => candidate), ...fragments];
  const beliefs = candidates.map((_, index) => {
    const reading = wholes[index]?.reading;
    return reading && reading.label !== null ? reading.confidence : 0;
  });
  const pairs = nearPairs(candidates, beliefs.map((belief) => belief < UNSURE));
  const unions = await readWhole(pairs.map(([one, other]) => putTogether(candidates[one], candidates[other])), classifier, slantDeg);
  /** @type {Set<number>} */ const used = new Set();
  /** @type {Whole[]} */ const together = [];
  const surest = unions.map((union, at) => ({ union, pair: pairs[at] })).sort((a, b) => b.union.reading.confidence - a.union.reading.confidence);
  for (const { union, pair: [one, other] } of surest) {
    const better = union.reading.label !== null && union.reading.confidence >= Math.max(MERGED, beliefs[one] + GAIN);
    if (!better || used.has(one) || used.has(other)) continue;
    used.add(one).add(other);
    together.push(union);
  }
  return [...wholes.filter((_, index) => !used.has(index)), ...together];
}
