"""Pages that lie on their side or upside down: noticed by a glance at ink that is cut out already, then read turned."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model.classifier import UNREAD, Predictions
from .boxes import Box
from .normalise import normalise
from .recognition import Classifier
from .result import Page
from .wholes import Whole

# A glance takes in this many pieces of ink, spread over the page; a second one this many where that settles nothing.
FIRST_GLANCE, SECOND_GLANCE = 12, 36
# A piece speaks for a way up by the log odds of its digit, at most this. A 1 is a mere stroke and says less.
MOST_ODDS, ONE_WEIGHT = 6.0, 0.25
# Another way up is worth a read if it gains this many standard deviations, and this part of the ink is digits then.
MIN_GAIN, MIN_SHARE = 1.7, 0.3
# Fewer pieces that could gain cannot gain enough.
MIN_UNSURE = 3
# It is taken if the page then reads this much better: 0, 1 and 8 read both ways, 6 and 9 as each other.
CLEARER = 1.1


def better_turn(wholes: Sequence[Whole], classifier: Classifier) -> int:
    """How the ink of a page would read better, as far as a glance shows; takes some milliseconds.

    Args:
        wholes: the ink as it was read.
        classifier: reads it turned.

    Returns:
        Degrees clockwise: 90, 180 or 270; 0 if no other way up is clearly better.
    """
    if sum(_odds(whole.reading.label, whole.reading.confidence) < MOST_ODDS - 1 for whole in wholes) < MIN_UNSURE:
        return 0
    spread = wholes[:: -(-len(wholes) // (FIRST_GLANCE + SECOND_GLANCE))]
    step = -(-len(spread) // FIRST_GLANCE)
    looks = {turn: _Look() for turn in (90, 180, 270)}
    for some in (spread[::step], [whole for index, whole in enumerate(spread) if index % step]):
        if not (some and looks):
            break
        upright = np.array([_odds(whole.reading.label, whole.reading.confidence) for whole in some])
        images = np.stack([normalise(whole.candidate.ink) for whole in some], axis=-1)
        for turn, look in looks.items():
            look.add(classifier.classify_batch(np.moveaxis(turned(images, turn), -1, 0)), upright)
        looks = {turn: look for turn, look in looks.items() if look.gain > 0}
    clear = {turn: look.total for turn, look in looks.items() if look.clear}
    return max(clear, key=lambda turn: clear[turn], default=0)


@dataclass
class _Look:
    """What ink says for one way up: sums over pieces, of log odds, of gains over how they were read, and of digits."""

    total: float = 0.0
    gain: float = 0.0
    squares: float = 0.0
    digits: int = 0
    pieces: int = 0

    def add(self, read: Predictions, upright: NDArray[np.float64]) -> None:
        labels = [None if label == UNREAD else int(label) for label in read.labels]
        odds = np.array([_odds(label, float(sure)) for label, sure in zip(labels, read.confidences, strict=True)])
        self.total += float(odds.sum())
        self.gain += float((odds - upright).sum())
        self.squares += float(((odds - upright) ** 2).sum())
        self.digits += sum(label not in {None, 1} for label in labels)
        self.pieces += len(labels)

    @property
    def clear(self) -> bool:
        return self.gain >= MIN_GAIN * math.sqrt(self.squares) and self.digits >= MIN_SHARE * self.pieces


def clearer(page: Page, other: Page) -> bool:
    """Whether another reading of the same page is clearly better."""
    return _clarity(other) > CLEARER * _clarity(page)


def turned(image: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """An image, uint8 (H, W, ...), turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -turn // 90)) if turn else image


def turned_back(page: Page, turn: int) -> Page:
    """The page of a turned image, its boxes on the image as it was before."""
    if not turn:
        return page
    width, height = (page.height, page.width) if turn % 180 else (page.width, page.height)

    def back(box: Box) -> Box:
        x, y, w, h = box
        if turn == 90:
            return y, height - x - w, h, w
        if turn == 180:
            return width - x - w, height - y - h, w, h
        return width - y - h, x, h, w

    return replace(page.with_boxes(back), width=width, height=height, turn=turn)


def _clarity(page: Page) -> float:
    return sum(_odds(digit.label, digit.confidence) for line in page.lines for digit in line.digits)


def _odds(label: int | None, confidence: float) -> float:
    if label is None:
        return 0.0
    sure = min(confidence, 1 - 1e-6)
    odds = min(max(math.log(sure / (1 - sure)), 0.0), MOST_ODDS) if sure > 0 else 0.0
    return ONE_WEIGHT * odds if label == 1 else odds
