"""Shapes of digits that MNIST's writers seldom used: a 1 with a flag or a foot, a 7 with a bar."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.normalise import normalise

Image = NDArray[np.uint8]
Random = np.random.Generator
_SUBPIXELS = 4


def regional(image: Image, label: int, random: Random) -> Image:
    """Writes a 1 or a 7 as much of Europe does; any other digit is returned as it is.

    Args:
        image: uint8 (28, 28), ink = 255.
        label: its digit.
        random: chooses the size and place of the added strokes.
    """
    rows = np.flatnonzero((image > 100).any(axis=1))
    if label not in (1, 7) or len(rows) < 8:
        return image
    # Ink over the stroke's length is its width.
    width = max(1.0, float((image > 100).sum()) / (len(rows) * (1.0 if label == 1 else 1.6)))
    field = np.zeros((48, 48), np.uint8)
    field[10:38, 10:38] = image
    strokes = _flag(image, rows, random) if label == 1 else _bar(image, rows, random)
    for start, end in strokes:
        _draw(field, start, end, width * random.uniform(0.7, 1.1))
    return normalise(field)


def _flag(image: Image, rows: NDArray[np.intp], random: Random) -> list[NDArray[np.float64]]:
    height = len(rows)
    top = np.array([_middle(image, rows[0]), rows[0]]) + 0.5
    reach = random.uniform(0.18, 0.42) * height
    fall = random.uniform(0.6, 1.4) * reach
    strokes = [np.array([top, top + np.array([-reach, fall])])]
    if random.random() < 0.35:
        foot = np.array([_middle(image, rows[-1]), rows[-1] - 0.5])
        left = np.array([random.uniform(0.15, 0.3) * height, 0])
        strokes.append(np.array([foot - left, foot + np.array([0.2 * height, 0])]))
    return strokes


def _bar(image: Image, rows: NDArray[np.intp], random: Random) -> list[NDArray[np.float64]]:
    height = len(rows)
    row = rows[int(height * random.uniform(0.42, 0.62))]
    middle = np.array([_middle(image, row), row])
    reach = random.uniform(0.18, 0.32) * height
    half = np.array([reach, -random.normal(0, 0.12) * reach])
    return [np.array([middle - half, middle + half])]


def _middle(image: Image, row: int) -> float:
    return float(np.flatnonzero(image[row] > 100).mean())


def _draw(field: Image, start: NDArray[np.float64], end: NDArray[np.float64], width: float) -> None:
    """One straight stroke, drawn at four times the size so that its width can be any."""
    large = np.zeros([side * _SUBPIXELS for side in field.shape], np.uint8)
    points = np.rint((np.stack([start, end]) + 10.5) * _SUBPIXELS).astype(int)
    thickness = max(2, round(width * _SUBPIXELS))
    cv2.line(large, (int(points[0, 0]), int(points[0, 1])), (int(points[1, 0]), int(points[1, 1])), (255,), thickness)
    small = cv2.resize(large, field.shape[::-1], interpolation=cv2.INTER_AREA)
    np.maximum(field, small, out=field)
