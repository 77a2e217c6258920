"""An empty form while it is drawn, and the form that comes of it: print, rulings, and where its fields are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pages.printing import print_text

Ink = NDArray[np.uint8]
# Left, top, right, bottom.
Parts = tuple[float, float, float, float]
# Forms are designed in thousandths of their width.
UNITS = 1000
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class DrawnField:
    """Where a value is written.

    Attributes:
        name: unique in its form.
        box: left, top, right, bottom in parts of the form's width and height.
        pattern: of its values, as values.value_for takes it.
        checksum: "none", "luhn" or "ean".
        cells: of a comb, one for each digit, or 0 for a plain box.
    """

    name: str
    box: Parts
    pattern: str
    checksum: str = "none"
    cells: int = 0


@dataclass(frozen=True)
class DrawnForm:
    """An empty form.

    Attributes:
        layout: its kind, a key of LAYOUTS.
        ink: uint8 (H, W), print and rulings, 255 where they are black.
        fields: where values are written.
        lines: boxes like the fields', where people write words.
    """

    layout: str
    ink: Ink
    fields: tuple[DrawnField, ...]
    lines: tuple[Parts, ...]

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The empty form as a scanner sees it: luma uint8 (H, W)."""
        return ~self.ink


@dataclass
class Canvas:
    """A form while it is drawn; x, y and sizes are in thousandths of its width, whatever its pixels.

    Attributes:
        width_px: of the picture.
        height: in thousandths of the width.
        font: number of the font of all print.
    """

    width_px: int
    height: float
    font: int
    fields: list[DrawnField] = field(default_factory=list)
    lines: list[Parts] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ink = np.zeros((self.px(self.height), self.width_px), np.uint8)

    def px(self, units: float) -> int:
        """Units in pixels."""
        return round(units * self.width_px / UNITS)

    def print(self, text: str, x: float, y: float, size: float, wide: float = UNITS) -> None:
        """Prints a line of text from its upper left corner on, as far as `wide` reaches."""
        mask = print_text(text[:MOST_CHARACTERS], self.font, self.px(size))
        left, top = self.px(x), self.px(y)
        mask = mask[: max(0, self.ink.shape[0] - top), : max(0, min(self.px(wide), self.width_px - left))]
        place = self.ink[top : top + mask.shape[0], left : left + mask.shape[1]]
        np.maximum(place, mask, out=place)

    def rule(self, x1: float, y1: float, x2: float, y2: float, thick: float = 1.8) -> None:
        """Draws a line."""
        ends = (self.px(x1), self.px(y1)), (self.px(x2), self.px(y2))
        cv2.line(self.ink, *ends, (255,), max(1, self.px(thick)), cv2.LINE_AA)

    def frame(self, x: float, y: float, width: float, height: float, thick: float = 1.8) -> None:
        """Draws a box."""
        across, down = (x, x + width), (y, y + height)
        for level in down:
            self.rule(x, level, x + width, level, thick)
        for upright in across:
            self.rule(upright, y, upright, y + height, thick)

    def table(self, columns: Sequence[float], rows: Sequence[float], thick: float = 1.8) -> None:
        """Draws the rulings of a table."""
        for y in rows:
            self.rule(columns[0], y, columns[-1], y, thick)
        for x in columns:
            self.rule(x, rows[0], x, rows[-1], thick)

    def shade(self, x: float, y: float, width: float, height: float, tone: int) -> None:
        """Tints a place, as tables' heads are, with ink of `tone`."""
        place = self.ink[self.px(y) : self.px(y + height), self.px(x) : self.px(x + width)]
        np.maximum(place, tone, out=place)

    def add(self, name: str, x: float, y: float, width: float, height: float, pattern: str,
            checksum: str = "none", cells: int = 0) -> None:  # fmt: skip
        """Makes a place a field; the strokes of a comb's cells are drawn, a box is not."""
        for cell in range(1, cells):
            at = x + width * cell / cells
            self.rule(at, y, at, y + height, 1.2)
        self.fields.append(DrawnField(name, self._parts(x, y, width, height), pattern, checksum, cells))

    def words(self, x: float, y: float, width: float, height: float) -> None:
        """Makes a place one for words, with a line to write on."""
        self.rule(x, y + height, x + width, y + height, 1.2)
        self.lines.append(self._parts(x, y, width, height))

    def done(self, layout: str) -> DrawnForm:
        """The form."""
        return DrawnForm(layout, self.ink, tuple(self.fields), tuple(self.lines))

    def _parts(self, x: float, y: float, width: float, height: float) -> Parts:
        return x / UNITS, y / self.height, (x + width) / UNITS, (y + height) / self.height
