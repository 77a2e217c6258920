"""Draws pages as a camera sees them, with their truth."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.mnist import Split
from ..data.pen_pool import PenPool
from . import grounds
from .grounds import Ground
from .hand import Hands
from .layouts import LAYOUTS, extras
from .print_layouts import PRINT_LAYOUTS
from .sheet import OTHER_PEN, OTHER_PRINT, PEN, PRINT, RULING, Points, Sheet
from .truth import DrawnPage, TruthDigit

Random = np.random.Generator
PENS = ((40, 40, 45), (30, 45, 130), (20, 20, 25), (150, 30, 40), (95, 95, 100), (45, 70, 170), (70, 40, 120))
# The colours of print, and how often each is taken; black is as before.
INKS = ((110, 110, 115), (165, 165, 165), (175, 30, 35), (205, 70, 60), (35, 60, 150), (70, 120, 190))
COLOURED_SHARE = 0.4
ALL_LAYOUTS = LAYOUTS | PRINT_LAYOUTS
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
MIN_SHARE_SEEN = 0.75


def draw_page(
    digits: Split, seed: int, size_wh: tuple[int, int] = (640, 480), layout: str | None = None, colour: bool = True,
    pens: PenPool | None = None,
) -> DrawnPage:  # fmt: skip
    """Draws a page as a camera sees it.

    Args:
        digits: the handwriting, one split of MNIST.
        seed: the same seed draws the same page.
        size_wh: width and height in pixels.
        layout: a key of ALL_LAYOUTS, or None for any.
        colour: RGB, or luma, which is faster.
        pens: UNIPEN's writers, who write a part of the pages, and with them more print; None draws as before these.
    """
    random = np.random.default_rng([seed, 0xA6E])
    layouts = LAYOUTS if pens is None else ALL_LAYOUTS
    shares = np.array([share for _, share in layouts.values()])
    name = layout or str(random.choice(list(layouts), p=shares / shares.sum()))
    on_desk = layout is None and random.random() < 0.35
    zoom = random.uniform(0.55, 0.95) if on_desk else 1.0
    sheet = Sheet(int(size_wh[0] * zoom), int(size_wh[1] * zoom), more_print=pens is not None)
    hands = Hands(digits, pens)
    ALL_LAYOUTS[name][0](sheet, hands, random)
    if layout is None:
        extras(sheet, hands, random)
    image, matrix = _photograph(_blend(sheet, random, colour), random, size_wh, on_desk)
    image *= grounds.light(random, *size_wh)[..., None]
    lines = tuple(line for line in (_line(line, matrix, size_wh) for line in sheet.lines) if line)
    taken = camera(image, random)
    if layout is None and random.random() < 0.05:
        taken = ~taken  # chalk on a board
    page = DrawnPage(taken if colour else taken[..., 0], lines, sheet.letter_height_px * zoom)
    return replace(page, lines=()) if not lines else page


def _blend(sheet: Sheet, random: Random, colour: bool) -> Ground:
    """The sheet's layers on its paper, float32 (H, W, 3) or (H, W, 1)."""
    page = grounds.paper(random, sheet.width, sheet.height)
    page = page if colour else _luma(page)
    black = random.uniform(10, 60)
    shades = {
        PRINT: (np.array([black] * 3, np.float32), random.uniform(0.6, 1)),
        RULING: (np.asarray(random.uniform(20, 170, 3), np.float32), random.uniform(0.3, 1)),
        PEN: (np.asarray(PENS[random.integers(len(PENS))], np.float32), random.uniform(0.45, 0.95)),
        OTHER_PEN: (np.asarray(PENS[random.integers(len(PENS))], np.float32), random.uniform(0.4, 0.95)),
    }
    if sheet.more_print:
        for name in (PRINT, OTHER_PRINT):
            coloured = random.random() < COLOURED_SHARE
            colour_of_print = INKS[random.integers(len(INKS))] if coloured else [black] * 3
            shades[name] = np.asarray(colour_of_print, np.float32), random.uniform(0.6, 1)
    for name, layer in sheet.layers.items():
        shade, opacity = shades[name]
        alpha = layer.astype(np.float32) * np.float32(opacity / 255)
        if name in (PEN, OTHER_PEN):
            # Ball pens and pencils leave paper bare here and there.
            uneven = grounds.noise(random, sheet.height, sheet.width, random.uniform(1, 4))
            alpha *= np.clip(1 + uneven * random.choice([0, 0.05, 0.15]), 0, 1.1)
        shade = shade if colour else (shade @ LUMA)[None]
        page += alpha[..., None] * (shade - page)
    return page


def _luma(page: Ground) -> Ground:
    return np.asarray((page @ LUMA)[..., None], np.float32)


def _photograph(page: Ground, random: Random, size_wh: tuple[int, int], on_desk: bool) -> tuple[Ground, Ground]:
    """The page in a camera's view, and the perspective (3, 3) that maps it there."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    side = min(size_wh)
    jitter = random.uniform(0, 0.06 if on_desk else 0.02) * side
    placed = corners - (width / 2, height / 2) + random.normal(0, 1, (4, 2)) * jitter
    spread = random.choice([3.0, 20.0]) if on_desk else 1.5
    angle = np.radians(random.normal(0, spread))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array(size_wh) * (random.uniform(0.42, 0.58, 2) if on_desk else 0.5)
    placed = (placed @ turn + middle).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, placed)
    seen = cv2.warpPerspective(page, matrix, size_wh, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    seen = np.asarray(seen, np.float32).reshape(*size_wh[::-1], page.shape[2])
    if not on_desk:
        return seen, np.asarray(matrix, np.float32)
    desk = grounds.desk(random, *size_wh)
    desk = desk if page.shape[2] == 3 else _luma(desk)
    mask = np.zeros(size_wh[::-1], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(placed * 8).astype(np.int32), (255,), cv2.LINE_AA, 3)
    shadow = cv2.GaussianBlur(mask, (0, 0), random.uniform(2, 12))[..., None].astype(np.float32) / 255
    alpha = mask[..., None].astype(np.float32) / 255
    desk *= 1 - random.uniform(0, 0.5) * shadow
    return np.asarray(desk + alpha * (seen - desk), np.float32), np.asarray(matrix, np.float32)


def _line(line: list[tuple[int, Points]], matrix: Ground, size_wh: tuple[int, int]) -> tuple[TruthDigit, ...]:
    """The digits of a line that are visible enough, at their places in the camera's view."""
    seen = []
    for label, outline in line:
        points = cv2.perspectiveTransform(outline[None], matrix)[0]
        low, high = points.min(axis=0), points.max(axis=0) + 1
        inside_low, inside_high = np.clip(low, 0, size_wh), np.clip(high, 0, size_wh)
        if np.prod(inside_high - inside_low) < MIN_SHARE_SEEN * np.prod(high - low):
            continue
        x, y = (int(value) for value in np.floor(inside_low))
        width, height = (max(1, int(value)) for value in np.ceil(inside_high - inside_low))
        seen.append(TruthDigit(label, (x, y, width, height)))
    return tuple(seen)


def camera(image: Ground, random: Random) -> NDArray[np.uint8]:
    """Lens, sensor and compression: uint8 (H, W, C)."""
    channels = image.shape[2]
    image = image * random.uniform(0.6, 1.05)
    if random.random() < 0.7:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.3)), np.float32)
    image = image.reshape(*image.shape[:2], channels)
    image += random.normal(0, random.uniform(0.3, 6), image.shape).astype(np.float32)
    taken = np.clip(image, 0, 255).astype(np.uint8)
    if random.random() < 0.4:
        _, coded = cv2.imencode(".jpg", taken, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 95))])
        taken = np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)
    return taken.reshape(*image.shape[:2], channels)
