"""Connected ink as candidates for digits."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .ink import Grey, InkMap
from .page import Box
from .rulings import has_rulings, remove_rulings

MIN_HEIGHT_PX = 8
MAX_SIDE_PART = 0.95
MIN_PIXELS = 12
# Ink inside its box beyond this part of its own makes a frame of it.
MAX_ENCLOSED = 0.06
# A component's own strokes are as dark as this quantile of its ink; paper and blurred rims are below.
DARK_QUANTILE = 0.9


@dataclass(frozen=True)
class Candidate:
    """Ink that may be one digit.

    Attributes:
        box: (x, y, width, height) in pixels of the ink map.
        ink: uint8 (height, width), 0 outside its strokes, its darkest strokes 255.
        contrast: how dark its strokes are on the page, 0 to 255.
        encloses: other ink lies inside its box, as in a frame: it is no digit, and its ink is left out.
        fragment: too small or flat to be a digit, but maybe a piece of one.
    """

    box: Box
    ink: Grey
    contrast: int
    encloses: bool = False
    fragment: bool = False


def find_candidates(page_ink: InkMap) -> list[Candidate]:
    """One candidate for each connected piece of ink of a size that a digit can have."""
    labels, stats = connected_ink(page_ink)
    keep = _sizes_of_digits(stats, labels.shape)
    frames = _frames(labels, stats, keep)
    return [
        _frame(stats[index]) if index in frames else _cut(page_ink.ink, labels, index, stats[index]) for index in keep
    ]


def connected_ink(page_ink: InkMap) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Connected ink without ruling lines: int32 (h, w) labels, 0 is paper, and OpenCV's stats, int32 (N, 5)."""
    mask = page_ink.mask
    labels, stats = _connected(mask)
    return _connected(remove_rulings(mask)) if has_rulings(stats, mask.shape) else (labels, stats)


def _connected(mask: Grey) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    # Grana's block-based labelling takes half the time of OpenCV's own choice on one thread.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _sizes_of_digits(stats: NDArray[np.int32], shape_hw: tuple[int, ...]) -> list[int]:
    width, height, pixels = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    fits = (np.maximum(height, width) >= MIN_HEIGHT_PX) & (pixels >= MIN_PIXELS)
    fits &= (width <= 8 * height) & (height <= 12 * width)
    fits &= (height <= MAX_SIDE_PART * shape_hw[0]) | (shape_hw[0] < 100)
    fits[0] = False  # the paper
    return [int(index) for index in np.flatnonzero(fits)]


def _frames(labels: NDArray[np.int32], stats: NDArray[np.int32], keep: list[int]) -> set[int]:
    """Which of the kept components have a good part of their own ink once more in others that they surround."""
    inks = stats[1:][stats[1:, cv2.CC_STAT_AREA] >= MIN_PIXELS]
    low, high = stats[keep, None, :2], stats[keep, None, :2] + stats[keep, None, 2:4]
    inside = ((inks[None, :, :2] > low) & (inks[None, :, :2] + inks[None, :, 2:4] < high)).all(axis=2)
    frames = set()
    for row in np.flatnonzero(inside.any(axis=1)):
        index = keep[row]
        held = sum(
            int(ink[cv2.CC_STAT_AREA]) for ink in inks[inside[row]] if _surrounds(labels, stats[index], index, ink)
        )
        if held >= MAX_ENCLOSED * stats[index, cv2.CC_STAT_AREA]:
            frames.add(index)
    return frames


def _surrounds(labels: NDArray[np.int32], frame: NDArray[np.int32], index: int, ink: NDArray[np.int32]) -> bool:
    """Whether a component has ink on all four sides of another one's centre."""
    left, top, width, height = (int(value) for value in frame[:4])
    x, y = int(ink[0] + ink[2] // 2), int(ink[1] + ink[3] // 2)
    across, down = labels[y, left : left + width] == index, labels[top : top + height, x] == index
    sides = across[: x - left], across[x - left :], down[: y - top], down[y - top :]
    return all(bool(side.any()) for side in sides)


def _frame(stats: NDArray[np.int32]) -> Candidate:
    x, y, width, height = (int(value) for value in stats[:4])
    return Candidate((x, y, width, height), np.zeros((1, 1), np.uint8), 0, encloses=True)


def _cut(ink: Grey, labels: NDArray[np.int32], index: int, stats: NDArray[np.int32]) -> Candidate:
    x, y, width, height = (int(value) for value in stats[:4])
    window = slice(y, y + height), slice(x, x + width)
    own = labels[window] == index
    strokes = np.where(own, ink[window], 0).astype(np.uint8)
    inks = strokes[own]
    dark = int(np.partition(inks, int(DARK_QUANTILE * (len(inks) - 1)))[int(DARK_QUANTILE * (len(inks) - 1))])
    stretched = cv2.convertScaleAbs(strokes, alpha=255 / max(dark, 1))
    fragment = height < MIN_HEIGHT_PX
    return Candidate((x, y, width, height), np.asarray(stretched, np.uint8), dark, fragment=fragment)
