"""Forms that come with the app: what stands where, and a sheet to print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .form import Form
from .sheet import GREY, Sheet

DATE = "[0-3][0-9][01][0-9]20[2-9][0-9]"
SMALL_PRINT = "Write one digit in each cell with a dark pen. Strike nothing through: take a new sheet."


@dataclass(frozen=True)
class ReadyMade:
    """A form and its empty sheet.

    Attributes:
        form: what stands where.
        picture: uint8 (H, W), 10 pixels to a millimetre; to print, and to find the form by.
    """

    form: Form
    picture: NDArray[np.uint8]


def ready_made(kind: str) -> ReadyMade:
    """Draws one of KINDS."""
    width, height, draw = KINDS[kind]
    sheet = Sheet(width, height)
    draw(sheet)
    return ReadyMade(Form(kind.replace("-", " "), tuple(sheet.fields)), sheet.picture)


def _score_card(sheet: Sheet) -> None:
    sheet.print("SCORE CARD", 110, 190, 65)
    sheet.print("Nine holes, one player", 860, 185, 30)
    sheet.print("Player", 110, 335, 28)
    sheet.rule(300, 340, 1000, 340)
    _date(sheet, 1290, 265)
    columns = [110, 330, *(330 + 145 * hole for hole in range(1, 10)), 1990]
    rows = [450, 590, 730, 900]
    sheet.table(columns, rows)
    for name, y in (("Hole", 535), ("Par", 675), ("Strokes", 835)):
        sheet.print(name, 125, y, 28)
    sheet.print("Total", 1720, 535, 28)
    for hole in range(1, 10):
        x = columns[hole]
        sheet.print(str(hole), x + 55, 535, 32)
        sheet.print(str((4, 3, 5, 4, 4, 3, 4, 5, 4)[hole - 1]), x + 55, 675, 32)
        sheet.field(f"hole {hole}", x, 730, 145, 170, pattern="[1-9][0-9]?", max=Decimal(20))
    sheet.field("total", columns[10], 730, 1990 - columns[10], 170, pattern="[1-9][0-9]{1,2}", max=Decimal(180))
    sheet.print("Marker", 110, 1080, 28)
    sheet.rule(300, 1085, 1000, 1085)
    sheet.print(SMALL_PRINT, 110, 1250, 20, GREY)
    sheet.print("Holes played twice count once. Balls lost in water: one stroke.", 110, 1330, 20, GREY)


def _delivery_note(sheet: Sheet) -> None:
    sheet.print("DELIVERY NOTE", 150, 230, 65)
    sheet.print("Number", 1180, 225, 28)
    _boxed(sheet, "number", 1400, 150, 540, 110, 6, pattern="[0-9]{6}")
    for line, name in enumerate(("Name", "Street", "Town")):
        sheet.print(name, 150, 400 + 130 * line, 28)
        sheet.rule(400, 410 + 130 * line, 1940, 410 + 130 * line)
    sheet.print("Postal code", 150, 810, 28)
    _boxed(sheet, "postcode", 400, 730, 450, 110, 5, pattern="[0-9]{5}")
    columns, rows = [150, 270, 1480, 1940], [930 + 140 * row for row in range(10)]
    sheet.table(columns, rows)
    for x, head in zip(columns, ("#", "Goods", "Quantity"), strict=False):
        sheet.print(head, x + 25, 1015, 28)
    for row in range(1, 9):
        sheet.print(str(row), 185, rows[row] + 85, 28)
        sheet.field(f"quantity {row}", 1480, rows[row], 460, 140, pattern="[1-9][0-9]{0,3}")
    sheet.print("Total pieces", 1180, 2330, 28)
    _boxed(sheet, "total", 1480, 2250, 460, 130, 0, pattern="[1-9][0-9]{0,4}")
    sheet.print("Received", 150, 2540, 28)
    sheet.rule(400, 2550, 1300, 2550)
    sheet.print(SMALL_PRINT, 150, 2720, 20, GREY)
    sheet.print("Goods stay ours until they are paid. Count before you sign.", 150, 2790, 20, GREY)


def _stock_count(sheet: Sheet) -> None:
    sheet.print("STOCK COUNT", 150, 230, 65)
    sheet.print("Shelf", 1350, 225, 28)
    _boxed(sheet, "shelf", 1540, 150, 400, 110, 3, pattern="[0-9]{3}")
    sheet.print("Counted by", 150, 400, 28)
    sheet.rule(420, 410, 1100, 410)
    _date(sheet, 1240, 330)
    columns, rows = [150, 260, 790, 1540, 1940], [520 + 150 * row for row in range(14)]
    sheet.table(columns, rows)
    for x, head in zip(columns, ("#", "Goods", "Number (EAN-8)", "Pieces"), strict=False):
        sheet.print(head, x + 25, 610, 28)
    for row in range(1, 13):
        y = rows[row]
        sheet.print(str(row), 180, y + 90, 28)
        sheet.field(f"ean {row}", 790, y, 750, 150, 8, pattern="[0-9]{8}", checksum="ean")
        sheet.field(f"pieces {row}", 1540, y, 400, 150, pattern="[0-9]{1,4}")
    sheet.print(SMALL_PRINT, 150, 2720, 20, GREY)
    sheet.print("Count what lies on the shelf, not what should. Leave lines that you do not need.", 150, 2790, 20, GREY)


def _cheque(sheet: Sheet) -> None:
    sheet.frame(30, 30, 2040, 890)
    sheet.print("CHEQUE", 110, 160, 60)
    _date(sheet, 1240, 80)
    sheet.print("Pay to", 110, 330, 28)
    sheet.rule(330, 340, 1180, 340)
    sheet.print("EUR, cents", 1240, 330, 28)
    _boxed(sheet, "amount", 1470, 250, 530, 130, 0, pattern="[1-9][0-9]{2,6}", scale=Decimal("0.01"), unit="EUR")
    sheet.print("In words", 110, 480, 28)
    sheet.rule(330, 490, 1990, 490)
    sheet.print("Account", 110, 650, 28)
    _boxed(sheet, "account", 330, 570, 900, 110, 10, pattern="[0-9]{10}", checksum="luhn")
    sheet.print("Signature", 1290, 650, 28)
    sheet.rule(1500, 660, 1990, 660)
    sheet.print(
        "Amount without a point: 12.50 is 1250. Write one digit in each cell with a dark pen.", 110, 840, 20, GREY
    )


def _boxed(
    sheet: Sheet, name: str, x: float, y: float, width: float, height: float, cells: int, **rules: object
) -> None:
    sheet.frame(x, y, width, height)
    sheet.field(name, x, y, width, height, cells, **rules)


def _date(sheet: Sheet, x: float, y: float) -> None:
    sheet.print("Date", x, y + 75, 28)
    _boxed(sheet, "date", x + 150, y, 560, 105, 8, pattern=DATE)


# Width and height in tenths of a millimetre: A5 across, A4, A4, and a third of A4.
KINDS: Mapping[str, tuple[int, int, Callable[[Sheet], None]]] = MappingProxyType(
    {
        "score-card": (2100, 1480, _score_card),
        "delivery-note": (2100, 2970, _delivery_note),
        "stock-count": (2100, 2970, _stock_count),
        "cheque": (2100, 950, _cheque),
    }
)
