"""Two ways joined: what the ink's pieces read as, and what the detector sees in their places.

Each reading has three witnesses: the classifier, the detector, and the company it keeps. Their evidence is added up as
log odds. What the detector alone sees is read from the ink in its box.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .boxes import Box, iou
from .candidates import Candidate, ConnectedInk, candidate_in
from .context import company_evidence, gaps
from .detection import Detections
from .doubtful import free_ink
from .ink import InkMap
from .normalise import FIELD_PX, normalise
from .recognition import Classifier, Reading

# A reading and a detection are the same thing if they share this much of their union.
SAME_IOU = 0.35
# A reading that the detector does not see counts as seen so surely.
UNSEEN = 0.02
# The company's log odds count this much, at most so many of them.
COMPANY_WEIGHT, MOST_COMPANY = 0.3, 7.5
# How much of the ink around is digits: within so many heights beside and above, what is read counts at least so much.
AROUND_BESIDE, AROUND_ABOVE, LEAST_READ = 4.0, 3.0, 0.3
# Where that share is usual, a reading needs this evidence; each part more or less changes it so much.
USUAL_SHARE, NEEDED, SHARE_WEIGHT = 0.4, 0.0, 8.0
# Ink is several digits if the detector sees two in it, it is so much larger than each, and like neither.
SEVERAL_LARGER, SEVERAL_IOU, SEVERAL_SCORES = 1.4, 0.7, (0.4, 0.75)
# A detection without a reading has to be so sure, one of the two ways so sure of the digit, and its place free.
MIN_NEW_SCORE, NEW_SHARE_WEIGHT = 0.55, 0.4
MIN_NEW_CLASSIFIER, MIN_NEW_DETECTOR = 0.5, 0.7
MAX_IOU = 0.2
# The detector's box is this much narrower than what is cut out for the classifier, as a part of its height.
RIM = 0.06
# A detection may be a doubtful digit from this score on, or from the lower one where the classifier is so certain.
MIN_DOUBTFUL, MIN_VOUCHED, VOUCHED = 0.25, 0.1, 0.9
# Neither way is ever surer than this that it is not another digit.
LEAST = 0.01


def confirm(
    readings: Sequence[Reading],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """Refuses readings that the detector and their company speak against, and adds what the detector alone sees.

    Args:
        readings: of the ink's pieces.
        found: by the detector on the same page.
        page_ink: the page.
        connected: its ink by what hangs together.
        classifier: reads what the detector alone sees.

    Returns:
        The same readings in the same order, some with another label or None; behind them the new ones, and then those
        that have a guess alone.
    """
    if not readings:
        return _missed([], np.zeros(0), found, page_ink, connected, classifier)
    views = [_view(reading, found) for reading in readings]
    supports = np.array([found.scores[view] if view is not None else UNSEEN for view in views])
    shares = _shares_of_digits(readings, supports)
    evidence = np.log(supports / (1 - supports)) + SHARE_WEIGHT * (shares - USUAL_SHARE)
    evidence += COMPANY_WEIGHT * np.clip(company_evidence(readings), -MOST_COMPANY, MOST_COMPANY)
    confirmed = [
        replace(reading, label=None)
        if view is None or odds <= NEEDED or _holds_several(reading.box, found)
        else _relabelled(reading, found.probabilities[view])
        for reading, view, odds in zip(readings, views, evidence, strict=True)
    ]
    vouched = [view for reading, view in zip(readings, views, strict=True) if reading.confidence >= VOUCHED]
    kept = [view for reading, view in zip(confirmed, views, strict=True) if reading.label is not None]
    in_doubt = found.scores >= MIN_DOUBTFUL
    in_doubt[[view for view in vouched if view is not None and found.scores[view] >= MIN_VOUCHED]] = True
    in_doubt[kept] = False
    confirmed += _missed(confirmed, shares, found, page_ink, connected, classifier)
    return confirmed + _doubtful(np.flatnonzero(in_doubt), confirmed, found, page_ink, connected, classifier)


def _view(reading: Reading, found: Detections) -> int | None:
    """The detection that is surest of those in a reading's place, by its index."""
    if reading.label is None or not len(found):
        return None
    scores = np.where(iou(np.array(reading.box, np.float32), found.boxes) >= SAME_IOU, found.scores, 0)
    return int(scores.argmax()) if scores.any() else None


def _shares_of_digits(readings: Sequence[Reading], supports: NDArray[Any]) -> NDArray[np.float64]:
    """How much of the ink around each reading, itself included, is digits: float64 (N,) in [0, 1]."""
    beside, above = gaps(readings)
    around = (beside <= AROUND_BESIDE) & (above <= AROUND_ABOVE)
    read = np.array([reading.label is not None for reading in readings])
    digits = np.where(read, np.maximum(supports, LEAST_READ), 0.0)
    return np.asarray(around @ digits / around.sum(axis=1), np.float64)


def _relabelled(reading: Reading, by_detector: NDArray[np.float32]) -> Reading:
    by_classifier = np.full(10, (1 - reading.confidence) / 9)
    by_classifier[reading.label] = reading.confidence
    return replace(reading, label=_agreed(by_classifier, by_detector))


def _holds_several(box: Box, found: Detections) -> bool:
    """Whether the detector sees several smaller digits in a box, and as certainly none that fills it."""
    inside = found.middles_in(box)
    like = iou(np.array(box, np.float32), found.boxes) >= SEVERAL_IOU
    large = SEVERAL_LARGER * found.boxes[:, 2] * found.boxes[:, 3] > box[2] * box[3]
    seen = [inside & (found.scores >= score) for score in SEVERAL_SCORES]
    return any(each.sum() >= 2 and not (each & (like | large)).any() for each in seen)


def _agreed(by_classifier: NDArray[Any], by_detector: NDArray[Any]) -> int:
    """The digit that both together find likeliest."""
    return int((np.log(by_classifier + LEAST) + np.log(by_detector + LEAST)).argmax())


def _missed(
    readings: Sequence[Reading],
    shares: NDArray[np.float64],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """What the detector alone sees, the surest first."""
    middles = np.array([reading.box for reading in readings], np.float32).reshape(-1, 4)
    middles = middles[:, :2] + middles[:, 2:] / 2
    taken = [np.array(reading.box, np.float32) for reading in readings if reading.label is not None]
    places: list[tuple[int, Candidate]] = []
    likely = int((found.scores >= MIN_NEW_SCORE - NEW_SHARE_WEIGHT * (1 - USUAL_SHARE)).sum())
    for index, box in enumerate(found.boxes[:likely]):
        # Around it is as around the nearest ink.
        share = shares[np.abs(middles - box[:2] - box[2:] / 2).sum(axis=1).argmin()] if len(shares) else USUAL_SHARE
        if found.scores[index] < MIN_NEW_SCORE - NEW_SHARE_WEIGHT * (share - USUAL_SHARE):
            continue
        if taken and iou(box, np.stack(taken)).max() > MAX_IOU:
            continue
        candidate = candidate_in(_cut_out(box), page_ink, connected)
        if candidate is not None:
            taken.append(box)
            places.append((index, candidate))
    crops, by_classifier = _looked_at([candidate for _, candidate in places], classifier)
    return [
        Reading(
            candidate.box,
            _agreed(probabilities, found.probabilities[index]),
            float(found.scores[index]),
            candidate.contrast,
            crop=crop,
        )
        for (index, candidate), crop, probabilities in zip(places, crops, by_classifier, strict=True)
        if probabilities.max() >= MIN_NEW_CLASSIFIER or found.probabilities[index].max() >= MIN_NEW_DETECTOR
    ]


def _doubtful(
    in_doubt: NDArray[np.int64],
    confirmed: Sequence[Reading],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """Those of the detections in doubt that are of ink that was not read, with a guess, the most certain first."""
    read = [reading.box for reading in confirmed if reading.label is not None]
    places = [
        (index, box, candidate)
        for index, box in zip(in_doubt, free_ink(found.boxes[in_doubt], read, page_ink), strict=True)
        if box is not None and (candidate := candidate_in(_cut_out(np.array(box)), page_ink, connected)) is not None
    ]
    crops, by_classifier = _looked_at([candidate for _, _, candidate in places], classifier)
    doubtful = []
    for (index, box, candidate), crop, probabilities in zip(places, crops, by_classifier, strict=True):
        by_detector = found.probabilities[index]
        guess = _agreed(probabilities, by_detector)
        confidence = float(found.scores[index] * max(probabilities[guess], by_detector[guess]))
        doubtful.append(Reading(box, None, confidence, candidate.contrast, guess, crop))
    return doubtful


def _looked_at(
    candidates: Sequence[Candidate], classifier: Classifier
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """What the classifier sees of candidates, uint8 (N, 28, 28), and what it makes of it, float32 (N, 10)."""
    if not candidates:
        return np.zeros((0, FIELD_PX, FIELD_PX), np.uint8), np.zeros((0, 10), np.float32)
    crops = np.stack([normalise(candidate.ink) for candidate in candidates])
    return crops, classifier.classify_batch(crops).probabilities


def _cut_out(box: NDArray[np.float32]) -> Box:
    rim = max(1, round(RIM * float(box[3])))
    x, y, width, height = (round(float(value)) for value in box)
    return x - rim, y - rim, width + 2 * rim, height + 2 * rim
