"""Ink that leans, turns, and is cut to its strokes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .sheet import VISIBLE

Ink = NDArray[np.uint8]


def sheared(ink: Ink, slant: float) -> Ink:
    """Ink leaning to the right by `slant` of its height."""
    height, width = ink.shape
    reach = int(abs(slant) * height) + 1
    matrix = np.array([[1, -slant, reach if slant > 0 else 0.0], [0, 1, 0]], np.float32)
    if slant > 0:
        matrix[0, 2] = slant * height
    return np.asarray(cv2.warpAffine(ink, matrix, (width + reach, height)), np.uint8)


def turned(ink: Ink, angle_deg: float) -> Ink:
    """Ink turned counter-clockwise about its middle, on a field that holds it."""
    if abs(angle_deg) < 0.5:
        return ink
    height, width = ink.shape
    cos, sin = abs(np.cos(np.radians(angle_deg))), abs(np.sin(np.radians(angle_deg)))
    size = int(height * sin + width * cos) + 1, int(height * cos + width * sin) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1)
    matrix[0, 2] += (size[0] - width) / 2
    matrix[1, 2] += (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(ink, matrix, size), np.uint8)


def cut(ink: Ink) -> Ink:
    """Ink cut to the box of its visible strokes."""
    x, y, width, height = cv2.boundingRect((ink > VISIBLE).astype(np.uint8))
    return ink[y : y + height, x : x + width]
