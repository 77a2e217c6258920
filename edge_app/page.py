"""What was read off one image."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]
# Stands for a doubtful digit in every text.
DOUBTFUL = "?"


def middle_in(inner: Box, outer: Box) -> bool:
    """Whether the middle of one box lies in another."""
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def overlap(one: Box, other: Box) -> float:
    """Shared area as a part of the smaller box, in [0, 1]."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(one[2] * one[3], other[2] * other[3])


@dataclass(frozen=True)
class Digit:
    """One digit of a number: read, or doubtful.

    Attributes:
        label: 0 to 9, or None if it is doubtful: ink that stands where a digit would, but is not believed.
        confidence: calibrated probability of `label`, or of `guess`, in [0, 1].
        box: (x, y, width, height) in pixels of the input image.
        guess: of a doubtful one the likeliest digit, 0 to 9; else None.
    """

    label: int | None
    confidence: float
    box: Box
    guess: int | None = None

    @property
    def text(self) -> str:
        """One character: the label, or DOUBTFUL."""
        return DOUBTFUL if self.label is None else str(self.label)


@dataclass(frozen=True)
class Line:
    """Digits that stand in one line, in reading order.

    Attributes:
        digits: at least one that is read; doubtful ones stand among or beside them.
        region: name of the region it was asked for in, or None.
    """

    digits: tuple[Digit, ...]
    region: str | None = None

    @property
    def text(self) -> str:
        """The digits without spaces, for example "4081", or "40?1" with a doubtful one."""
        return "".join(digit.text for digit in self.digits)

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
        refused: boxes of ink that is no digit, for drawing.
        turn: how far the image was turned clockwise to read it, in degrees: 0, 90, 180 or 270.
        better_turn: how far clockwise its ink may read clearly better, by a glance; 0 if no other way up does.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    refused: tuple[Box, ...] = ()
    turn: int = 0
    better_turn: int = 0

    @property
    def text(self) -> str:
        """The lines' texts, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    def __str__(self) -> str:
        return self.text

    def digits_in(self, box: Box) -> tuple[tuple[Digit, ...], tuple[Box, ...]]:
        """The digits in a box, doubtful ones too, and the ink of a digit's height among them that was refused."""
        digits = tuple(digit for line in self.lines for digit in line.digits if middle_in(digit.box, box))
        low_px = min((digit.box[3] for digit in digits), default=0) / 2
        return digits, tuple(each for each in self.refused if each[3] >= low_px and middle_in(each, box))
