"""One strongly leaning hand: the template sheet of `edge_app collect` filled in by it, and a note it wrote."""

import dataclasses

import cv2
import numpy as np

from edge_app.collect.template import BOX_WH, boxes, draw_template

from ..data.mnist import Split
from . import grounds
from .grounds import Ground
from .hand import Hand
from .ink import Ink, cut, sheared
from .maker import camera
from .truth import DrawnPage, TruthDigit

Random = np.random.Generator
PHOTO_WH = 1800, 2400
NOTE_WH, NOTE_ROWS, NOTE_DIGITS = (1280, 960), 6, 6
# Between digits, in rows.
NOTE_GAP = 0.3
# In pixels of the sheet: what its boxes leave beside a digit.
RIM_PX = 20
PEN_RGB = 35, 45, 110


def fill_template(digits: Split, seed: int, lean: float = 0.0) -> tuple[Ground, list[tuple[int, tuple[int, int]]]]:
    """Fills in a sheet.

    Args:
        digits: the shapes that are written, each label among them.
        seed: of the hand and of what it writes.
        lean: how far the digits lean to the right, in their own heights.

    Returns:
        The sheet, float32 (3508, 2480, 3) RGB in [0, 255], and the label and centre of each digit on it.
    """
    random = np.random.default_rng([seed, 0x7E])
    hand = _hand(digits, random)
    sheet = np.repeat(draw_template()[..., None], 3, axis=2).astype(np.float32)
    placed = []
    for (label, _), (x, y, width, height) in boxes().items():
        ink = _fitting(hand, label, lean)
        top = y + (height - ink.shape[0]) // 2 + int(random.integers(-6, 7))
        left = x + (width - ink.shape[1]) // 2 + int(random.integers(-4, 5))
        _write(sheet[top : top + ink.shape[0], left : left + ink.shape[1]], ink)
        placed.append((label, (left + ink.shape[1] // 2, top + ink.shape[0] // 2)))
    return sheet, placed


def photograph_template(digits: Split, seed: int, size_wh: tuple[int, int] = PHOTO_WH, lean: float = 0.0) -> DrawnPage:
    """A photo of a filled-in sheet: turned, in perspective, unevenly lit, on a desk; see fill_template."""
    sheet, placed = fill_template(digits, seed, lean)
    random = np.random.default_rng([seed, 0xF0])
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    scale = 0.86 * min(size_wh[0] / width, size_wh[1] / height)
    turn = np.radians(random.uniform(-4, 4))
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    seen = (corners - (width / 2, height / 2)) * scale @ matrix + np.array(size_wh) / 2
    seen += random.uniform(-0.015, 0.015, (4, 2)) * min(size_wh)
    perspective = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    image = grounds.desk(random, *size_wh)
    smaller = cv2.GaussianBlur(sheet, (0, 0), 0.35 / scale)
    cv2.warpPerspective(smaller, perspective, size_wh, dst=image, borderMode=cv2.BORDER_TRANSPARENT)
    image = np.asarray(image * grounds.light(random, *size_wh)[..., None], np.float32)
    points = np.array([centre for _, centre in placed], np.float32)[None]
    centres = cv2.perspectiveTransform(points, perspective)[0]
    side = round(BOX_WH[0] * scale / 2)
    truth = [
        TruthDigit(label, (round(x) - side, round(y) - side, 2 * side, 2 * side))
        for (label, _), (x, y) in zip(placed, centres.tolist(), strict=True)
    ]
    lines = tuple(tuple(digit for digit in truth if digit.label == label) for label in range(10))
    return DrawnPage(camera(image, random), lines, 0.0)


def draw_note(digits: Split, seed: int, size_wh: tuple[int, int] = NOTE_WH, lean: float = 0.0) -> DrawnPage:
    """Numbers of that hand on plain paper, seen from above in uneven light; see fill_template."""
    random = np.random.default_rng([seed, 0x0E])
    hand = _hand(digits, random)
    width, height = size_wh
    image = grounds.paper(random, width, height)
    row_px = height / (NOTE_ROWS + 1)
    lines = []
    for row in range(NOTE_ROWS):
        x, line = row_px, []
        for label in random.permutation(10)[:NOTE_DIGITS].tolist():
            leaning, advance_px = _of_label(hand, label, 0.55 * row_px, lean)
            ink = cut(leaning)
            # Leaning about the digit's middle, so that neighbours' boxes overlap and their strokes do not.
            left = round(x + (advance_px - ink.shape[1]) / 2)
            top = round((row + 1) * row_px) - ink.shape[0] // 2
            _write(image[top : top + ink.shape[0], left : left + ink.shape[1]], ink)
            line.append(TruthDigit(label, (left, top, ink.shape[1], ink.shape[0])))
            x += advance_px + NOTE_GAP * row_px
        lines.append(tuple(line))
    image = np.asarray(image * grounds.light(random, width, height)[..., None], np.float32)
    return DrawnPage(camera(image, random), tuple(lines), 0.0)


def _hand(digits: Split, random: Random) -> Hand:
    return dataclasses.replace(Hand.any(digits, random), source="inked", pen=0.08, slant=0.0, uneven=0.06)


def _write(place: Ground, ink: Ink) -> None:
    place += ink[..., None].astype(np.float32) / 255 * 0.9 * (np.array(PEN_RGB, np.float32) - place)


def _of_label(hand: Hand, label: int, height_px: float, lean: float) -> tuple[Ink, int]:
    """One digit of that label, uint8 (h, w), and its width before it was slanted."""
    of_label = np.flatnonzero(hand.digits.labels == label)
    chosen = of_label[[hand.random.integers(len(of_label))]]
    one = dataclasses.replace(hand, digits=Split(hand.digits.images[chosen], hand.digits.labels[chosen]))
    upright = one.digit(height_px)[1]
    return sheared(upright, lean), upright.shape[1]


def _fitting(hand: Hand, label: int, lean: float) -> Ink:
    """One digit of that label, uint8 (h, w), small enough for a box."""
    ink, _ = _of_label(hand, label, hand.random.uniform(120, 150), lean)
    room = BOX_WH[0] - RIM_PX, BOX_WH[1] - RIM_PX
    shrink = min(1.0, room[0] / ink.shape[1], room[1] / ink.shape[0])
    if shrink < 1:
        ink = np.asarray(cv2.resize(ink, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    return ink
