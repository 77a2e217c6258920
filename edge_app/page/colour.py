"""The colour of ink as a witness: pen and print, or two pens, of a page are told apart by it.

Where ink of one colour is mostly digits and that of the others is not, what the detector sees in it is likelier a
digit; and the other way round. On grey images and on pages of one ink it changes nothing.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .detection import LEAST_MOVED, Detections
from .ink import InkMap
from .recognition import Reading

# Ink within this distance has the same colour; black and pencil lie within 0.03 of each other, ball pens 0.15 away.
SAME_COLOUR = 0.05
# The log odds of the two shares of digits are weighed by this, and held to this range against and for a digit. Each
# share begins with this many pieces of ink as the page has them on average.
WEIGHT, MOST_AGAINST, MOST_FOR, PRIOR = 0.5, 2.5, 1.0, 20
# Shares nearer to 0 and 1 count as these.
LEAST_SHARE = 0.02
# A box and this part of its height around it are looked at on a grid with this number of points each way.
MARGIN, POINTS = 0.2, 20
# Of the ink map's values there, ink has this part of the largest and at least the second; paper has at most the third.
STRONG, LEAST_INK, MOST_PAPER = 0.6, 40, 12
# Without this many points of each, or ink that takes this part of the light, a colour is not known.
MIN_POINTS, MIN_CONTRAST = 6, 0.06
# BT.601: the parts of red, green and blue in luma, and what differences from it are scaled by.
LUMA, BLUE, RED = (0.299, 0.587, 0.114), 0.564, 0.713


def weigh_by_colour(
    found: Detections, readings: Sequence[Reading], image: NDArray[np.uint8], page_ink: InkMap
) -> Detections:
    """Detections with scores that weigh the colour of their ink, too, the surest first.

    Args:
        found: by the detector.
        readings: of the page's pieces of ink.
        image: uint8 (H, W) luma, which changes nothing, or (H, W, 3) RGB.
        page_ink: its ink.
    """
    asked = found.scores >= LEAST_MOVED
    if image.ndim == 2 or not asked.any():
        return found
    inks = ink_colours(image, page_ink, [reading.box for reading in readings])
    known = ~np.isnan(inks[:, 0])
    seen = ink_colours(image, page_ink, [tuple(box) for box in found.boxes[asked].tolist()])
    same = np.linalg.norm(seen[:, None] - inks[None, known], axis=2) <= SAME_COLOUR
    unknown = np.isnan(seen[:, :1])
    if (same | unknown).all():
        return found
    digits = np.array([_likelihood(reading, found) for reading in readings], np.float64)[known]
    own, other = (_share(part, digits) for part in (same, ~same & ~unknown))
    shift = np.clip(WEIGHT * (_log_odds(own) - _log_odds(other)), -MOST_AGAINST, MOST_FOR)
    shift[unknown[:, 0]] = 0
    odds = np.zeros(len(found))
    odds[asked] = shift
    return found.moved(odds)


def ink_colours(image: NDArray[np.uint8], page_ink: InkMap, boxes: Sequence[Box]) -> NDArray[np.float64]:
    """The colour of the ink in each box, whatever the light's: of what it leaves of the paper's light in each channel.

    Args:
        image: uint8 (H, W, 3) RGB.
        page_ink: its ink.
        boxes: (x, y, width, height) in pixels of the ink map.

    Returns:
        Blue and red difference, as parts of what it takes of the luma, float64 (N, 2): near 0 for black and pencil;
        NaN where there is too little ink or paper.
    """
    places = np.asarray(boxes, np.float64).reshape(-1, 4)
    margins = np.maximum(2, MARGIN * places[:, 3])
    x, y = (
        _spread(places[:, axis] - margins, places[:, axis + 2] + 2 * margins, side)
        for axis, side in enumerate(page_ink.ink.shape[::-1])
    )
    ink = page_ink.ink[y[:, :, None], x[:, None]].reshape(len(places), POINTS**2)
    points = np.stack(np.broadcast_arrays(x[:, None], y[:, :, None]), axis=-1).astype(np.float64)
    if page_ink.matrix is not None:
        back = cv2.invertAffineTransform(page_ink.matrix)
        points = points @ back[:, :2].T + back[:, 2]
    most = np.array(image.shape[1::-1]) - 1
    across, down = np.clip(((points + 0.5) * page_ink.scale).astype(np.int64), 0, most).reshape(-1, 2).T
    rgb = image[down, across].reshape(*ink.shape, 3)
    strong = ink >= np.maximum(LEAST_INK, STRONG * ink.max(axis=1, initial=0))[:, None]
    paper = ink <= MOST_PAPER
    left = (_mean(rgb, strong) + 1) / (_mean(rgb, paper) + 1)
    luma = left @ np.array(LUMA)
    taken = np.abs(1 - luma)
    colours = (
        np.stack([BLUE * (left[:, 2] - luma), RED * (left[:, 0] - luma)], axis=1) / np.maximum(taken, 1e-9)[:, None]
    )
    unknown = (np.minimum(strong.sum(axis=1), paper.sum(axis=1)) < MIN_POINTS) | (taken < MIN_CONTRAST)
    colours[unknown] = np.nan
    return np.asarray(colours, np.float64)


def _spread(low: NDArray[np.float64], size: NDArray[np.float64], side: int) -> NDArray[np.int64]:
    """Pixels spread evenly over spans of a side, the nearest ones where a span leaves it: int64 (N, POINTS)."""
    at = low[:, None] + size[:, None] * (np.arange(POINTS) + 0.5) / POINTS
    return np.asarray(np.clip(np.floor(at), 0, side - 1), np.int64)


def _mean(rgb: NDArray[np.uint8], part: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of the points (N, M, 3) in a part of each row, bool (N, M): float64 (N, 3), 0 for none."""
    total = np.einsum("nmc,nm->nc", rgb, part, dtype=np.float64)
    return np.asarray(total / np.maximum(part.sum(axis=1), 1)[:, None], np.float64)


def _likelihood(reading: Reading, found: Detections) -> float:
    """How likely a piece of ink is a digit, to the detector; 0 if the classifier refuses it."""
    view = None if reading.label is None else found.surest_at(reading.box)
    return 0.0 if view is None else float(found.scores[view])


def _share(part: NDArray[np.bool_], digits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of digits in parts of the page's ink, bool (N, M): float64 (N,)."""
    return np.asarray((part @ digits + PRIOR * digits.mean()) / (part.sum(axis=1) + PRIOR), np.float64)


def _log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE)
    return np.asarray(np.log(held / (1 - held)), np.float64)
