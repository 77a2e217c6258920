"""Patches of drawn pages as the detector gets them on the edge: ink maps at a scale that suits its digits."""

import functools
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.model.detector_contract import MAX_HEIGHT_PX, MIN_HEIGHT_PX
from edge_app.page.ink import find_ink

from ..data.mnist import Split
from ..data.pen_pool import PenPool
from ..pages.maker import draw_page
from ..pages.truth import DrawnPage
from ..progress import tracked

PATCH_PX = 128
MAX_BOXES = 40
PATCHES_A_PAGE = 6
# Digits slightly outside the sizes of a scale count neither for nor against the detector there.
NEARLY = 1.3
_DRAWN_FROM, _DRAWN_TO = 13.0, 42.0
# Parts of words and digits this large must not be taken for digits.
_LARGE_TO, _LARGE_SHARE = 120.0, 0.15
_MIN_SCALE, _MAX_SCALE = 0.12, 2.0
SIZES_WH = ((640, 480), (480, 640), (800, 600), (560, 420), (320, 240), (960, 720))
IGNORED = 10
EMPTY = -1
Random = np.random.Generator


@dataclass(frozen=True)
class Patches:
    """Patches and the digits in them.

    Attributes:
        ink: uint8 (N, side, side).
        boxes: float32 (N, 40, 5): label, centre x, centre y, width, height in pixels; label IGNORED where a find does
            not count, EMPTY in unused rows.
    """

    ink: NDArray[np.uint8]
    boxes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ink)


def draw_patches(digits: Split, pages: int, seed: int, side_px: int = PATCH_PX, pens: PenPool | None = None) -> Patches:
    """Draws pages on all cores and cuts PATCHES_A_PAGE patches out of each, the same ones for the same seed."""
    spawned = multiprocessing.get_context("spawn")
    parts = np.array_split(np.arange(pages), max(1, pages // 50))
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=spawned) as pool:
        drawn = pool.map(functools.partial(_some_pages, digits, seed, side_px, pens), parts)
        done = list(tracked(drawn, "drawing pages", len(parts)))
    return Patches(np.concatenate([part.ink for part in done]), np.concatenate([part.boxes for part in done]))


def _some_pages(digits: Split, seed: int, side_px: int, pens: PenPool | None, numbers: NDArray[np.int64]) -> Patches:
    cv2.setNumThreads(1)
    cuts = [cut for number in numbers for cut in _cut_page(digits, seed, side_px, pens, int(number))]
    return Patches(np.stack([ink for ink, _ in cuts]), np.stack([boxes for _, boxes in cuts]))


def _cut_page(
    digits: Split, seed: int, side_px: int, pens: PenPool | None, number: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    random = np.random.default_rng([seed, number, 0xDE7])
    page_seed = int(random.integers(1 << 40))
    if random.random() < 0.14:
        size_wh = int(random.integers(120, 420)), int(random.integers(40, 110))
        page = draw_page(digits, page_seed, size_wh, "amount", colour=False, pens=pens)
    else:
        page = draw_page(digits, page_seed, SIZES_WH[random.integers(len(SIZES_WH))], colour=False, pens=pens)
    ink = find_ink(page.image).ink
    boxes = np.array([(d.label, *d.box) for d in page.digits], np.float32).reshape(-1, 5)
    for _ in range(PATCHES_A_PAGE):
        yield _cut(ink, boxes, page, side_px, random)


def _cut(
    ink: NDArray[np.uint8], boxes: NDArray[np.float32], page: DrawnPage, side_px: int, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """One patch at a random scale, around a digit more often than not."""
    chosen = boxes[random.integers(len(boxes))] if len(boxes) and random.random() < 0.8 else None
    height = chosen[4] if chosen is not None else page.letter_height_px or random.uniform(20, 120)
    largest = _LARGE_TO if chosen is None or random.random() < _LARGE_SHARE else _DRAWN_TO
    scale = np.exp(random.uniform(np.log(_DRAWN_FROM), np.log(largest))) / max(height, 4)
    scale = float(np.clip(scale, _MIN_SCALE, _MAX_SCALE))
    size_wh = max(8, round(ink.shape[1] * scale)), max(8, round(ink.shape[0] * scale))
    scaled = cv2.resize(ink, size_wh, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    scaled = cv2.convertScaleAbs(scaled, alpha=float(np.exp(random.normal(0, 0.2))))
    placed = boxes * np.array([1, scale, scale, scale, scale], np.float32)
    if chosen is not None:
        middle = (chosen[1:3] + chosen[3:5] / 2) * scale
        corner = middle - side_px / 2 + random.uniform(-0.4, 0.4, 2) * side_px
    else:
        corner = random.uniform(-0.2, 1.0, 2) * np.maximum(np.array(size_wh) - 0.7 * side_px, 1)
    left, top = (int(value) for value in corner)
    field = np.zeros((side_px, side_px), np.uint8)
    from_x, from_y = max(0, left), max(0, top)
    part = scaled[from_y : max(0, top + side_px), from_x : max(0, left + side_px)]
    field[from_y - top : from_y - top + part.shape[0], from_x - left : from_x - left + part.shape[1]] = part
    return field, _rows(placed - np.array([0, left, top, 0, 0], np.float32), side_px)


def _rows(boxes: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """The boxes (x, y, width, height) that reach into a patch, as rows of Patches.boxes."""
    rows = np.full((MAX_BOXES, 5), EMPTY, np.float32)
    reach_in = ((boxes[:, 1:3] < side_px) & (boxes[:, 1:3] + boxes[:, 3:5] > 0)).all(axis=1)
    inside = boxes[reach_in][:MAX_BOXES]
    labels, low, sizes = inside[:, 0].copy(), inside[:, 1:3], inside[:, 3:5]
    middles = low + sizes / 2
    seen = np.clip(low + sizes, 0, side_px) - np.clip(low, 0, side_px)
    unclear = seen.prod(axis=1) < 0.7 * sizes.prod(axis=1)
    too_small, too_large = MIN_HEIGHT_PX / sizes[:, 1], sizes.max(axis=1) / MAX_HEIGHT_PX
    labels[unclear | (too_small > 1) | (too_large > 1)] = IGNORED
    labels[(too_small > NEARLY) | (too_large > NEARLY)] = EMPTY
    rows[: len(inside)] = np.column_stack([labels, middles, sizes])
    return rows
