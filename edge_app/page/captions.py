"""Where the labels of a page's digits go on its picture: beside them, as large as both allow, and over no neighbour."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .result import Digit, Page

FONT = cv2.FONT_HERSHEY_SIMPLEX
# Of a label's height, in pixels: the least there is, and as parts of the picture's shorter side; of a digit's height.
LEAST_PX, LOW, HIGH, OF_DIGIT = 9, 1 / 110, 1 / 22, 0.5
# A confidence is this much smaller than its label.
SMALLER = 0.7
# What is read this surely needs no figure.
SURE = 0.995
MARGIN_PX, MARGIN = 2, 0.15


@dataclass(frozen=True)
class Caption:
    """One text to be drawn.

    Attributes:
        text: the label, or the confidence, of a doubtful digit with its guess.
        digit: whose it is.
        box: (x, y, width, height) of the text with its margin, in pixels of the picture.
        origin_xy: lower left corner of the text.
        scale: of FONT.
        pen_px: width of its strokes.
    """

    text: str
    digit: Digit
    box: Box
    origin_xy: tuple[int, int]
    scale: float
    pen_px: int


def captions(page: Page, confidences: bool = True) -> Iterator[Caption]:
    """A label for each digit, all of a size where they fit; then, if wanted, the confidence of what is unsure."""
    digits = [digit for line in page.lines for digit in line.digits]
    taken = np.zeros((page.height, page.width), np.bool_)
    for digit in digits:
        _take(taken, digit.box)
    heights_px = _heights_px(page, digits)
    labels = [_label(digit, heights_px, taken) for digit in digits]
    yield from labels
    for digit, label in zip(digits, labels, strict=True):
        if digit.confidence >= SURE or not confidences:
            continue
        guess = "" if digit.guess is None else f"{digit.guess}? "
        height_px = max(LEAST_PX - 2, round(SMALLER * heights_px[-1]))
        places = [_beside(label.box), _around(digit.box)[-1]]
        small = _fitted(f"{guess}{digit.confidence:.0%}", digit, [height_px], taken, places)
        if small is not None:
            yield small


def _heights_px(page: Page, digits: Sequence[Digit]) -> list[int]:
    """How high labels may be, the best first."""
    side = min(page.width, page.height)
    low = max(LEAST_PX, round(LOW * side))
    wanted = OF_DIGIT * median(digit.box[3] for digit in digits) if digits else 0
    high = max(low, round(min(wanted, HIGH * side)))
    return [high, (high + low) // 2, low]


def _label(digit: Digit, heights_px: Sequence[int], taken: NDArray[np.bool_]) -> Caption:
    label = _fitted(digit.text, digit, heights_px, taken, _around(digit.box))
    if label is not None:
        return label
    # Better over a corner of its own digit than over another one.
    x, y, width, height = digit.box
    return _caption(digit.text, digit, max(5, min(heights_px[-1], round(0.4 * height))), (x + width, y), (1.0, 0.0))


# A place: a point, and which part of the text's box, across and down, lies on it.
Place = tuple[tuple[int, int], tuple[float, float]]


def _around(box: Box) -> list[Place]:
    """Above a box, right and left of it, above its corners, which may lie beside a digit of another row, below it."""
    x, y, width, height = box
    right, bottom, middle_xy = x + width, y + height, (x + width // 2, y + height // 2)
    return [
        ((middle_xy[0], y), (0.5, 1.0)),
        ((right, middle_xy[1]), (0.0, 0.5)),
        ((x, middle_xy[1]), (1.0, 0.5)),
        ((x, y), (0.7, 1.0)),
        ((right, y), (0.3, 1.0)),
        ((middle_xy[0], bottom), (0.5, 0.0)),
    ]


def _beside(box: Box) -> Place:
    return (box[0] + box[2], box[1] + box[3]), (0.0, 1.0)


def _fitted(
    text: str, digit: Digit, heights_px: Sequence[int], taken: NDArray[np.bool_], places: Sequence[Place]
) -> Caption | None:
    """The text at the first place where it covers nothing, which is taken then; None if there is none."""
    for (point, anchor), height_px in itertools.product(places, heights_px):
        caption = _caption(text, digit, height_px, point, anchor)
        x, y, width, height = caption.box
        inside = min(x, y) >= 0 and x + width <= taken.shape[1] and y + height <= taken.shape[0]
        # Nothing else may be as near as its own digit, or it would be taken for the other one's.
        low, left = y + height * (2 if anchor[1] == 0 else 1), max(0, x - width * (anchor == (1.0, 0.5)))
        right = x + width * (2 if anchor == (0.0, 0.5) else 1)
        if inside and not taken[y:low, left:right].any():
            _take(taken, caption.box)
            return caption
    return None


def _caption(text: str, digit: Digit, height_px: int, point: tuple[int, int], anchor: tuple[float, float]) -> Caption:
    pen_px = max(1, round(height_px / 8))
    scale = cv2.getFontScaleFromHeight(FONT, height_px, pen_px)
    (text_width, text_height), _ = cv2.getTextSize(text, FONT, scale, pen_px)
    margin = max(MARGIN_PX, round(MARGIN * height_px))
    width, height = text_width + 2 * margin, text_height + 2 * margin
    x, y = round(point[0] - anchor[0] * width), round(point[1] - anchor[1] * height)
    return Caption(text, digit, (x, y, width, height), (x + margin, y + margin + text_height), scale, pen_px)


def _take(taken: NDArray[np.bool_], box: Box) -> None:
    x, y, width, height = box
    taken[max(0, y) : y + height, max(0, x) : x + width] = True
