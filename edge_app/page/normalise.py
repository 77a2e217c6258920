"""Ink of any size to a 28x28 image exactly as MNIST's makers did it.

Source: the reconstruction by the authors of QMNIST (Yadav and Bottou 2019, arXiv:1905.10498, making_qmnist/xnist.lsh).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

FIELD_PX = 28
BODY_PX = 20
MIN_SIDE_PX = 10


def normalise(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fits ink into MNIST's field.

    Args:
        ink: uint8 (H, W), 0 = paper, 255 = ink; grey strokes keep their grey. All that is not 0 counts as ink.

    Returns:
        uint8 (28, 28): the ink's bounding square scaled to 20x20, its darkest pixel 255, its centre of mass in the
        middle. All 0 if there is no ink.
    """
    square = _bounding_square(ink)
    if square is None:
        return np.zeros((FIELD_PX, FIELD_PX), np.uint8)
    while square.shape[0] < BODY_PX:
        # The makers enlarged by whole doublings, then shrank by area.
        square = square.repeat(2, axis=0).repeat(2, axis=1)
    body = cv2.resize(square, (BODY_PX, BODY_PX), interpolation=cv2.INTER_AREA)
    body = cv2.convertScaleAbs(body, alpha=255 / max(int(body.max()), 1))
    return _paste_by_mass(np.asarray(body, np.uint8))


def _bounding_square(ink: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    left, top, width, height = cv2.boundingRect(ink)
    if width == 0:
        return None
    side = max(width, height, MIN_SIDE_PX)
    square = np.zeros((side, side), np.uint8)
    y, x = (side - height) // 2, (side - width) // 2
    square[y : y + height, x : x + width] = ink[top : top + height, left : left + width]
    return square


def _paste_by_mass(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    moments = cv2.moments(body)
    field = np.zeros((FIELD_PX, FIELD_PX), np.uint8)
    # moments count pixel centres from 0, the makers from 0.5; int() cuts towards 0 as theirs does.
    shifts = (int(14.5 - moments[key] / moments["m00"]) for key in ("m01", "m10"))
    y, x = (min(max(shift, 0), FIELD_PX - BODY_PX) for shift in shifts)
    field[y : y + BODY_PX, x : x + BODY_PX] = body
    return field
