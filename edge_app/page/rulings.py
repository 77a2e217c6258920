"""Ruling lines, form boxes and table grids taken out of the ink, without the strokes that cross them."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
# A line is straight over this part of the image's side, which allows a slope of its thickness per that length.
STRAIGHT_PER_SIDE = 0.016
MIN_STRAIGHT_PX = 20
# Lines shorter than these parts of the image's shorter and longer side may be strokes of a digit.
MIN_LENGTH_SHORTER = 0.3
MIN_LENGTH_LONGER = 0.25
MIN_LENGTH_PX = 60
# A single line may be the stem of one large digit, unless it is this long.
MIN_LENGTH_ALONE = 0.7
MAX_THICKNESS_PER_STRAIGHT = 0.6
MIN_SLENDERNESS = 20.0
# Part of a line's columns that has to lie on a gentle curve.
MIN_ON_CURVE = 0.75
# Part of its length that has to be inked: a row of strokes has gaps.
MIN_COVERED = 0.85
# Strokes that touch a line may add this much to its ink.
MAX_FILL = 2.0
RIM_PX = 1
COLUMN_STEP = 4


def has_rulings(stats: NDArray[np.int32], shape_hw: tuple[int, ...]) -> bool:
    """Whether some connected ink is so wide or high, and so thin, that lines may be in it.

    Args:
        stats: of connectedComponentsWithStats, the paper in row 0.
        shape_hw: of the page.
    """
    reach = _reach(shape_hw)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    thin = stats[1:, cv2.CC_STAT_AREA] < 0.4 * width * height
    return bool((((width > reach) & (height > 8)) | ((height > reach) & (width > 8)) & thin).any())


def remove_rulings(mask: Mask) -> Mask:
    """Removes long straight lines that run roughly along the image's sides.

    Args:
        mask: uint8 (h, w), 255 where there is ink.

    Returns:
        The same without the lines; strokes that cross a line stay whole.
    """
    across, down = _across_and_down(mask)
    if not across.any() and not down.any():
        return mask
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(cv2.bitwise_or(across, down)))
    bridged_down = _bridge(rest, across, (1, _thickness(across) + 2 * RIM_PX + 3))
    bridged_across = _bridge(rest, down, (_thickness(np.ascontiguousarray(down.T)) + 2 * RIM_PX + 3, 1))
    crossing = cv2.bitwise_and(mask, cv2.bitwise_or(bridged_down, bridged_across))
    return np.asarray(cv2.bitwise_or(rest, crossing), np.uint8)


def find_rulings(mask: Mask) -> Mask:
    """Where those lines are, with their rims: uint8 (h, w), 255 there, else 0; see remove_rulings()."""
    across, down = _across_and_down(mask)
    return np.asarray(cv2.bitwise_or(across, down), np.uint8)


def _across_and_down(mask: Mask) -> tuple[Mask, Mask]:
    return _rulings(mask), np.ascontiguousarray(_rulings(np.ascontiguousarray(mask.T)).T)


def _band(blob: NDArray[np.bool_], width: int) -> NDArray[np.bool_] | None:
    """Where a line runs, or None if it is no line.

    Rulings follow a gentle curve, as a line on bent paper does; strokes in a row climb and fall too much.

    Args:
        blob: bool (h, w), on each COLUMN_STEP-th column.
        width: of all columns.

    Returns:
        bool (h, width), True within the line's thickness around its curve.
    """
    per_column = blob.sum(axis=0)
    columns = np.flatnonzero(per_column)
    thick = float(np.median(per_column[columns]))
    rows = np.arange(blob.shape[0])[:, None]
    middles = (blob * rows).sum(axis=0)[columns] / per_column[columns]
    # Where strokes touch the line its middle is not known.
    thin = per_column[columns] <= 1.5 * thick + 1
    along = np.arange(width) * (2 / width) - 1
    curve = np.polyval(np.polyfit(along[::COLUMN_STEP][columns[thin]], middles[thin], 3), along)
    near = np.abs(middles - curve[::COLUMN_STEP][columns]) <= thick / 2 + 1
    if near.mean() < MIN_ON_CURVE or thick * MIN_SLENDERNESS > width:
        return None
    return np.asarray(np.abs(rows - curve) <= thick / 2 + 1)


def _reach(shape_hw: tuple[int, ...]) -> float:
    return max(MIN_LENGTH_PX, MIN_LENGTH_SHORTER * min(shape_hw), MIN_LENGTH_LONGER * max(shape_hw))


def _rulings(mask: Mask) -> Mask:
    """Uint8 (h, w), 255 on level lines and their rims."""
    straight_px = max(MIN_STRAIGHT_PX, round(STRAIGHT_PER_SIDE * max(mask.shape)))
    # Lines that slope are stairs of short runs; a few dots of them may be missing.
    thickened = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones((1, straight_px), np.uint8))
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, straight_px // 2), np.uint8))
    # Long lines are found on some of the columns as well as on all.
    sparse = np.ascontiguousarray(joined[:, ::COLUMN_STEP])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(sparse, connectivity=8, ltype=cv2.CV_32S)
    length = stats[:, cv2.CC_STAT_WIDTH] * COLUMN_STEP
    long = length >= _reach(mask.shape)
    most = MAX_FILL * max(6.0, MAX_THICKNESS_PER_STRAIGHT * straight_px)
    long &= stats[:, cv2.CC_STAT_AREA] * COLUMN_STEP <= most * length
    lines = np.zeros_like(mask)
    lengths = []
    for index in np.flatnonzero(long[1:]) + 1:
        x, y, width, height = (int(value) for value in stats[index, :4])
        window = slice(y, y + height), slice(x * COLUMN_STEP, (x + width) * COLUMN_STEP)
        band = _band(labels[y : y + height, x : x + width] == index, mask[window].shape[1])
        line = None if band is None else band & (mask[window] > 0) & (joined[window] > 0)
        if line is not None and line.any(axis=0).mean() >= MIN_COVERED:
            lines[window][line] = 255
            lengths.append(width * COLUMN_STEP)
    if len(lengths) == 1 and lengths[0] < MIN_LENGTH_ALONE * min(mask.shape):
        lines[:] = 0
    return np.asarray(cv2.dilate(lines, np.ones((2 * RIM_PX + 1, 1), np.uint8)), np.uint8)


def _thickness(rulings: Mask) -> int:
    """Usual height of level rulings in pixels."""
    per_column = np.diff(np.pad(rulings > 0, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    starts = int((per_column == 1).sum())
    return round(int((rulings > 0).sum()) / starts) if starts else 0


def _bridge(rest: cv2.typing.MatLike, rulings: Mask, kernel_wh: tuple[int, int]) -> cv2.typing.MatLike:
    """Ink of rulings between strokes that reach them from both sides."""
    closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones(kernel_wh[::-1], np.uint8))
    return cv2.bitwise_and(closed, rulings)
