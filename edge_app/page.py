"""What was read off one image."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]


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
