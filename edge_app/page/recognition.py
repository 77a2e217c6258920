"""Candidates to readings: each as one digit, and where it looks joined, as several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..model.classifier import UNREAD, Predictions
from .boxes import Box
from .candidates import Candidate
from .fragments import joined, near_pairs
from .ink import Grey
from .normalise import normalise
from .touching import Span, best_path, cut_pieces, spans
from .upright import box_on_page, turn_upright

# A whole reading this sure is not tried in pieces, unless it is wider than a digit.
SURE = 0.75
WIDE = 1.15
# Ink less sure than this is tried together with its neighbours; together it has to be this sure, and gain this much.
UNSURE = 0.8
MERGED = 0.8
GAIN = 0.1
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
        guess: the best digit of ink that may be one all the same, but is not believed; else None.
        crop: what the classifier saw, uint8 (28, 28); None if it saw nothing.
    """

    box: Box
    label: int | None
    confidence: float
    contrast: int
    guess: int | None = None
    crop: Grey | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Whole:
    """A candidate read as one digit.

    Attributes:
        candidate: the ink on the page.
        ink: the same turned upright, uint8 (h, w).
        matrix: how it was turned, or None.
        reading: what it reads as.
    """

    candidate: Candidate
    ink: Grey
    matrix: NDArray[np.float64] | None
    reading: Reading

    @property
    def looks_joined(self) -> bool:
        """Whether it may be several digits."""
        rows, columns = np.flatnonzero(self.ink.any(axis=1)), np.flatnonzero(self.ink.any(axis=0))
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        if height < MIN_SPLIT_HEIGHT_PX or width < 0.4 * height:
            return False
        return self.reading.label is None or self.reading.confidence < SURE or bool(width > WIDE * height)


def read_wholes(candidates: Sequence[Candidate], classifier: Classifier, slant_deg: float = 0.0) -> list[Whole]:
    """Reads candidates as one digit each, broken ones put together.

    Args:
        candidates: ink that may be digits; frames are left out.
        classifier: reads the normalised ink.
        slant_deg: direction of the lines on the page.
    """
    alone = [candidate for candidate in candidates if not (candidate.fragment or candidate.encloses)]
    fragments = [candidate for candidate in candidates if candidate.fragment]
    return _merged(_read_whole(alone, classifier, slant_deg), fragments, classifier, slant_deg)


def read_joined(whole: Whole, classifier: Classifier) -> list[Reading]:
    """Reads ink that looks joined as several digits; as a whole where that explains it no better."""
    pieces = cut_pieces(whole.ink)
    count = int(pieces.max()) + 1
    if count == 1:
        return [whole.reading]
    inked = whole.ink > 0
    weights = np.bincount(pieces[inked], minlength=count).astype(float)
    ends = [_ends(inked & (pieces == index)) for index in range(count)]
    height = int(np.ptp(np.flatnonzero(inked.any(axis=1)))) + 1
    tried: list[tuple[Span, NDArray[np.bool_]]] = []
    for span in spans(ends, height):
        mask = inked & (pieces >= span.first) & (pieces <= span.last)
        if mask.any() and np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 >= MIN_PIECE_HEIGHT * height:
            tried.append((span, mask))
    read = classify([np.where(mask, whole.ink, 0).astype(np.uint8) for _, mask in tried], classifier)
    hypotheses = [
        (span, reading.confidence if reading.label is not None else 0.0)
        for (span, _), reading in zip(tried, read, strict=True)
    ]
    chosen, score = best_path(list(weights / weights.sum()), hypotheses)
    if not chosen or score < math.log(MIN_EXPLAINED):
        return [whole.reading]
    origin_xy = whole.candidate.box[:2]
    return [
        replace(
            read[index],
            box=box_on_page(tried[index][1], whole.matrix, origin_xy),
            contrast=whole.candidate.contrast,
        )
        for index in chosen
    ]


def _read_whole(candidates: Sequence[Candidate], classifier: Classifier, slant_deg: float) -> list[Whole]:
    turned = [turn_upright(candidate.ink, slant_deg) for candidate in candidates]
    wholes = classify([ink for ink, _ in turned], classifier)
    return [
        Whole(candidate, ink, matrix, replace(whole, box=candidate.box, contrast=candidate.contrast))
        for candidate, (ink, matrix), whole in zip(candidates, turned, wholes, strict=True)
    ]


def _merged(
    wholes: list[Whole], fragments: Sequence[Candidate], classifier: Classifier, slant_deg: float
) -> list[Whole]:
    """Puts broken digits together where that reads better than their pieces."""
    candidates = [each.candidate for each in wholes] + list(fragments)
    beliefs = [each.reading.confidence if each.reading.label is not None else 0.0 for each in wholes]
    beliefs += [0.0] * len(fragments)
    pairs = near_pairs(candidates, [belief < UNSURE for belief in beliefs])
    unions = _read_whole([joined(candidates[i], candidates[j]) for i, j in pairs], classifier, slant_deg)
    used: set[int] = set()
    merged = []
    for (i, j), union in sorted(zip(pairs, unions, strict=True), key=lambda item: -item[1].reading.confidence):
        better = union.reading.label is not None and union.reading.confidence >= max(MERGED, beliefs[i] + GAIN)
        if better and not {i, j} & used:
            used |= {i, j}
            merged.append(union)
    return [each for index, each in enumerate(wholes) if index not in used] + merged


def classify(inks: Sequence[Grey], classifier: Classifier) -> list[Reading]:
    """Reads pieces of ink, uint8 (h, w) each, as single digits; the boxes are left empty."""
    if not inks:
        return []
    crops = np.stack([normalise(ink) for ink in inks])
    predictions = classifier.classify_batch(crops)
    return [
        Reading((0, 0, 0, 0), None if label == UNREAD else int(label), float(confidence), 0, crop=crop)
        for label, confidence, crop in zip(predictions.labels, predictions.confidences, crops, strict=True)
    ]


def _ends(mask: NDArray[np.bool_]) -> tuple[int, int]:
    columns = np.flatnonzero(mask.any(axis=0))
    return (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 0)
