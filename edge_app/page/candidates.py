"""Connected ink as candidates for digits."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .ink import Grey, InkMap
from .rulings import has_rulings, remove_rulings

MIN_HEIGHT_PX = 8
MAX_SIDE_PART = 0.95
MIN_PIXELS = 12
# A page of words has some hundreds; on a page of noise the highest are taken, so that time and memory stay bounded.
MAX_CANDIDATES = 1500
# Ink inside its box beyond this part of its own makes a frame of it.
MAX_ENCLOSED = 0.06
# A component's own strokes are as dark as this quantile of its ink; paper and blurred rims are below.
DARK_QUANTILE = 0.9
# A component belongs into a box if this part of it lies there, or if it is this part of the ink there.
MOSTLY = 0.5
GOOD_PART = 0.25


@dataclass(frozen=True)
class Candidate:
    """Ink that may be one digit.

    Attributes:
        box: (x, y, width, height) in pixels of the ink map.
        ink: uint8 (height, width), 0 outside its strokes, its darkest strokes 255.
        encloses: other ink lies inside its box, as in a frame: it is no digit, and its ink is left out.
        fragment: too small or flat to be a digit, but maybe a piece of one.
    """

    box: Box
    ink: Grey
    encloses: bool = False
    fragment: bool = False


@dataclass(frozen=True)
class ConnectedInk:
    """Ink without ruling lines, by what hangs together.

    Attributes:
        labels: int32 (h, w): the number of the component, 0 is paper.
        stats: OpenCV's, int32 (N, 5), by number.
    """

    labels: NDArray[np.int32]
    stats: NDArray[np.int32]


def find_candidates(page_ink: InkMap, connected: ConnectedInk) -> list[Candidate]:
    """One candidate for each connected piece of ink of a size that a digit can have."""
    labels, stats = connected.labels, connected.stats
    keep = _sizes_of_digits(stats, labels.shape)
    frames = _frames(labels, stats, keep)
    return [
        _frame(stats[index]) if index in frames else _cut(page_ink.ink, labels, index, stats[index]) for index in keep
    ]


def connect(page_ink: InkMap) -> ConnectedInk:
    """Takes the ruling lines out and finds what hangs together."""
    mask = page_ink.mask
    connected = _connected(mask)
    return _connected(remove_rulings(mask)) if has_rulings(connected.stats, mask.shape) else connected


def candidate_in(box: Box, page_ink: InkMap, connected: ConnectedInk) -> Candidate | None:
    """The ink that belongs into a box (x, y, width, height), cut off at its sides where it goes on; None if none does.

    Of the components that reach in, those count that lie at least half inside or are a good part of the ink there.
    """
    x, y, width, height = box
    window = slice(max(0, y), max(0, y + height)), slice(max(0, x), max(0, x + width))
    labels = connected.labels[window]
    counts = np.bincount(labels.ravel(), minlength=1)
    counts[0] = 0
    numbers = np.flatnonzero(counts)
    within = counts[numbers] >= MOSTLY * connected.stats[numbers, cv2.CC_STAT_AREA]
    numbers = numbers[within | (counts[numbers] >= GOOD_PART * counts.sum())]
    if len(numbers) == 0 or counts[numbers].sum() < MIN_PIXELS:
        return None
    belongs = np.zeros(len(counts), bool)
    belongs[numbers] = True
    own = belongs[labels]
    strokes = _stretched(np.where(own, page_ink.ink[window], 0).astype(np.uint8), own)
    return Candidate((window[1].start, window[0].start, strokes.shape[1], strokes.shape[0]), strokes)


def _connected(mask: Grey) -> ConnectedInk:
    # Grana's block-based labelling takes half the time of OpenCV's own choice on one thread.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return ConnectedInk(np.asarray(labels, np.int32), np.asarray(stats, np.int32))


def _sizes_of_digits(stats: NDArray[np.int32], shape_hw: tuple[int, ...]) -> list[int]:
    width, height, pixels = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    fits = (np.maximum(height, width) >= MIN_HEIGHT_PX) & (pixels >= MIN_PIXELS)
    fits &= (width <= 8 * height) & (height <= 12 * width)
    fits &= (height <= MAX_SIDE_PART * shape_hw[0]) | (shape_hw[0] < 100)
    fits[0] = False  # the paper
    keep = np.flatnonzero(fits)
    if len(keep) > MAX_CANDIDATES:
        keep = np.sort(keep[np.argsort(-height[keep], kind="stable")[:MAX_CANDIDATES]])
    return [int(index) for index in keep]


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
    return Candidate((x, y, width, height), np.zeros((1, 1), np.uint8), encloses=True)


def _cut(ink: Grey, labels: NDArray[np.int32], index: int, stats: NDArray[np.int32]) -> Candidate:
    x, y, width, height = (int(value) for value in stats[:4])
    window = slice(y, y + height), slice(x, x + width)
    own = labels[window] == index
    strokes = _stretched(np.where(own, ink[window], 0).astype(np.uint8), own)
    fragment = height < MIN_HEIGHT_PX
    return Candidate((x, y, width, height), strokes, fragment=fragment)


def _stretched(strokes: Grey, own: NDArray[np.bool_]) -> Grey:
    """Strokes with the darkest at 255."""
    inks, rank = strokes[own], int(DARK_QUANTILE * (own.sum() - 1))
    dark = int(np.partition(inks, rank)[rank])
    return np.asarray(cv2.convertScaleAbs(strokes, alpha=255 / max(dark, 1)), np.uint8)
