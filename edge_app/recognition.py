"""Candidates to readings: each as one digit, and where it looks joined, as several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .classifier import UNREAD, Predictions
from .components import Candidate
from .ink import Grey
from .normalise import normalise
from .page import Box
from .splitting import Span, best_path, cut_pieces, spans
from .turning import box_on_page, turn_upright

# A whole reading this sure is not tried in pieces, unless it is wider than a digit.
SURE = 0.9
WIDE = 1.15
MIN_PIECE_HEIGHT = 0.3
# Geometric mean probability that a way through joined ink needs: words give some digits and much that is none.
MIN_EXPLAINED = 0.55
MIN_SPLIT_HEIGHT_PX = 10


class Classifier(Protocol):
    """What reading a page asks of a classifier."""

    def classify_batch(self, images: NDArray[np.uint8]) -> Predictions:
        """Reads N images, uint8 (N, 28, 28)."""


@dataclass(frozen=True)
class Reading:
    """One piece of ink and what the classifier makes of it.

    Attributes:
        box: (x, y, width, height) in pixels of the ink map.
        label: 0 to 9, or None if it was refused.
        confidence: of the best digit.
        contrast: how dark its ink is on the page, 0 to 255.
    """

    box: Box
    label: int | None
    confidence: float
    contrast: int


@dataclass(frozen=True)
class _Upright:
    candidate: Candidate
    ink: Grey
    matrix: NDArray[np.float64] | None
    whole: Reading


def recognise(candidates: Sequence[Candidate], classifier: Classifier, slant_deg: float = 0.0) -> list[Reading]:
    """Reads candidates; joined digits become several readings.

    Args:
        candidates: ink that may be digits.
        classifier: reads the normalised ink.
        slant_deg: direction of the lines on the page.
    """
    turned = [turn_upright(candidate.ink, slant_deg) for candidate in candidates]
    wholes = classify([ink for ink, _ in turned], classifier)
    readings: list[Reading] = []
    for candidate, (ink, matrix), read in zip(candidates, turned, wholes, strict=True):
        whole = replace(read, box=candidate.box, contrast=candidate.contrast)
        if candidate.encloses:
            readings.append(replace(whole, label=None))
        elif _looks_joined(ink, whole):
            readings += _read_joined(_Upright(candidate, ink, matrix, whole), classifier)
        else:
            readings.append(whole)
    return readings


def classify(inks: Sequence[Grey], classifier: Classifier) -> list[Reading]:
    """Reads pieces of ink, uint8 (h, w) each, as single digits; the boxes are left empty."""
    if not inks:
        return []
    predictions = classifier.classify_batch(np.stack([normalise(ink) for ink in inks]))
    return [
        Reading((0, 0, 0, 0), None if label == UNREAD else int(label), float(confidence), 0)
        for label, confidence in zip(predictions.labels, predictions.confidences, strict=True)
    ]


def _looks_joined(ink: Grey, whole: Reading) -> bool:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    if height < MIN_SPLIT_HEIGHT_PX or width < 0.4 * height:
        return False
    return whole.label is None or whole.confidence < SURE or width > WIDE * height


def _read_joined(upright: _Upright, classifier: Classifier) -> list[Reading]:
    pieces = cut_pieces(upright.ink)
    count = int(pieces.max()) + 1
    if count == 1:
        return [upright.whole]
    inked = upright.ink > 0
    weights = np.bincount(pieces[inked], minlength=count).astype(float)
    ends = [_ends(inked & (pieces == index)) for index in range(count)]
    height = int(np.ptp(np.flatnonzero(inked.any(axis=1)))) + 1
    tried: list[tuple[Span, NDArray[np.bool_]]] = []
    for span in spans(ends, height):
        mask = inked & (pieces >= span.first) & (pieces <= span.last)
        if mask.any() and np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 >= MIN_PIECE_HEIGHT * height:
            tried.append((span, mask))
    read = classify([np.where(mask, upright.ink, 0).astype(np.uint8) for _, mask in tried], classifier)
    hypotheses = [
        (span, reading.confidence if reading.label is not None else 0.0)
        for (span, _), reading in zip(tried, read, strict=True)
    ]
    chosen, score = best_path(list(weights / weights.sum()), hypotheses)
    if not chosen or score < math.log(MIN_EXPLAINED):
        return [upright.whole]
    origin_xy = upright.candidate.box[:2]
    return [
        replace(
            read[index],
            box=box_on_page(tried[index][1], upright.matrix, origin_xy),
            contrast=upright.candidate.contrast,
        )
        for index in chosen
    ]


def _ends(mask: NDArray[np.bool_]) -> tuple[int, int]:
    columns = np.flatnonzero(mask.any(axis=0))
    return (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 0)
