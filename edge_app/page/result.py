"""What was read off one image."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .boxes import Box, middle_in
from .trace import Trace

# Stands for a doubtful digit in every text.
DOUBTFUL = "?"


@dataclass(frozen=True)
class Digit:
    """One digit of a number: read, or doubtful.

    Attributes:
        label: 0 to 9, or None if it is doubtful: not read surely enough, or ink that stands where a digit would, but is
            not believed.
        confidence: calibrated probability of `label`, or of `guess`, in [0, 1].
        box: (x, y, width, height) in pixels of the input image.
        guess: of a doubtful one the likeliest digit, 0 to 9; else None.
        crop: what the classifier saw, uint8 (28, 28), 255 = ink; None if it saw nothing.
    """

    label: int | None
    confidence: float
    box: Box
    guess: int | None = None
    crop: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """One character: the label, or DOUBTFUL."""
        return DOUBTFUL if self.label is None else str(self.label)


@dataclass(frozen=True)
class Line:
    """Digits that stand in one line, in reading order.

    Attributes:
        digits: read or doubtful, at least one.
        region: name of the region it was asked for in, or None.
    """

    digits: tuple[Digit, ...]
    region: str | None = None

    @property
    def text(self) -> str:
        """The digits without spaces, for example "4081", or "40?1" with a doubtful one."""
        return "".join(digit.text for digit in self.digits)

    @property
    def is_read(self) -> bool:
        """Whether a digit of it is; what is doubtful throughout says that something stands there, and not what."""
        return any(digit.label is not None for digit in self.digits)

    @property
    def guess(self) -> str | None:
        """The text with the likeliest digit for each doubtful one, or None if none is doubtful."""
        if all(digit.label is not None for digit in self.digits):
            return None
        return "".join(digit.text if digit.guess is None else str(digit.guess) for digit in self.digits)


@dataclass(frozen=True)
class Page:
    """All that was read off one image.

    Attributes:
        lines: in reading order, top to bottom, then left to right.
        width: of the input image, in pixels.
        height: of the input image, in pixels.
        refused: boxes of ink that is no digit.
        refused_crops: what the classifier saw of each, as Digit.crop.
        traces: what reading did, one for each part of the image that was read, if the reader was to keep them.
        turn: how far the image was turned clockwise to read it, in degrees: 0, 90, 180 or 270.
        better_turn: how far clockwise its ink may read clearly better, by a glance; 0 if no other way up does.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    refused: tuple[Box, ...] = ()
    refused_crops: tuple[NDArray[np.uint8] | None, ...] = field(default=(), compare=False, repr=False)
    traces: tuple[Trace, ...] = field(default=(), compare=False, repr=False)
    turn: int = 0
    better_turn: int = 0

    @property
    def text(self) -> str:
        """The lines' texts, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    def __str__(self) -> str:
        return self.text

    def with_boxes(self, change: Callable[[Box], Box]) -> "Page":
        """The same page with each box, of refused ink too, changed."""
        lines = (
            replace(line, digits=tuple(replace(digit, box=change(digit.box)) for digit in line.digits))
            for line in self.lines
        )
        return replace(self, lines=tuple(lines), refused=tuple(change(box) for box in self.refused))

    def crop_at(self, box: Box) -> NDArray[np.uint8] | None:
        """What the classifier saw of a digit or of refused ink, by its box; None if it saw nothing there."""
        digits = [(digit.box, digit.crop) for line in self.lines for digit in line.digits]
        refused = zip(self.refused, self.refused_crops, strict=False)
        return next((crop for each, crop in (*digits, *refused) if each == box and crop is not None), None)

    def digits_in(self, box: Box) -> tuple[tuple[Digit, ...], tuple[Box, ...]]:
        """The digits in a box, doubtful ones too, and the ink of a digit's height among them that was refused."""
        digits = tuple(digit for line in self.lines for digit in line.digits if middle_in(digit.box, box))
        low_px = min((digit.box[3] for digit in digits), default=0) / 2
        return digits, tuple(each for each in self.refused if each[3] >= low_px and middle_in(each, box))
