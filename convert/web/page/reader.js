// From a picture to a page of numbers. As edge_app/page/reader.py, whose stages these are.
// @ts-check
import { middleIn, onImage } from "./boxes.js";
import { connect, findCandidates } from "./candidates.js";
import { weighByColour } from "./colour.js";
import { refuseByContext } from "./context.js";
import { detect, isIn } from "./detection.js";
import { doubtedByContext, guessed, inLines, proposeDoubtful } from "./doubtful.js";
import { MIN_NEW_ON_STRIP, fuse, isStrip, readMissed } from "./fusion.js";
import { findInk, lumaOf } from "./ink.js";
import { detectUpright, findLean } from "./lean.js";
import { mayBeTurned, MIN_DIGITS, MIN_LEVEL_DEG, MIN_SHARE, tiltsRulings, turnedBack, turnedLevel } from "./level.js";
import { arrange, findSlant } from "./lines.js";
import { refuseLoneStrokes } from "./lone_strokes.js";
import { readNumbers } from "./numbers.js";
import { isDigit, lookAt, refused } from "./recognition.js";
import { weighByRepetition } from "./repetition.js";
import { confirm, SMALLER, WORTH_A_LOOK } from "./second_look.js";
import { cutTouching, inksOf, looksTouching, readCut, readWholes } from "./wholes.js";

/**
 * @typedef {import("./boxes.js").Box} Box
 * @typedef {import("./colour.js").Picture} Picture
 * @typedef {import("./ink.js").InkMap} InkMap
 * @typedef {import("./lines.js").Digit} Digit
 * @typedef {import("./recognition.js").Reading} Reading
 * @typedef {{ classifier: import("./recognition.js").Classifier, detector: import("./detection.js").MapNetwork,
 *   sequence: import("./spelling.js").ColumnNetwork, looksTwice?: boolean }} Networks how pages are read; frames that
 *   follow one another are looked at once
 * @typedef {{ lines: { text: string, digits: Digit[] }[], refused: Box[], width: number, height: number }} Page
 */

const PLAIN_CONFIDENCE = 0.9, PLAIN_SHARE = 0.85, MIN_PLAIN_DIGITS = 3, LEAST_HEIGHT_PX = 19;
const WORTH_CUTTING = 0.3, SETTLED = 5, MIN_SETTLED = 2, SETTLED_SHARE = 0.5, LEAST_CONFIDENCE = 0.55;

/**
 * Finds and reads the handwritten digits of a picture as it lies.
 * @param {Picture} picture
 * @param {Networks} networks
 * @returns {Promise<Page>} boxes in pixels of the picture
 */
export async function readPage(picture, networks) {
  const luma = lumaOf(picture.rgba, picture.width, picture.height);
  const page = findInk(luma);
  let readings = await readInk(page, picture, networks);
  const read = readings.filter(settles).length;
  if (page.doubtful && read < Math.min(SETTLED, Math.max(MIN_SETTLED, SETTLED_SHARE * readings.length))) {
    const other = await readInk(findInk(luma, !page.inverted), picture, networks);
    const better = certaintyOf(other.filter(settles)) - certaintyOf(readings.filter(settles));
    if (better > 0 || (better === 0 && certaintyOf(other) > certaintyOf(readings))) readings = other;
  }
  return inOrder(readings, page.scale, picture);
}

/** Whether a reading is believed enough to settle the polarity; what only the whole of a strip is sure of is not. @param {Reading} reading */
function settles({ label, belief }) {
  return label !== null && (belief ?? 1) >= MIN_NEW_ON_STRIP;
}

/** How much was read. @param {Reading[]} readings */
function certaintyOf(readings) {
  return readings.reduce((sum, { label, confidence }) => (label === null ? sum : sum + confidence), 0);
}

/**
 * The readings of a page's ink, boxes in pixels of the ink map.
 * @param {InkMap} page
 * @param {Picture} picture
 * @param {Networks} networks
 * @param {import("./components.js").Connected} connected
 * @returns {Promise<Reading[]>}
 */
async function readInk(page, picture, networks, connected = connect(page)) {
  const { classifier, sequence } = networks, candidates = findCandidates(page, connected);
  const slant = findSlant(candidates.filter(({ fragment, encloses }) => !fragment && !encloses).map(({ box }) => box));
  const wholes = await readWholes(candidates, classifier, slant);
  if (page.matrix === null && Math.abs(slant) >= MIN_LEVEL_DEG) {
    const asLevel = certaintyOf(wholes.map(({ reading }) => reading));
    if (asLevel >= MIN_DIGITS && mayBeTurned(page, slant)) {
      const standing = await readWholes(candidates, classifier, 0);
      if (asLevel >= MIN_SHARE * certaintyOf(standing.map(({ reading }) => reading))) {
        const level = turnedLevel(page, slant), after = connect(level);
        if (!tiltsRulings(connected, after)) return turnedBack(await readInk(level, picture, networks, after), level, after);
      }
    }
  }
  const lean = findLean(wholes.map(({ candidate }) => candidate));
  const frames = candidates.filter(({ encloses }) => encloses).map(({ box }) => refused(box));
  const all = await believe(page, picture, connected, wholes, frames, lean, networks);
  // The sequence reader learnt from hands that lean less than what is set upright for the detector; a 1 leans with them.
  if (lean !== 0) return all;
  const believed = refuseLoneStrokes(all);
  return readNumbers(believed, page, connected, sequence, classifier, findSlant(believed.filter(isDigit).map(({ box }) => box)));
}

/**
 * What is believed of the readings one by one, with what the detector alone sees, and what is doubtful.
 * @param {InkMap} page
 * @param {Picture} picture
 * @param {import("./components.js").Connected} connected
 * @param {import("./wholes.js").Whole[]} wholes
 * @param {Reading[]} frames
 * @param {number} lean
 * @param {Networks} networks
 */
async function believe(page, picture, connected, wholes, frames, lean, { classifier, detector, looksTwice = true }) {
  const pieces = wholes.map(({ reading }) => reading), isRead = isPlain([...pieces, ...frames]);
  // Lower ink that the classifier refuses is specks and dots.
  const worth = wholes.filter(({ reading, candidate }) => reading.label !== null || candidate.box[3] >= LEAST_HEIGHT_PX);
  let found = isRead ? null : await detectUpright(page, worth.map(({ candidate }) => candidate.box), lean, detector);
  const strip = found !== null && isStrip(found, page);
  if (found !== null && looksTwice && !strip && lean === 0) {
    const again = found.filter(({ score }) => score >= WORTH_A_LOOK).map(({ box }) => box);
    found = confirm(found, await detect(page.ink, again, detector, SMALLER));
  }
  const seen = found === null ? null : weighByRepetition(weighByColour(found, pieces, picture, page), pieces);
  const readings = [...frames, ...await readTouching(wholes, seen, classifier)];
  if (seen === null) {
    const believed = refuseByContext(readings);
    return [...believed, ...doubtedByContext(readings, believed, page)];
  }
  const { fused, missed, inDoubt } = fuse(readings, seen, page, connected, strip);
  const believed = [...fused, ...readMissed(missed, await lookAt(missed.map(({ candidate }) => candidate.ink), classifier), seen)];
  const read = believed.filter(({ label }) => label !== null).map(({ box }) => box);
  const unread = proposeDoubtful(inDoubt.map((index) => seen[index]), read, page, connected, strip);
  return [...believed, ...guessed(unread, await lookAt(unread.map(({ candidate }) => candidate.ink), classifier))];
}

/**
 * The wholes' readings, touching digits cut apart where the detector, if it was asked, sees a digit there.
 * @param {import("./wholes.js").Whole[]} wholes
 * @param {import("./detection.js").Found[] | null} seen
 * @param {import("./recognition.js").Classifier} classifier
 */
async function readTouching(wholes, seen, classifier) {
  const cuts = wholes.map((whole) => {
    const worth = seen === null || seen.some((each) => each.score >= WORTH_CUTTING && isIn(each, whole.candidate.box));
    return worth && looksTouching(whole) ? cutTouching(whole) : null;
  });
  const looks = await lookAt(cuts.flatMap((cut) => (cut === null ? [] : inksOf(cut))), classifier);
  return wholes.flatMap((whole, index) => {
    const cut = cuts[index];
    return cut === null ? [whole.reading] : readCut(cut, looks.splice(0, cut.spans.length));
  });
}

/** Whether all ink reads as digits, nearly all surely, and some of them are more than a stroke. @param {Reading[]} readings */
function isPlain(readings) {
  if (readings.some(({ label }) => label === null)) return false;
  const sure = readings.filter(({ confidence }) => confidence >= PLAIN_CONFIDENCE);
  return sure.length >= PLAIN_SHARE * readings.length && sure.filter(({ label }) => label !== 1).length >= MIN_PLAIN_DIGITS;
}

/**
 * A reading at its place in the picture, doubtful if it is not sure enough.
 * @param {Reading} reading
 * @param {Box} box
 * @returns {Digit}
 */
function digitOf({ label, confidence, guess, crop }, box) {
  const sure = label === null || confidence >= LEAST_CONFIDENCE;
  return sure ? { label, confidence, box, guess, crop } : { label: null, confidence, box, guess: label, crop };
}

/**
 * The readings in lines and in pixels of the picture.
 * @param {Reading[]} readings
 * @param {number} scale
 * @param {{ width: number, height: number }} size
 * @returns {Page}
 */
function inOrder(readings, scale, { width, height }) {
  const digits = readings.map((reading) => digitOf(reading, onImage(reading.box, scale, width, height)));
  // What is read, surely or not, has its place; a doubtful digit has to stand beside another one.
  const read = digits.filter((_, index) => readings[index].label !== null);
  const possible = digits.filter((_, index) => readings[index].guess !== null);
  let lines = arrange(read);
  const doubtful = read.length ? inLines(possible, lines) : arrange(possible).filter((line) => line.length > 1).flat();
  if (doubtful.length) lines = arrange([...read, ...doubtful]);
  const left = digits.filter(({ label, guess }) => label === null && guess === null);
  return {
    // Ink in which a doubtful digit stands has its mark there.
    lines: lines.map((line) => ({ text: line.map(({ label }) => label ?? "?").join(""), digits: line })),
    refused: left.filter((ink) => !doubtful.some((digit) => middleIn(digit.box, ink.box))).map(({ box }) => box),
    width, height,
  };
}
