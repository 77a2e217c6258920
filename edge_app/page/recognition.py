"""What the classifier makes of ink, and of ink at its place: looks and readings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..model.classifier import UNREAD, Predictions
from .boxes import Box
from .ink import Grey
from .normalise import normalise


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
        guess: the best digit of ink that may be one all the same, but is not believed; else None.
        crop: what the classifier saw, uint8 (28, 28); None if it saw nothing.
        probabilities: of each digit, float32 (10,); None where nothing was classified.
        belief: how likely it is a digit at all by all that was weighed, in [0, 1]; None where only the classifier was
            asked.
    """

    box: Box
    label: int | None
    confidence: float
    guess: int | None = None
    crop: Grey | None = field(default=None, compare=False, repr=False)
    probabilities: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    belief: float | None = field(default=None, compare=False, repr=False)

    @property
    def is_digit(self) -> bool:
        """Whether it is read or doubtful; else its ink is refused."""
        return self.label is not None or self.guess is not None


@dataclass(frozen=True)
class Look:
    """What the classifier makes of a piece of ink, wherever it stands.

    Attributes:
        crop: what it saw, uint8 (28, 28).
        label: 0 to 9, or None if it refuses.
        confidence: of the best digit.
        probabilities: of each digit, float32 (10,).
    """

    crop: Grey
    label: int | None
    confidence: float
    probabilities: NDArray[np.float32]

    def reading(self, box: Box) -> Reading:
        """The same at its place."""
        return Reading(box, self.label, self.confidence, crop=self.crop, probabilities=self.probabilities)


def look_at(inks: Sequence[Grey], classifier: Classifier) -> list[Look]:
    """Classifies pieces of ink, uint8 (h, w) each, as single digits, in one batch."""
    if not inks:
        return []
    crops = np.stack([normalise(ink) for ink in inks])
    read = classifier.classify_batch(crops)
    labels = [None if label == UNREAD else int(label) for label in read.labels]
    confidences = [float(confidence) for confidence in read.confidences]
    return [Look(*each) for each in zip(crops, labels, confidences, read.probabilities, strict=True)]
