"""Candidates read as one digit each, fragments put together, and touching digits cut apart.

What is to be classified is proposed first and looked at in one batch, and only then decided on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .candidates import Candidate
from .fragments import near_pairs, put_together
from .ink import Grey
from .recognition import Classifier, Look, Reading, look_at
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
    def looks_touching(self) -> bool:
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


@dataclass(frozen=True)
class Cut:
    """A whole cut where digits may touch.

    Attributes:
        whole: as it was read in one piece.
        weights: part of its ink in each piece, from left to right; they sum to 1.
        spans: runs of pieces that may be one digit.
        masks: of each span, bool (h, w): its ink.
    """

    whole: Whole
    weights: tuple[float, ...]
    spans: tuple[Span, ...]
    masks: tuple[NDArray[np.bool_], ...]

    @property
    def inks(self) -> list[Grey]:
        """What to look at: the ink of each span, uint8 (h, w)."""
        return [np.where(mask, self.whole.ink, 0).astype(np.uint8) for mask in self.masks]

    def read(self, looks: Sequence[Look]) -> list[Reading]:
        """The digits that explain it best, by a look at each of its inks; the whole where they explain too little."""
        beliefs = [look.confidence if look.label is not None else 0.0 for look in looks]
        chosen, score = best_path(self.weights, list(zip(self.spans, beliefs, strict=True)))
        if not chosen or score < math.log(MIN_EXPLAINED):
            return [self.whole.reading]
        origin_xy = self.whole.candidate.box[:2]
        return [looks[index].reading(box_on_page(self.masks[index], self.whole.matrix, origin_xy)) for index in chosen]


def cut_touching(whole: Whole) -> Cut | None:
    """Cuts ink where digits may touch; None if there is no such place."""
    pieces = cut_pieces(whole.ink)
    count = int(pieces.max()) + 1
    if count == 1:
        return None
    inked = whole.ink > 0
    weights = np.bincount(pieces[inked], minlength=count).astype(float)
    ends = [_ends(inked & (pieces == index)) for index in range(count)]
    height = int(np.ptp(np.flatnonzero(inked.any(axis=1)))) + 1
    tried: list[tuple[Span, NDArray[np.bool_]]] = []
    for span in spans(ends, height):
        mask = inked & (pieces >= span.first) & (pieces <= span.last)
        if mask.any() and np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 >= MIN_PIECE_HEIGHT * height:
            tried.append((span, mask))
    found, masks = zip(*tried, strict=True) if tried else ((), ())
    return Cut(whole, tuple(weights / weights.sum()), found, masks)


def _read_whole(candidates: Sequence[Candidate], classifier: Classifier, slant_deg: float) -> list[Whole]:
    turned = [turn_upright(candidate.ink, slant_deg) for candidate in candidates]
    looks = look_at([ink for ink, _ in turned], classifier)
    return [
        Whole(candidate, ink, matrix, look.reading(candidate.box))
        for candidate, (ink, matrix), look in zip(candidates, turned, looks, strict=True)
    ]


def _merged(
    wholes: list[Whole], fragments: Sequence[Candidate], classifier: Classifier, slant_deg: float
) -> list[Whole]:
    """Puts broken digits together where that reads better than their pieces."""
    candidates = [each.candidate for each in wholes] + list(fragments)
    beliefs = [each.reading.confidence if each.reading.label is not None else 0.0 for each in wholes]
    beliefs += [0.0] * len(fragments)
    pairs = near_pairs(candidates, [belief < UNSURE for belief in beliefs])
    unions = _read_whole([put_together(candidates[i], candidates[j]) for i, j in pairs], classifier, slant_deg)
    used: set[int] = set()
    merged = []
    for (i, j), union in sorted(zip(pairs, unions, strict=True), key=lambda item: -item[1].reading.confidence):
        better = union.reading.label is not None and union.reading.confidence >= max(MERGED, beliefs[i] + GAIN)
        if better and not {i, j} & used:
            used |= {i, j}
            merged.append(union)
    return [each for index, each in enumerate(wholes) if index not in used] + merged


def _ends(mask: NDArray[np.bool_]) -> tuple[int, int]:
    columns = np.flatnonzero(mask.any(axis=0))
    return (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 0)
