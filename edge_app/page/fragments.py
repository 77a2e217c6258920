"""Broken strokes: pieces of ink that only together are a digit."""

from collections.abc import Sequence

import numpy as np

from .candidates import Candidate

# Pieces of one digit are this near, as parts of the larger one's height.
REACH_ACROSS = 0.12
REACH_DOWN = 0.3
# A piece adds at most this much to the height or width of the larger one.
MAX_GROWTH = 0.7
# It is no smaller than this part of the larger one: what a frame or the edge of a sheet surrounds is no piece of it.
MIN_PART = 0.08


def near_pairs(candidates: Sequence[Candidate], unsure: Sequence[bool]) -> list[tuple[int, int]]:
    """Pairs of candidates that may be one broken digit.

    Args:
        candidates: of one page.
        unsure: of each, whether it does not read well alone.

    Returns:
        (larger, smaller) indices; both are unsure.
    """
    wanted = np.flatnonzero(np.asarray(unsure, bool))
    if len(wanted) < 2:
        return []
    boxes = np.array([candidates[index].box for index in wanted], np.float32)
    low, high, sizes = boxes[:, :2], boxes[:, :2] + boxes[:, 2:], boxes[:, 2:]
    height = np.maximum(boxes[:, 3], boxes[:, 2] / 2)
    gaps = np.maximum(low[:, None], low[None]) - np.minimum(high[:, None], high[None])
    union = np.maximum(high[:, None], high[None]) - np.minimum(low[:, None], low[None])
    near = (gaps[..., 0] <= REACH_ACROSS * height[:, None]) & (gaps[..., 1] <= REACH_DOWN * height[:, None])
    near &= (union - sizes[:, None] <= MAX_GROWTH * height[:, None, None]).all(axis=2)
    near &= (height[:, None] >= height[None]) & (sizes.max(axis=1)[None] >= MIN_PART * height[:, None])
    np.fill_diagonal(near, False)
    return [(int(wanted[i]), int(wanted[j])) for i, j in np.argwhere(near)]


def put_together(larger: Candidate, smaller: Candidate) -> Candidate:
    """Both pieces as one candidate."""
    left, top = (min(larger.box[axis], smaller.box[axis]) for axis in (0, 1))
    right, bottom = (
        max(larger.box[axis] + larger.box[axis + 2], smaller.box[axis] + smaller.box[axis + 2]) for axis in (0, 1)
    )
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for piece in (larger, smaller):
        x, y, width, height = piece.box
        place = ink[y - top : y - top + height, x - left : x - left + width]
        np.maximum(place, piece.ink, out=place)
    return Candidate((left, top, right - left, bottom - top), ink)
