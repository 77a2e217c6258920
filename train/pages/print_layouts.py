"""Sheets full of printed digits, in which few are written: lists and receipts, score cards, calendars."""

from collections.abc import Callable

import numpy as np

from .hand import Hands
from .layouts import rule_cells
from .numbers import write_number
from .printing import any_font, any_word, print_text
from .sheet import OTHER_PRINT, PEN, PRINT, Sheet

Random = np.random.Generator
Cell = tuple[int, int, int, int]


def columns(sheet: Sheet, hands: Hands, random: Random) -> None:
    """A list as on a receipt: words, and columns of printed numbers, right-aligned; numbers written beside some."""
    hand, row = hands.any(random), max(14, int(random.uniform(0.03, 0.11) * sheet.height))
    font, heavy = any_font(random, True), any_font(random, True, bold=True)
    size, written = int(row * random.uniform(0.5, 0.9)), random.choice([0.0, 0.1, 0.3])
    ends = np.cumsum(random.uniform(0.1, 0.3, int(random.integers(1, 5))) * sheet.width) + 0.25 * sheet.width
    bold_column, digits = int(random.integers(-1, len(ends))), int(random.integers(1, 6))
    _heading(sheet, random, row)
    sheet.letter_height_px = size
    for y in range(int(row * random.uniform(1.5, 3)), sheet.height - row, row):
        _put(sheet, PRINT, any_word(random), font, size, (int(0.03 * sheet.width), y, 0, row), -1)
        for number, end in enumerate(ends):
            cell = (0, y, int(end), row)
            if random.random() < written:
                x = end - row * random.uniform(0.5, 3)
                write_number(sheet, hand, PEN, x, y, row * 0.8, random.normal(0, 2), 0.1, int(random.integers(1, 5)))
            elif random.random() < 0.9:
                text = _number(random, digits)
                _put(sheet, PRINT, text, heavy if number == bold_column else font, size, cell, 1)


def card(sheet: Sheet, hands: Hands, random: Random) -> None:
    """A score card or a calendar: cells with printed numbers, most of them bold, others written into; a heading."""
    hand = hands.any(random)
    across, down = int(random.integers(2, 11)), int(random.integers(2, 9))
    width, height = (int(side * random.uniform(0.7, 0.97)) for side in (sheet.width, sheet.height))
    cell_w, cell_h = width // across, int(0.85 * height) // down
    left, top = (sheet.width - width) // 2, sheet.height - cell_h * down - int(0.02 * sheet.height)
    if random.random() < 0.8:
        rule_cells(sheet, random, [left + cell_w * i for i in range(across + 1)],
                   [top + cell_h * i for i in range(down + 1)])  # fmt: skip
    _heading(sheet, random, max(16, top))
    font = any_font(random, True, bold=random.random() < 0.7)
    head, side = random.random() < 0.7, random.random() < 0.7
    calendar, first = random.random() < 0.3, int(random.integers(1, 40))
    printed, size = random.uniform(0, 0.5), min(cell_h, cell_w) * random.uniform(0.3, 0.85)
    sheet.letter_height_px = size
    for number in range(across * down):
        row, column = divmod(number, across)
        cell = (left + column * cell_w, top + row * cell_h, cell_w, cell_h)
        labelled = (head and row == 0) or (side and column == 0)
        if calendar or labelled or random.random() < printed:
            text = str(first + number) if calendar or labelled else _number(random, 2)
            _put(sheet, OTHER_PRINT if labelled else PRINT, text, font, int(size), cell, 0)
        if not labelled and random.random() < (0.15 if calendar else 0.5):
            x, y = cell[0] + random.uniform(0.1, 0.5) * cell_w, cell[1] + (cell_h - size) * random.uniform(0.2, 0.8)
            write_number(sheet, hand, PEN, x, y, size, random.normal(0, 3), 0.1, int(random.integers(1, 4)))


def _number(random: Random, digits: int) -> str:
    """A number as on bills and cards."""
    whole = str(int(random.integers(0, 10 ** int(random.integers(1, digits + 1)))))
    kind = random.random()
    return f"{whole}.{random.integers(100):02d}" if kind < 0.25 else f"{whole}," if kind < 0.28 else whole


def _heading(sheet: Sheet, random: Random, height_px: int) -> None:
    """Large and bold, often with a number in it."""
    if random.random() < 0.75:
        text = any_word(random) if random.random() < 0.5 else f"{any_word(random)} {random.integers(1, 3000)}"
        place = (int(random.uniform(0.01, 0.3) * sheet.width), 0, 0, height_px)
        size = int(height_px * random.uniform(0.5, 0.8))
        _put(sheet, OTHER_PRINT, text, any_font(random, True, bold=True), size, place, -1)


def _put(sheet: Sheet, layer: str, text: str, font: int, size_px: int, cell: Cell, side: int) -> None:
    """Prints in a cell: at its left (-1), in its middle (0), or at its right end (1)."""
    ink = print_text(text, font, size_px)
    x, y, width, height = cell
    if width and ink.shape[1] > 0.9 * width:
        ink = print_text(text, font, int(0.9 * size_px * width / ink.shape[1]))
    if not ink.size:
        return
    left = x + (width - ink.shape[1]) * (side + 1) // 2 if side >= 0 else x
    top = y + (height - ink.shape[0]) // 2
    if not sheet.taken[max(0, top) :, max(0, left) :][: ink.shape[0], : ink.shape[1]].any():
        sheet.stamp(layer, ink, left, top)
        sheet.take(left, top, ink.shape[1], ink.shape[0])


PRINT_LAYOUTS: dict[str, tuple[Callable[[Sheet, Hands, Random], None], float]] = {
    "columns": (columns, 0.07),
    "card": (card, 0.08),
}
