"""Two ways joined: what the ink's pieces read as, and what the detector sees in their places.

Each reading has three witnesses: the classifier, the detector, and the company it keeps. Their evidence is added up as
log odds. What the detector alone sees is read from the ink in its box.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .company import keep_good_company
from .components import Candidate, ConnectedInk, candidate_in
from .detection import Detections, overlaps
from .ink import InkMap
from .normalise import normalise
from .page import Box
from .recognition import Classifier, Reading

# A reading and a detection are the same thing if they share this much of their union.
SAME = 0.35
# What the classifier's log odds count, at most so many of them, and what good or bad company does.
CLASSIFIER_WEIGHT, MOST_ODDS = 0.5, 4.0
COMPANY_WEIGHT = 1.0
NEEDED = 2.0
# Ink is several digits if the detector sees two in it, it is so much larger than each, and like neither.
SEVERAL_LARGER, SEVERAL_APART = 1.4, 0.7
# A detection without a reading has to be so sure, one of the two ways so sure of the digit, and its place free.
MIN_NEW_SCORE = 0.6
MIN_NEW_CLASSIFIER, MIN_NEW_DETECTOR = 0.6, 0.8
MAX_SHARED = 0.2
# The detector's box is this much narrower than what is cut out for the classifier, as a part of its height.
RIM = 0.06
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
        The same readings in the same order, some with another label or None, and behind them the new ones.
    """
    company = [each.label is not None for each in keep_good_company(readings)]
    confirmed = [_confirmed(reading, in_company, found) for reading, in_company in zip(readings, company, strict=True)]
    return confirmed + _missed(confirmed, found, page_ink, connected, classifier)


def _confirmed(reading: Reading, in_company: bool, found: Detections) -> Reading:
    if reading.label is None or not len(found):
        return replace(reading, label=None)
    shared = overlaps(np.array(reading.box, np.float32), found.boxes)
    supports = np.where(shared >= SAME, found.scores, 0)
    seen = int(supports.argmax())
    evidence = CLASSIFIER_WEIGHT * min(_log_odds(reading.confidence), MOST_ODDS) + _log_odds(float(supports[seen]))
    evidence += COMPANY_WEIGHT if in_company else -COMPANY_WEIGHT
    if evidence <= NEEDED or supports[seen] == 0 or _holds_several(reading.box, found):
        return replace(reading, label=None)
    by_classifier = np.full(10, (1 - reading.confidence) / 9)
    by_classifier[reading.label] = reading.confidence
    return replace(reading, label=_agreed(by_classifier, found.probabilities[seen]))


def _holds_several(box: Box, found: Detections) -> bool:
    """Whether the detector surely sees several smaller digits in a box."""
    inside = found.boxes[(found.scores >= MIN_NEW_SCORE) & found.middles_in(box)]
    areas = inside[:, 2] * inside[:, 3]
    if len(inside) < 2 or box[2] * box[3] < SEVERAL_LARGER * areas.max():
        return False
    return bool(overlaps(np.array(box, np.float32), inside).max() < SEVERAL_APART)


def _agreed(by_classifier: NDArray[Any], by_detector: NDArray[Any]) -> int:
    """The digit that both together find likeliest."""
    return int((np.log(by_classifier + LEAST) + np.log(by_detector + LEAST)).argmax())


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1e-3), 1 - 1e-3)
    return float(np.log(clipped / (1 - clipped)))


def _missed(
    readings: Sequence[Reading],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """What the detector alone sees, the surest first."""
    taken = [np.array(reading.box, np.float32) for reading in readings if reading.label is not None]
    places: list[tuple[int, Candidate]] = []
    for index in np.flatnonzero(found.scores >= MIN_NEW_SCORE):
        if taken and overlaps(found.boxes[index], np.stack(taken)).max() > MAX_SHARED:
            continue
        candidate = candidate_in(_cut_out(found.boxes[index]), page_ink, connected)
        if candidate is not None:
            taken.append(found.boxes[index])
            places.append((int(index), candidate))
    if not places:
        return []
    read = classifier.classify_batch(np.stack([normalise(candidate.ink) for _, candidate in places]))
    return [
        Reading(candidate.box, _agreed(probabilities, found.probabilities[index]), float(found.scores[index]), 0)
        for (index, candidate), probabilities in zip(places, read.probabilities, strict=True)
        if probabilities.max() >= MIN_NEW_CLASSIFIER or found.probabilities[index].max() >= MIN_NEW_DETECTOR
    ]


def _cut_out(box: NDArray[np.float32]) -> Box:
    rim = max(1, round(RIM * float(box[3])))
    x, y, width, height = (round(float(value)) for value in box)
    return x - rim, y - rim, width + 2 * rim, height + 2 * rim
