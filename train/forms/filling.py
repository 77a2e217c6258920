"""A form filled in by one hand: values in its fields, words on its lines."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..data.mnist import Split
from ..data.pen_pool import PenPool
from ..pages.hand import Hand
from ..pages.ink import Ink
from ..pages.pen_hand import PenHand
from .canvas import DrawnField, DrawnForm, Parts
from .values import value_for

Random = np.random.Generator
# A field's own height, and that of a cell's width, which a digit takes.
HEIGHT_PART, CELL_PART = 0.68, 0.8
# Digits are this much wider than high at most, the gap between them included.
ADVANCE = 0.85
# More than that is struck through by whoever notices; fields left empty are as common.
EMPTY_PART, LINE_PART = 0.1, 0.7
LABELS = range(10)


@dataclass(frozen=True)
class Filled:
    """What was written.

    Attributes:
        ink: uint8 (H, W) as large as the form's, 255 where the pen was.
        values: by field, "" where it was left empty.
    """

    ink: Ink
    values: dict[str, str]


def fill(
    form: DrawnForm, digits: Split, random: Random, empty_part: float = EMPTY_PART, pens: PenPool | None = None
) -> Filled:
    """Fills in a form.

    Args:
        form: the empty form.
        digits: whose shapes are written; each label among them.
        random: of the hand, the values, and what is left empty.
        empty_part: share of fields left empty.
        pens: whose writers fill it in instead; some of them have all ten digits.
    """
    hand = Hand.any(digits, random)
    hand = replace(hand, uneven=min(hand.uneven, 0.12), pen=min(hand.pen, 0.14))
    if pens is not None:
        complete = tuple(writer for writer in pens.writers if len(writer.labels) == len(LABELS))
        hand = replace(hand, own=PenHand.any(replace(pens, writers=complete), random))
    hands = [_of_label(hand, label) for label in LABELS]
    ink, values = np.zeros_like(form.ink), {}
    for place in form.fields:
        empty = random.random() < empty_part
        value = "" if empty else value_for(place.pattern, random, place.checksum)
        values[place.name] = value
        _write(ink, hands, place, value)
    for line in form.lines:
        if random.random() < LINE_PART:
            _write_words(ink, hand, line)
    return Filled(ink, values)


def _of_label(hand: Hand, label: int) -> Hand:
    """The same hand, writing this digit only."""
    own = np.flatnonzero(hand.digits.labels == label)
    hand = replace(hand, digits=Split(hand.digits.images[own], hand.digits.labels[own]))
    if hand.own is None:
        return hand
    digits = tuple(numbers if each == label else () for each, numbers in enumerate(hand.own.writer.digits))
    return replace(hand, own=replace(hand.own, writer=replace(hand.own.writer, digits=digits)))


def _write(ink: Ink, hands: list[Hand], place: DrawnField, value: str) -> None:
    """Writes a value into a field, each digit in its cell, or one after the other from the left."""
    if not value:
        return
    random, (left, top, right, bottom) = hands[0].random, _pixels(ink, place.box)
    cell = (right - left) / place.cells if place.cells else (right - left) / (len(value) + 0.5)
    size = min(HEIGHT_PART * (bottom - top), CELL_PART * cell / 0.7) * random.uniform(0.85, 1.05)
    advance = cell if place.cells else min(cell, size * random.uniform(0.7, ADVANCE + 0.15))
    start = left if place.cells else left + random.uniform(0.1, 0.9) * max(0.0, right - left - advance * len(value))
    for index, digit in enumerate(value):
        _, drawn = hands[int(digit)].digit(size)
        shrink = min(1.0, 0.95 * cell / drawn.shape[1], 1.1 * (bottom - top) / drawn.shape[0])
        if shrink < 1:
            drawn = np.asarray(cv2.resize(drawn, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        x = start + advance * (index + 0.5) - drawn.shape[1] / 2 + random.normal(0, 0.04) * size
        y = (top + bottom - drawn.shape[0]) / 2 + random.normal(0, 0.06) * size
        _stamp(ink, drawn, round(x), round(y))


def _write_words(ink: Ink, hand: Hand, line: Parts) -> None:
    random, (left, top, right, bottom) = hand.random, _pixels(ink, line)
    x, size = left + random.uniform(0, 0.1) * (right - left), 0.8 * (bottom - top)
    for _ in range(int(random.integers(1, 4))):
        word = hand.word(size, int(random.integers(3, 9)))
        if x + word.shape[1] > right:
            return
        _stamp(ink, word, round(x), round(bottom - word.shape[0] * random.uniform(0.85, 1.1)))
        x += word.shape[1] + 0.4 * size


def _pixels(ink: Ink, box: Parts) -> tuple[float, float, float, float]:
    height, width = ink.shape
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def _stamp(ink: Ink, mask: Ink, x: int, y: int) -> None:
    """Adds ink with its corner at (x, y); what lies outside is lost."""
    mask = mask[max(0, -y) : max(0, ink.shape[0] - y), max(0, -x) : max(0, ink.shape[1] - x)]
    y, x = max(0, y), max(0, x)
    place = ink[y : y + mask.shape[0], x : x + mask.shape[1]]
    np.maximum(place, mask, out=place)
