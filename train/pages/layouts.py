"""What people and printers put on a sheet: numbers, forms, grids, amounts, words, print."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from .hand import SIGNS, Hand, Hands
from .ink import turned
from .numbers import write_number, write_sign
from .print_marks import headline, print_in, stamp
from .printing import any_font, any_word, print_text
from .sheet import OTHER_PEN, PEN, PRINT, RULING, Sheet

Random = np.random.Generator
# A sheet less high than this is a strip with one amount.
STRIP_PX = 160


def numbers(sheet: Sheet, hands: Hands, random: Random) -> None:
    """Numbers in lines, level or slanting, with gaps or touching digits, and signs among them."""
    hand = hands.any(random)
    size = _digit_size(sheet, random)
    kind = random.random()
    angle = float(random.normal(0, 4)) if kind < 0.65 else float(random.uniform(-45, 45))
    gap = random.normal(0.22, 0.2)
    if random.random() < 0.25:
        _ruled(sheet, random, size * random.uniform(1.2, 2.2))
    for _ in range(int(random.integers(1, 4 + sheet.height // (2 * size)))):
        x, y = random.uniform(0, 0.8) * sheet.width, random.uniform(0.02, 0.95) * sheet.height
        write_number(sheet, hand, PEN, x, y, size, angle, gap, int(random.integers(1, 11)))


def form(sheet: Sheet, hands: Hands, random: Random) -> None:
    """A table with printed labels, and numbers, ticks and strokes written into some of its cells."""
    hand = hands.any(random)
    left, top = int(random.uniform(0, 0.15) * sheet.width), int(random.uniform(0, 0.15) * sheet.height)
    row = max(18, int(random.uniform(0.035, 0.16) * sheet.height))
    columns = _columns(sheet, random, left, row)
    rows = list(range(top, sheet.height - row // 2, row))
    rule_cells(sheet, random, columns, rows)
    font, labelled = any_font(random, sheet.more_print), int(random.integers(0, 3))
    size = row * random.uniform(0.45, 1.05)
    filled, gap = random.uniform(0.1, 0.9), random.normal(0.15, 0.15)
    for line in rows[:-1]:
        for index, (start, end) in enumerate(itertools.pairwise(columns)):
            if index < labelled or random.random() < 0.06:
                print_in(sheet, random, font, (start, line, end - start, row))
            elif random.random() < filled:
                _fill_cell(sheet, hand, (start, line, end - start, row), size, gap)
    if random.random() < 0.5:
        headline(sheet, random, top)


def _columns(sheet: Sheet, random: Random, left: int, row: int) -> list[int]:
    columns = [left]
    while columns[-1] < sheet.width - row and len(columns) < 14:
        columns.append(
            columns[-1] + int(row * (random.uniform(0.8, 2.5) if random.random() < 0.7 else random.uniform(2, 6)))
        )
    return columns


def rule_cells(sheet: Sheet, random: Random, columns: list[int], rows: list[int]) -> None:
    """Rules the lines of a table: at these x and these y, in pixels."""
    layer, thick = sheet.layer(RULING), int(random.integers(1, 4))
    shade = int(random.uniform(90, 255))
    for y in rows:
        width = thick * 2 if random.random() < 0.1 else thick
        cv2.line(layer, (columns[0], y), (columns[-1], y), (shade,), width, cv2.LINE_AA)
        if random.random() < 0.08:
            cv2.line(layer, (columns[0], y + 3 * thick), (columns[-1], y + 3 * thick), (shade,), width, cv2.LINE_AA)
    for x in columns:
        cv2.line(layer, (x, rows[0]), (x, rows[-1]), (shade,), thick, cv2.LINE_AA)


def _fill_cell(sheet: Sheet, hand: Hand, cell: tuple[int, int, int, int], size: float, gap: float) -> None:
    random, (x, y, width, height) = hand.random, cell
    if random.random() < 0.13:
        name = str(random.choice(["tick", "strike", "-", "wave", "x", "circle", "arrow", "strike"]))
        sheet.stamp(PEN, hand.sign(name, size), int(x + random.uniform(0, 0.4) * width), int(y + (height - size) / 2))
        return
    most = max(1, int(width / (0.8 * size)))
    # People write over the lines of a form.
    place = x + random.uniform(0.02, 0.4) * width, y + (height - size) / 2 + random.normal(0, 0.1) * height
    write_number(sheet, hand, PEN, *place, size, random.normal(0, 3), gap, int(random.integers(1, most + 1)), True)


def grid(sheet: Sheet, hands: Hands, random: Random) -> None:
    """A puzzle: square cells, some with a printed digit, some with one by hand."""
    hand, font = hands.any(random), any_font(random, sheet.more_print)
    count = int(random.integers(3, 11))
    cell = int(min(sheet.width, sheet.height) * random.uniform(0.7, 1.0) / count)
    if cell < 14:
        return
    x, y = (int(random.uniform(0, max(1, side - cell * count))) for side in (sheet.width, sheet.height))
    rule_cells(sheet, random, [x + cell * i for i in range(count + 1)], [y + cell * i for i in range(count + 1)])
    size, printed = cell * random.uniform(0.5, 0.95), random.uniform(0.1, 0.7)
    for row in range(count):
        for column in range(count):
            left, top, kind = x + column * cell, y + row * cell, random.random()
            if kind < printed:
                text = print_text(str(random.integers(1, 10)), font, int(cell * random.uniform(0.62, 0.68)))
                sheet.stamp(PRINT, text, left + (cell - text.shape[1]) // 2, top + (cell - text.shape[0]) // 2)
            elif kind < 0.95:
                place = left + random.uniform(0.1, 0.4) * cell, top + (cell - size) / 2 + random.normal(0, 0.05) * cell
                write_number(sheet, hand, PEN, *place, size, random.normal(0, 4), 0, 1, True)


def amount(sheet: Sheet, hands: Hands, random: Random) -> None:
    """One amount as on a cheque: a line of digits with fillers, over a printed line or in a box."""
    hand = hands.any(random)
    size = sheet.height * random.uniform(0.35, 0.85) if sheet.height < STRIP_PX else _digit_size(sheet, random)
    for _ in range(1 if sheet.height < STRIP_PX else int(random.integers(1, 6))):
        x, y = random.uniform(0.01, 0.3) * sheet.width, random.uniform(0.02, 0.9) * max(1.0, sheet.height - size)
        if random.random() < 0.5:
            _rule(sheet, random, y + size * random.uniform(0.85, 1.15))
        if random.random() < 0.2:
            _rule(sheet, random, y - size * random.uniform(-0.1, 0.2))
        if random.random() < 0.3:
            x += write_sign(sheet, hand, PEN, str(random.choice(["=", "#", "-", "x"])), x, y, size)
        gap = random.normal(0.1, 0.18)
        write_number(
            sheet, hand, PEN, x, y, size, random.normal(0, 3), gap, int(random.integers(2, 8)), sheet.height < STRIP_PX
        )


def words(sheet: Sheet, hands: Hands, random: Random) -> None:
    """Handwriting, line after line, joined up or not, with few numbers in it or none."""
    hand = hands.any(random)
    size = _digit_size(sheet, random) * random.uniform(0.4, 1)
    numbered = random.choice([0.0, 0.0, 0.05, 0.15])
    y = random.uniform(0.1, 1.5) * size
    step, angle = size * random.uniform(1.3, 2.4), random.normal(0, 0.02)
    if random.random() < 0.25:
        _ruled(sheet, random, step)
    sheet.letter_height_px = size
    while y < sheet.height - size:
        x = random.uniform(0.02, 0.15) * sheet.width
        while x < sheet.width * random.uniform(0.75, 0.98):
            top = y + angle * x
            if random.random() < numbered:
                x += size * 0.4 + write_number(sheet, hand, PEN, x, top, size, 0, 0.1, int(random.integers(1, 6)), True)
                continue
            ink = hand.word(size, int(random.integers(1, 9)))
            sheet.stamp(PEN, ink, int(x), int(top))
            sheet.take(int(x), int(top), ink.shape[1], ink.shape[0])
            x += ink.shape[1] + size * random.uniform(0.3, 0.9)
            if random.random() < 0.12:
                x += write_sign(sheet, hand, PEN, str(random.choice(list(".,-:"))), x - 0.3 * size, top, size)
        y += step


def printed(sheet: Sheet, hands: Hands, random: Random) -> None:
    """Paragraphs of print with numbers in them, sometimes with numbers written beside."""
    font = any_font(random, sheet.more_print)
    size = int(np.exp(random.uniform(np.log(9), np.log(0.09 * sheet.height + 12))))
    sheet.letter_height_px = size
    y = random.uniform(0, 2) * size
    left, right = random.uniform(0.02, 0.2) * sheet.width, random.uniform(0.6, 0.98) * sheet.width
    while y < sheet.height - size:
        text, x = " ".join(any_word(random) for _ in range(12)), left
        ink = print_text(text, font, size)[:, : int(right - left)]
        if random.random() > 0.1 and ink.size:
            sheet.stamp(PRINT, ink, int(x), int(y))
            sheet.take(int(x), int(y), ink.shape[1], ink.shape[0])
        y += size * random.uniform(1.2, 1.6) if random.random() < 0.9 else size * random.uniform(2, 8)
        font = any_font(random, sheet.more_print) if random.random() < 0.05 else font
    if random.random() < 0.5:
        numbers(sheet, hands, random)


def large(sheet: Sheet, hands: Hands, random: Random) -> None:
    """A few large digits with a thick pen, as held before a webcam."""
    hand = hands.any(random)
    hand = replace(hand, pen=float(random.uniform(0.06, 0.25)))
    size = sheet.height * random.uniform(0.25, 0.6)
    x, y = random.uniform(0.02, 0.4) * sheet.width, random.uniform(0.05, 0.5) * (sheet.height - size)
    write_number(sheet, hand, PEN, x, y, size, random.normal(0, 5), random.uniform(0, 0.4), int(random.integers(1, 6)))


def nothing(sheet: Sheet, hands: Hands, random: Random) -> None:
    """Blank, or with doodles: ticks, crosses, circles, strokes."""
    hand = hands.any(random)
    for _ in range(int(random.choice([0, 0, 5, 12]))):
        x, y = random.uniform(0, 0.9) * sheet.width, random.uniform(0, 0.9) * sheet.height
        size = random.uniform(0.03, 0.3) * sheet.height
        signs = [name for name in SIGNS if name not in (".", "/", ",")]
        sheet.stamp(PEN, hand.sign(str(random.choice(signs)), size), int(x), int(y))


LAYOUTS: dict[str, tuple[Callable[[Sheet, Hands, Random], None], float]] = {
    "numbers": (numbers, 0.25),
    "form": (form, 0.16),
    "grid": (grid, 0.08),
    "amount": (amount, 0.12),
    "words": (words, 0.19),
    "printed": (printed, 0.11),
    "large": (large, 0.05),
    "nothing": (nothing, 0.04),
}


def extras(sheet: Sheet, hands: Hands, random: Random) -> None:
    """What else may be on a sheet: a stamp, a headline, a few words by another pen, squares, holes."""
    if random.random() < 0.1:
        headline(sheet, random, 0)
    if random.random() < 0.08:
        _squared(sheet, random)
    if random.random() < 0.08:
        stamp(sheet, random)
    if random.random() < 0.15:
        hand, size = hands.any(random), _digit_size(sheet, random) * random.uniform(0.5, 1)
        for _ in range(int(random.integers(1, 6))):
            ink = turned(hand.word(size, int(random.integers(1, 9))), random.normal(0, 8))
            x, y = int(random.uniform(0, 0.9) * sheet.width), int(random.uniform(0, 0.95) * sheet.height)
            if sheet.free(x, y, ink.shape[1], ink.shape[0]):
                sheet.stamp(OTHER_PEN, ink, x, y)


def _digit_size(sheet: Sheet, random: Random) -> int:
    return int(np.exp(random.uniform(np.log(16), np.log(max(20.0, 0.2 * sheet.height)))))


def _rule(sheet: Sheet, random: Random, y: float) -> None:
    slope = int(random.normal(0, 0.01) * sheet.width)
    cv2.line(sheet.layer(RULING), (0, int(y)), (sheet.width, int(y) + slope), (int(random.uniform(80, 255)),),
             int(random.integers(1, 4)), cv2.LINE_AA)  # fmt: skip


def _ruled(sheet: Sheet, random: Random, step: float) -> None:
    shade, width = int(random.uniform(40, 200)), int(random.integers(1, 3))
    for y in np.arange(random.uniform(0, step), sheet.height, step):
        cv2.line(sheet.layer(RULING), (0, int(y)), (sheet.width, int(y)), (shade,), width, cv2.LINE_AA)


def _squared(sheet: Sheet, random: Random) -> None:
    step, shade = random.uniform(12, 50), int(random.uniform(30, 140))
    for y in np.arange(0, sheet.height, step):
        cv2.line(sheet.layer(RULING), (0, int(y)), (sheet.width, int(y)), (shade,), 1, cv2.LINE_AA)
    for x in np.arange(0, sheet.width, step):
        cv2.line(sheet.layer(RULING), (int(x), 0), (int(x), sheet.height), (shade,), 1, cv2.LINE_AA)
