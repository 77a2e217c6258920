"""Letters and words at the scale of a line: what the label says gives the height that the ink should have."""

from collections.abc import Sequence

import numpy as np

from .pens import Stroke
from .unipen import Trajectory
from .usable_pens import is_straight

# Alone, these are written like a digit.
DIGIT_LIKE = frozenset("BDGIJOQSTUYZbgijloqstyz")
# All other letters are more than a straight stroke.
_STRAIGHT = frozenset("Iil")
_ASCENDERS, _TAILS = frozenset("bdfhklt"), frozenset("gjpqy")
# Where small letters begin and tails end, in ascenders' heights; the line is at 1. As in pages/letters.py.
_SMALL_TOP, _DOT_TOP, _TAIL_END = 0.56, 0.36, 1.38
_PUNCTUATION = frozenset(" .,-'!?;:")
# Longer lines bend, and so have no one height.
MAX_LETTERS = 14
_WIDTHS = 0.12, 1.4


def is_letter(pen: Trajectory) -> bool:
    """Whether this is one letter as English has it, and not cut short."""
    known = len(pen.label) == 1 and pen.label.isascii() and pen.label.isalpha() and _is_sized(pen)
    return known and (pen.label in _STRAIGHT or not is_straight(pen.strokes))


def is_word(pen: Trajectory) -> bool:
    """Whether this is a word or a few, and cannot be taken for digits."""
    label = pen.label
    letters = sum(sign.isalpha() for sign in label)
    known = label.isascii() and all(sign.isalpha() or sign in _PUNCTUATION for sign in label)
    clear = letters > 3 or any(sign.isalpha() and sign not in DIGIT_LIKE for sign in label)
    return known and letters > 0 and len(label) <= MAX_LETTERS and clear and _is_sized(pen)


def _is_sized(pen: Trajectory) -> bool:
    width, height = np.ptp(np.concatenate(pen.strokes), axis=0)
    top, end = _extent(pen.label)
    shortest, longest = (share * len(pen.label) * height / (end - top) for share in _WIDTHS)
    # An l or i has hardly any width.
    return bool(height > 0 and (width > shortest or len(pen.label) == 1) and width < longest)


def on_line(pen: Trajectory) -> list[Stroke]:
    """A letter or word in ascenders' heights with the line at y = 1; what the label says gives its scale."""
    return in_heights(pen.strokes, *_extent(pen.label))


def _extent(label: str) -> tuple[float, float]:
    """Where a label's ink begins and ends, in ascenders' heights from their top."""
    tall = any(sign.isupper() or sign in _ASCENDERS for sign in label)
    top = 0.0 if tall else _DOT_TOP if set(label) & set("ij!?'") else _SMALL_TOP
    return top, _TAIL_END if set(label) & _TAILS else 1.0


def in_heights(strokes: Sequence[Stroke], top: float, end: float) -> list[Stroke]:
    """A trajectory between two heights, from x = 0."""
    together = np.concatenate(strokes)
    low, height = together.min(axis=0), float(np.ptp(together[:, 1])) or 1.0
    return [(stroke - low) * ((end - top) / height) + np.array([0.0, top]) for stroke in strokes]
