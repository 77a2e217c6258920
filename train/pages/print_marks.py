"""Single pieces of print on a sheet: a headline, a label in a cell, a stamp."""

import cv2
import numpy as np

from .ink import Ink, turned
from .printing import any_font, any_word, print_text
from .sheet import OTHER_PEN, PRINT, Sheet

Random = np.random.Generator


def headline(sheet: Sheet, random: Random, below: int) -> None:
    """Two words in any size, ending above `below`, in pixels."""
    size = int(np.exp(random.uniform(np.log(0.03), np.log(0.25))) * sheet.height)
    ink = print_text(any_word(random) + " " + any_word(random), any_font(random, sheet.more_print), size)
    sheet.stamp(PRINT, ink, int(random.uniform(0, 0.4) * sheet.width), max(0, below - int(size * 1.2)))


def print_in(sheet: Sheet, random: Random, font: int, cell: tuple[int, int, int, int]) -> None:
    """A word in a cell (x, y, width, height)."""
    x, y, width, height = cell
    size = max(8, int(height * random.uniform(0.28, 0.6)))
    ink: Ink = print_text(any_word(random), font, size)[:height, : max(1, width - 4)]
    if ink.size:
        sheet.stamp(
            PRINT, ink, x + int(random.uniform(2, max(3, width - ink.shape[1]))), y + (height - ink.shape[0]) // 2
        )


def stamp(sheet: Sheet, random: Random) -> None:
    """A framed word in capitals, turned, in the other pen's colour."""
    size = int(random.uniform(0.03, 0.08) * sheet.height) + 8
    ink = np.pad(print_text(any_word(random).upper(), any_font(random, sheet.more_print), size), size // 2)
    cv2.rectangle(ink, (2, 2), (ink.shape[1] - 3, ink.shape[0] - 3), (255,), 2, cv2.LINE_AA)
    ink = turned(ink, random.uniform(-30, 30))
    sheet.stamp(OTHER_PEN, ink, int(random.uniform(0, 0.8) * sheet.width), int(random.uniform(0, 0.8) * sheet.height))
