"""What was read off one image."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]


def middle_in(inner: Box, outer: Box) -> bool:
    """Whether the middle of one box lies in another."""
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


@dataclass(frozen=True)
class Digit:
    """One digit.

    Attributes:
        label: 0 to 9.
        confidence: calibrated probability of `label`, in [0, 1].
        box: (x, y, width, height) in pixels of the input image.
    """

    label: int
    confidence: float
    box: Box


@dataclass(frozen=True)
class Line:
    """Digits that stand in one line, in reading order.

    Attributes:
        digits: at least one.
        region: name of the region it was asked for in, or None.
    """

    digits: tuple[Digit, ...]
    region: str | None = None

    @property
    def text(self) -> str:
        """The digits without spaces, for example "4081"."""
        return "".join(str(digit.label) for digit in self.digits)


@dataclass(frozen=True)
class Page:
    """All that was read off one image.

    Attributes:
        lines: in reading order, top to bottom, then left to right.
        width: of the input image, in pixels.
        height: of the input image, in pixels.
        refused: boxes of ink that was looked at and is not reported, for drawing.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    refused: tuple[Box, ...] = ()

    @property
    def text(self) -> str:
        """The lines' texts, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    def digits_in(self, box: Box) -> tuple[tuple[Digit, ...], tuple[Box, ...]]:
        """The digits in a box, and the ink of a digit's height among them that was refused."""
        digits = tuple(digit for line in self.lines for digit in line.digits if middle_in(digit.box, box))
        low_px = min((digit.box[3] for digit in digits), default=0) / 2
        return digits, tuple(each for each in self.refused if each[3] >= low_px and middle_in(each, box))
