"""Numbers as a hand writes them: digit after digit, touching, joined, with signs among them."""

import numpy as np

from .glyph import PenEnds, draw_curve, join
from .hand import Hand
from .sheet import Points, Sheet

# The pen stays down where the next digit begins about so near, in digit heights.
_NEAR = 0.65


def write_number(
    sheet: Sheet, hand: Hand, layer: str, x: float, y: float, size: float, angle: float, gap: float, count: int,
    crowd: bool = False,
) -> float:  # fmt: skip
    """Writes a number from its upper left corner on, as far as there is room; returns its length in pixels.

    Args:
        sheet: is written on.
        hand: writes.
        layer: its pen.
        x: of the left end, in pixels.
        y: of the digits' top there.
        size: height of a digit in pixels.
        angle: of the line in degrees, clockwise.
        gap: between digits as a part of their height; below 0 they touch.
        count: of digits.
        crowd: write also where something stands already, as in cells.
    """
    random, cos, sin = hand.random, np.cos(np.radians(angle)), np.sin(np.radians(angle))
    line: list[tuple[int, Points]] = []
    taken = []
    along = 0.0
    turn = angle if random.random() < 0.8 else 0.0
    before: PenEnds | None = None
    for _ in range(count):
        glyph = hand.glyph(size, turn)
        width, height = glyph.size_wh
        # The line runs through the digits' feet.
        drop = size - height + random.normal(0, 0.05) * size
        centre_x = x + cos * (along + width / 2) - sin * (drop + height / 2)
        centre_y = y + sin * (along + width / 2) + cos * (drop + height / 2)
        box = glyph.box(centre_x, centre_y)
        if not (sheet.holds(*box) if crowd else sheet.free(*box)):
            break
        line.append(sheet.write_digit(layer, glyph.label, glyph.ink, *box[:2]))
        taken.append(box)
        ends = glyph.ends.moved(centre_x, centre_y) if glyph.ends else None
        if before is not None and ends is not None:
            _join(sheet, hand, layer, before, ends, size)
        before = ends
        along += width + max(-0.3 * width, size * random.normal(gap, 0.1))
        if random.random() < 0.06:
            before = None
            along += write_sign(
                sheet, hand, layer, str(random.choice(list(".,-/:="))), x + cos * along, y + sin * along, size
            )
    if line and random.random() < 0.12:
        write_sign(sheet, hand, layer, str(random.choice(list(".,-=#"))), x + cos * along, y + sin * along, size)
    for left, top, width, height in taken:
        sheet.take(left - int(0.1 * size), top - int(0.1 * size), width + int(0.2 * size), height + int(0.2 * size))
    if line:
        sheet.lines.append(line)
    return along


def write_sign(sheet: Sheet, hand: Hand, layer: str, name: str, x: float, y: float, size: float) -> float:
    """Writes a sign from its upper left corner on; returns what it takes of the line, in pixels."""
    ink = hand.sign(name, size)
    sheet.stamp(layer, ink, int(x), int(y))
    return float(ink.shape[1] + size * hand.random.uniform(0.02, 0.25))


def _join(sheet: Sheet, hand: Hand, layer: str, before: PenEnds, ends: PenEnds, size: float) -> None:
    """Draws the way of a pen that was not lifted, if this hand does not lift it here."""
    way = float(np.hypot(*(ends.start - before.end))) / size
    if hand.own is None or hand.random.random() >= hand.own.joins * np.exp(-((way / _NEAR) ** 2)):
        return
    curve = join(before.end, before.end_way, ends.start, ends.start_way, hand.random)
    pen_px = hand.pen_px(size)
    corner = np.floor(curve.min(axis=0)).astype(int) - pen_px - 2
    width, height = (int(side) + 2 * pen_px + 6 for side in np.ptp(curve, axis=0))
    ink = np.zeros((height, width), np.uint8)
    draw_curve(ink, [curve - corner], pen_px)
    sheet.stamp(layer, ink, int(corner[0]), int(corner[1]))
