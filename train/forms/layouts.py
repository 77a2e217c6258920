"""The four kinds of forms; a seed gives each a publisher of its own: font, words, number and size of its rows."""

from collections.abc import Callable

import numpy as np

from ..pages.printing import any_font, any_word
from .canvas import Canvas, DrawnForm

Random = np.random.Generator
PICTURE_WIDTH_PX = 1240
_GOODS = ("Bolts M8", "Washers", "Hinges", "Paint, white", "Cable 3x1.5", "Screws 4x40", "Brackets", "Tape 50 mm",
          "Gloves L", "Filters", "Bulbs E27", "Switches", "Hooks", "Sealant", "Sandpaper 120", "Plugs 8 mm", "Tiles",
          "Rope 10 m", "Brushes", "Nails 60")  # fmt: skip
_FIRMS = ("North Harbour", "Miller & Daughters", "Lakeside", "Old Bridge", "Red Barn", "Three Oaks", "Westgate",
          "Granite", "Silver Birch", "High Street")  # fmt: skip


def draw_form(layout: str, seed: int, width_px: int = PICTURE_WIDTH_PX) -> DrawnForm:
    """Draws an empty form.

    Args:
        layout: a key of LAYOUTS.
        seed: of its publisher; the same seed draws the same form.
        width_px: of its picture.
    """
    random = np.random.default_rng([seed, list(LAYOUTS).index(layout), 0xF0])
    draw, height = LAYOUTS[layout]
    canvas = Canvas(width_px, height, any_font(random))
    draw(canvas, random)
    return canvas.done(layout)


def _firm(random: Random) -> str:
    return f"{random.choice(_FIRMS)} {random.choice(['Ltd', 'Stores', 'Supply', 'Club', 'Trading', 'Union'])}"


def _small_print(canvas: Canvas, random: Random, y: float, lines: int, x: float = 60, wide: float = 880) -> None:
    for line in range(lines):
        text = " ".join(any_word(random) for _ in range(30))
        canvas.print(text, x, y + 20 * line, random.uniform(13, 15), wide)


def score_card(canvas: Canvas, random: Random) -> None:
    """Nine holes in columns, par printed, strokes of one player in boxes, and their total."""
    canvas.print(_firm(random), 50, 35, random.uniform(36, 52), 600)
    canvas.print("Score card", 700, 45, random.uniform(26, 36))
    canvas.print("Player", 50, 125, 22)
    canvas.words(150, 105, 330, 45)
    canvas.print("Date", 530, 125, 22)
    canvas.add("date", 600, 105, 300, 48, "[0-3][0-9][0-1][0-9]20[2-3][0-9]", cells=8)
    canvas.frame(600, 105, 300, 48)
    left, cell = 150.0, random.uniform(68, 76)
    columns = [50, *(left + cell * hole for hole in range(10)), left + cell * 9 + random.uniform(80, 100)]
    height = random.uniform(52, 66)
    rows = [185 + height * row for row in range(int(random.integers(5, 7)))]
    canvas.shade(columns[0], rows[0], columns[-1] - columns[0], height, int(random.integers(0, 70)))
    canvas.table(columns, rows)
    names = ["Hole", "Metres", "Par", "Strokes", "Putts"]
    for row, name in enumerate(names[: len(rows) - 1]):
        canvas.print(name, 58, rows[row] + 0.35 * height, 19, 90)
    canvas.print("Total", columns[10] + 10, rows[0] + 0.35 * height, 19)
    for hole in range(9):
        printed = (str(hole + 1), str(random.integers(90, 520)), str(random.integers(3, 6)))
        for row, text in enumerate(printed):
            canvas.print(text, columns[hole + 1] + 0.3 * cell, rows[row] + 0.32 * height, 22)
        canvas.add(f"hole {hole + 1}", columns[hole + 1] + 3, rows[3] + 3, cell - 6, height - 6, "[1-9]")
    canvas.add("total", columns[10] + 3, rows[3] + 3, columns[11] - columns[10] - 6, height - 6, "[2-7][0-9]")
    canvas.print("Marker", 50, rows[-1] + 60, 22)
    canvas.words(150, rows[-1] + 40, 330, 45)
    _small_print(canvas, random, rows[-1] + 110, 3)


def delivery_note(canvas: Canvas, random: Random) -> None:
    """A sender, an address with a postal code, lines of goods with quantities, a total."""
    canvas.print(_firm(random), 60, 55, random.uniform(40, 56), 600)
    _small_print(canvas, random, 120, 2, wide=400)
    canvas.print("Delivery note", 620, 110, random.uniform(32, 40))
    canvas.print("No.", 620, 190, 24)
    canvas.frame(690, 175, 240, 52)
    canvas.add("number", 690, 175, 240, 52, "[0-9]{6}", cells=6)
    for line, name in enumerate(("Name", "Street", "Code")):
        canvas.print(name, 60, 262 + 68 * line, 20)
        canvas.words(150 if line < 2 else 520, 240 + 68 * line, 500 if line < 2 else 410, 48)
    canvas.print("Town", 450, 398, 20)
    canvas.frame(150, 372, 260, 56)
    canvas.add("postcode", 150, 372, 260, 56, "[0-9]{5}", cells=5)
    columns = [60.0, 120, random.uniform(520, 600), 760, 940]
    height, count = random.uniform(58, 68), int(random.integers(6, 10))
    rows = [480 + height * row for row in range(count + 2)]
    canvas.shade(60, rows[0], 880, height, int(random.integers(0, 70)))
    canvas.table(columns, rows)
    for at, head in zip(columns, ("#", "Goods", "Unit price", "Quantity"), strict=False):
        canvas.print(head, at + 12, rows[0] + 0.35 * height, 20)
    for row, goods in enumerate(random.permutation(_GOODS)[:count].tolist(), start=1):
        y = rows[row] + 0.33 * height
        canvas.print(str(row), 78, y, 20)
        canvas.print(goods, 134, y, 22, 360)
        canvas.print(f"{random.uniform(0.5, 90):.2f}", columns[2] + 30, y, 22)
        canvas.add(f"quantity {row}", 763, rows[row] + 3, 174, height - 6, "[1-9][0-9]{0,2}")
    total = rows[-1] + 24
    canvas.print("Total", 620, total + 18, 28)
    canvas.frame(740, total, 200, 64, 3.5)
    canvas.add("total", 745, total + 4, 190, 56, "[1-9][0-9]{0,4}")
    canvas.print("Received", 60, total + 90, 20)
    canvas.words(180, total + 60, 340, 52)
    _small_print(canvas, random, 1350, 3)


def stock_count(canvas: Canvas, random: Random) -> None:
    """A long table: goods, their number with a check digit, and how many are there."""
    canvas.print("Stock count", 60, 50, random.uniform(38, 50))
    canvas.print(_firm(random), 560, 58, random.uniform(24, 32), 400)
    canvas.print("Counted by", 60, 145, 20)
    canvas.words(190, 115, 330, 48)
    canvas.print("Shelf", 580, 145, 20)
    canvas.frame(660, 115, 150, 52)
    canvas.add("shelf", 662, 117, 146, 48, "[0-9]{3}")
    columns = [60.0, random.uniform(350, 400), 720, 940]
    height, count = random.uniform(60, 74), int(random.integers(9, 15))
    rows = [200 + height * row for row in range(count + 2)]
    canvas.table(columns, rows, random.uniform(1.2, 2.6))
    for at, head in zip(columns, ("Goods", "Number (EAN)", "Pieces"), strict=False):
        canvas.print(head, at + 12, rows[0] + 0.35 * height, 22)
    for row, goods in enumerate(random.permutation(_GOODS)[:count].tolist(), start=1):
        canvas.print(goods, 74, rows[row] + 0.33 * height, 22, columns[1] - 80)
        ean = (columns[1] + 4, rows[row] + 4, 720 - columns[1] - 8, height - 8)
        canvas.add(f"ean {row}", *ean, "[0-9]{8}", "ean", cells=8)
        canvas.add(f"pieces {row}", 724, rows[row] + 4, 212, height - 8, "[0-9]{1,4}")
    _small_print(canvas, random, 1360, 2)


def cheque(canvas: Canvas, random: Random) -> None:
    """A strip of paper: date, amount in figures, amount in words, the account with its check digit."""
    canvas.frame(8, 8, 984, 434, random.uniform(1.5, 4))
    canvas.print(_firm(random).rsplit(" ", 1)[0] + " Bank", 40, 35, random.uniform(36, 46), 480)
    canvas.print("Date", 590, 50, 18)
    canvas.frame(650, 32, 300, 46)
    canvas.add("date", 650, 32, 300, 46, "[0-3][0-9][0-1][0-9]20[2-3][0-9]", cells=8)
    canvas.print("Pay to", 40, 138, 20)
    canvas.words(140, 105, 500, 50)
    canvas.print("The sum of", 40, 208, 20)
    canvas.words(170, 175, 470, 50)
    canvas.print(str(random.choice(["EUR", "USD", "GBP", "CHF"])), 660, 180, random.uniform(24, 32))
    canvas.frame(730, 150, 220, 66, 3)
    canvas.add("amount", 735, 154, 210, 58, "[1-9][0-9]{1,5}")
    canvas.print("Account", 40, 285, 18)
    canvas.frame(140, 262, 400, 52)
    canvas.add("account", 140, 262, 400, 52, "[0-9]{10}", "luhn", cells=10)
    canvas.print("Signature", 610, 310, 18)
    canvas.words(610, 250, 340, 50)
    _small_print(canvas, random, 350, 1, wide=450)
    canvas.print(" ".join("".join(random.choice(list("0123456789"), 6)) for _ in range(3)), 40, 395, 26)


LAYOUTS: dict[str, tuple[Callable[[Canvas, Random], None], float]] = {
    "score card": (score_card, 707),
    "delivery note": (delivery_note, 1414),
    "stock count": (stock_count, 1414),
    "cheque": (cheque, 450),
}
