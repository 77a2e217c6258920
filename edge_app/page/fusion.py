"""Fusion: what the ink's pieces read as, and what the detector sees in their places.

Each reading has three witnesses: the classifier, the detector, and its context. Their evidence is added up as
log odds. What the detector alone sees is read from the ink in its box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .boxes import Box, iou
from .candidates import Candidate, ConnectedInk, candidate_in
from .context import chained, context_evidence, gaps, in_line
from .detection import Detections
from .ink import InkMap
from .recognition import Look, Reading

# The score of a reading that the detector does not see.
UNSEEN = 0.02
# The context's log odds are weighted by this, after they are held to this range.
CONTEXT_WEIGHT, MOST_CONTEXT = 0.3, 7.5
# The share of digits in the ink around: within these heights beside and above, what is read counting at least this.
AROUND_BESIDE, AROUND_ABOVE, LEAST_READ = 4.0, 3.0, 0.3
# A number may stand among words. Pieces of ink in a line form a group if the gaps between them are at most this part of
# their height. A group of at least this many has its own share of digits, which is used where it is the higher one.
NEXT, MIN_TOGETHER = 0.5, 4
# At the usual share a reading needs this evidence (log odds); the weight is how the need changes with the share.
USUAL_SHARE, NEEDED, SHARE_WEIGHT = 0.4, 0.0, 8.0
# What the classifier and the detector see alike, each this surely, is not refused because of other ink, unless hardly
# any of that is digits: letters look like some.
AGREED_CONFIDENCE, AGREED_SCORE, AGREED_SHARE = 0.97, 0.7, 0.12
# Ink is several digits if the detector sees two in it, at these scores, and is this many times larger than each,
# its IoU with each below this.
SEVERAL_LARGER, SEVERAL_IOU, SEVERAL_SCORES = 1.4, 0.7, (0.4, 0.75)
# A detection without a reading needs this score (its weight as above), a free place, and a digit this probable to the
# classifier or to the detector.
MIN_NEW_SCORE, NEW_SHARE_WEIGHT = 0.65, 0.8
# On a strip, an image that a line of digits fills, there is little else: a lower score is enough, and a still
# lower one beside digits. A page is this many of what was seen high.
MIN_NEW_ON_STRIP, STRIP_SHARE_WEIGHT, PAGE_HEIGHTS, SEEN = 0.55, 0.4, 5.0, 0.3
MIN_NEW_CLASSIFIER, MIN_NEW_DETECTOR = 0.5, 0.7
MAX_IOU = 0.2
# The detector's box is this much narrower than what is cut out for the classifier, as a part of its height.
RIM = 0.06
# A detection may be a doubtful digit from this score on, or from the lower one where the classifier is so certain.
MIN_DOUBTFUL, MIN_VOUCHED, VOUCHED = 0.2, 0.1, 0.9
# Neither way is ever surer than this that it is not another digit.
LEAST = 0.01


def is_strip(found: Detections, page_ink: InkMap) -> bool:
    """Whether a line of digits fills the image."""
    heights = found.boxes[found.scores >= SEEN, 3]
    return bool(len(heights)) and page_ink.ink.shape[0] <= PAGE_HEIGHTS * float(np.median(heights))


def _least_new(share: float, strip: bool) -> float:
    """The score that a detection without a reading needs where that share of the ink around is digits."""
    if strip:
        return MIN_NEW_ON_STRIP - STRIP_SHARE_WEIGHT * max(0.0, share - USUAL_SHARE)
    return MIN_NEW_SCORE - NEW_SHARE_WEIGHT * (share - USUAL_SHARE)


def fuse(
    readings: Sequence[Reading], found: Detections, page_ink: InkMap, connected: ConnectedInk, strip: bool
) -> tuple[list[Reading], dict[int, Candidate], NDArray[np.int64]]:
    """Refuses readings that the detector and their context speak against, and finds what the detector alone sees.

    Args:
        readings: of the ink's pieces.
        found: by the detector on the same page.
        page_ink: the page.
        connected: its ink by what hangs together.
        strip: whether a line of digits fills the image.

    Returns:
        The same readings in the same order, some with another label or None; the ink of the detections that stand
        without a reading, by their index, for read_missed(); and the indices of those that may be doubtful digits,
        int64 (N,), the most certain first.
    """
    views = [None if reading.label is None else found.surest_at(reading.box) for reading in readings]
    supports = np.array([found.scores[view] if view is not None else UNSEEN for view in views])
    beside, above = gaps(readings)
    shares = _shares_of_digits(readings, supports, beside, above)
    by_detector = np.log(supports / (1 - supports))
    evidence = by_detector + SHARE_WEIGHT * (shares - USUAL_SHARE)
    evidence += CONTEXT_WEIGHT * np.clip(context_evidence(readings, beside, above), -MOST_CONTEXT, MOST_CONTEXT)
    for index, (reading, view) in enumerate(zip(readings, views, strict=True)):
        if not strip and shares[index] >= AGREED_SHARE and _agree(reading, view, found):
            evidence[index] = max(evidence[index], by_detector[index])
    fused = [_judged(reading, view, odds, found) for reading, view, odds in zip(readings, views, evidence, strict=True)]
    missed = _missed(fused, shares, found, page_ink, connected, strip)
    return fused, missed, _in_doubt(readings, fused, views, found)


def read_missed(missed: Mapping[int, Candidate], looks: Sequence[Look], found: Detections) -> list[Reading]:
    """What the detector alone sees, from fuse(), by the classifier's look at each; left out where both are unsure."""
    new = []
    for (index, candidate), look in zip(missed.items(), looks, strict=True):
        by_detector, score = found.probabilities[index], float(found.scores[index])
        if look.probabilities.max() >= MIN_NEW_CLASSIFIER or by_detector.max() >= MIN_NEW_DETECTOR:
            label, both = agreed(look.probabilities, by_detector), joint(look.reading(candidate.box), by_detector)
            new.append(Reading(candidate.box, label, score, crop=look.crop, probabilities=both, belief=score))
    return new


def _judged(reading: Reading, view: int | None, odds: float, found: Detections) -> Reading:
    """A reading with its belief, refused or with the label that both find likeliest."""
    if reading.label is None:
        return reading
    judged = replace(reading, belief=_probability(odds))
    if view is None or odds <= NEEDED or _holds_several(reading.box, found):
        return replace(judged, label=None)
    return _relabelled(judged, found.probabilities[view])


def _agree(reading: Reading, view: int | None, found: Detections) -> bool:
    """Whether the classifier and the detector see the same digit, both surely."""
    if view is None:
        return False
    sure = reading.confidence >= AGREED_CONFIDENCE and found.scores[view] >= AGREED_SCORE
    return bool(sure and found.probabilities[view].argmax() == reading.label)


def _in_doubt(
    readings: Sequence[Reading], fused: Sequence[Reading], views: Sequence[int | None], found: Detections
) -> NDArray[np.int64]:
    """Detections certain enough, or vouched for by the classifier, that no digit is read from."""
    in_doubt = found.scores >= MIN_DOUBTFUL
    for before, view in zip(readings, views, strict=True):
        if view is not None and before.confidence >= VOUCHED and found.scores[view] >= MIN_VOUCHED:
            in_doubt[view] = True
    for after, view in zip(fused, views, strict=True):
        if after.label is not None:
            in_doubt[view] = False
    return np.flatnonzero(in_doubt)


def _shares_of_digits(
    readings: Sequence[Reading], supports: NDArray[Any], beside: NDArray[np.float32], above: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How much of the ink around each reading, itself included, is digits: float64 (N,) in [0, 1]."""
    around = (beside <= AROUND_BESIDE) & (above <= AROUND_ABOVE)
    read = np.array([reading.label is not None for reading in readings], bool)
    digits = np.where(read, np.maximum(supports, LEAST_READ), 0.0)
    shares = around @ digits / around.sum(axis=1)
    together = chained(in_line(beside, above, NEXT))
    sizes = np.bincount(together)
    own = (np.bincount(together, weights=digits) / sizes)[together]
    return np.asarray(np.where(sizes[together] >= MIN_TOGETHER, np.maximum(shares, own), shares), np.float64)


def _relabelled(reading: Reading, by_detector: NDArray[np.float32]) -> Reading:
    by_classifier = np.full(10, (1 - reading.confidence) / 9)
    by_classifier[reading.label] = reading.confidence
    return replace(reading, label=agreed(by_classifier, by_detector), probabilities=joint(reading, by_detector))


def joint(reading: Reading, by_detector: NDArray[np.float32]) -> NDArray[np.float32]:
    """What both together make of a reading's label: float32 (10,), sum 1."""
    own = reading.probabilities
    if own is None:
        return by_detector
    product = (own + LEAST) * (by_detector + LEAST)
    return np.asarray(product / product.sum(), np.float32)


def _holds_several(box: Box, found: Detections) -> bool:
    """Whether the detector sees several smaller digits in a box, and as certainly none that fills it."""
    inside = found.middles_in(box)
    like = iou(np.array(box, np.float32), found.boxes) >= SEVERAL_IOU
    large = SEVERAL_LARGER * found.boxes[:, 2] * found.boxes[:, 3] > box[2] * box[3]
    seen = [inside & (found.scores >= score) for score in SEVERAL_SCORES]
    return any(each.sum() >= 2 and not (each & (like | large)).any() for each in seen)


def _missed(
    readings: Sequence[Reading],
    shares: NDArray[np.float64],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    strip: bool,
) -> dict[int, Candidate]:
    """The ink of what the detector alone sees, by its index, the surest first."""
    middles = np.array([reading.box for reading in readings], np.float32).reshape(-1, 4)
    middles = middles[:, :2] + middles[:, 2:] / 2
    taken = np.array([reading.box for reading in readings if reading.label is not None], np.float32).reshape(-1, 4)
    missed: dict[int, Candidate] = {}
    likely = int((found.scores >= _least_new(1.0, strip)).sum())
    for index, (box, score) in enumerate(zip(found.boxes[:likely], found.scores[:likely], strict=True)):
        # Around it is as around the nearest ink.
        share = shares[np.abs(middles - box[:2] - box[2:] / 2).sum(axis=1).argmin()] if len(shares) else USUAL_SHARE
        if score < _least_new(float(share), strip) or (iou(box, taken) > MAX_IOU).any():
            continue
        candidate = candidate_in(cut_out(box), page_ink, connected)
        if candidate is not None:
            taken = np.vstack([taken, box])
            missed[index] = candidate
    return missed


def _probability(odds: float) -> float:
    """Of log odds."""
    return float(1 / (1 + np.exp(-odds)))


def agreed(by_classifier: NDArray[Any], by_detector: NDArray[Any]) -> int:
    """The digit that both together find likeliest."""
    return int((np.log(by_classifier + LEAST) + np.log(by_detector + LEAST)).argmax())


def cut_out(box: NDArray[np.float32]) -> Box:
    """What to cut out for the classifier of a detector's box, float32 (4,)."""
    rim = max(1, round(RIM * float(box[3])))
    x, y, width, height = (round(float(value)) for value in box)
    return x - rim, y - rim, width + 2 * rim, height + 2 * rim
