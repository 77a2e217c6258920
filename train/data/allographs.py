"""Digits drawn from their allographs: the shapes of each digit that schools teach and hands abbreviate.

MNIST's writers are American: 1s with flags, barred 7s, hooked 9s and one-stroke 4s are common elsewhere, rare there.
"""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.page.normalise import normalise

Image = NDArray[np.uint8]
Random = np.random.Generator
# Strokes through points x,y, in hundredths of the body's height, y downwards; * is a corner, | lifts the pen.
_SHAPES = {
    0: (
        "35,0 12,12 0,50 12,88 35,100 58,88 68,50 56,10 33,1",
        "50,6 25,2 4,30 2,70 25,98 52,85 64,50 56,15 36,3 20,10",
        "40,4 14,12 0,52 16,94 46,94 62,54 50,12 26,8 22,26 46,32 84,16",
        "36,0 10,15 0,55 20,97 50,88 62,50 48,10 28,3 42,28 90,22",
        "60,18 32,0 5,30 10,82 45,100 76,70 70,24 44,6 30,22 58,36 104,20",
    ),
    1: (
        "0,0 0,50 0,100",
        "-30,36 -14,20 0,0* 0,50 0,100",
        "-36,50 -18,28 0,0* -2,50 -4,100",
        "-20,20 0,0* 0,100 | -24,100 24,100",
        "-16,12 0,0* 0,100",
        "-50,60 -26,34 0,0* -2,50 -4,100",
        "-40,40 -18,22 0,0* 0,100 | -30,100 26,98",
    ),
    2: (
        "3,25 15,6 36,0 56,12 56,35 36,65 0,100* 35,99 66,100",
        "3,20 20,2 45,4 54,25 42,55 20,85 4,98 0,86 14,80 35,94 65,96",
        "0,8 30,2 58,4* 30,50 0,98* 60,98",
        "0,30 12,5 40,0 58,22 45,50 15,80 2,95* 30,88 50,98 68,90",
        "6,30 20,4 46,2 56,26 36,60 14,86 2,97 -6,84 10,73 32,82 50,98 76,92",
        "2,22 24,0 52,10 48,44 20,84 0,98 -10,80 12,64 36,82 68,100",
    ),
    3: (
        "2,15 20,0 48,6 50,30 20,47* 50,55 58,80 35,100 0,90",
        "4,2 30,2 56,0* 38,20 22,40* 50,50 58,75 38,98 0,90",
        "4,10 30,0 50,15 40,40 20,48 28,52 34,46 46,54 54,80 30,100 0,86",
    ),
    4: (
        "10,0 6,30 0,55* 30,55 62,53 | 50,10 48,50 46,100",
        "42,0 20,35 0,66* 30,66 64,66 | 44,2 44,50 44,100",
        "34,0 16,36 0,70* 30,66 62,64 | 42,42 36,70 30,100",
        "30,0 12,30 0,60* 24,58 50,56* 44,36 40,70 34,100",
        "6,0 2,30 12,50 36,48 50,30 | 54,2 50,50 46,100",
        "46,100 48,50 50,0* 25,35 0,62* 34,62 66,60",
        "24,0 10,25 0,50* 30,50 60,46 | 44,22 34,60 24,100",
        "40,0 18,34 0,68* 28,66 54,62* 48,80 42,100",
        "36,0 14,30 0,64* 28,62 56,60 | 46,48 42,75 38,100",
    ),
    5: (
        "10,2 7,20 4,42* 30,36 54,52 52,82 28,100 0,92 | 10,3 35,3 58,0",
        "58,2 35,2 12,4* 8,22 4,44* 30,38 54,54 50,85 25,100 0,90",
        "60,0 30,4 14,12 12,34 32,50 48,68 40,92 20,100 0,94",
        "12,10 8,25 5,45* 28,40 48,55 46,82 25,100 0,95 | 16,2 40,3 64,0",
        "60,8 32,0 8,16 20,42 48,58 50,84 24,100 0,88",
    ),
    6: (
        "44,0 20,22 4,55 6,85 28,100 50,84 46,62 26,54 6,72",
        "20,0 6,35 0,70 10,96 34,98 46,78 32,62 12,66 2,80",
        "56,8 34,0 10,25 2,65 16,97 42,96 54,74 38,54 14,60 4,78",
    ),
    7: (
        "0,4 30,4 58,0* 40,45 22,100",
        "0,4 30,4 58,0* 40,45 22,100 | 14,50 38,48 62,46",
        "0,18 2,4* 30,6 58,2* 38,45 20,100",
        "0,18 3,3* 30,5 58,2* 40,40 30,100 | 16,54 36,50 58,50",
        "0,10 16,2 36,10 60,0* 42,36 34,70 32,100 | 16,56 58,50",
        "0,2 24,3 50,2 50,10 44,50 40,100",
        "0,16 4,3* 30,5 58,2* 40,35 28,70 26,100 | 4,60 34,57 66,54",
        "14,18 32,0 32,48 20,100 | 0,46 26,42 62,40",
        "2,22 18,6 44,4* 34,40 22,100 | -6,52 26,48 64,46",
    ),
    8: (
        "50,10 28,0 8,16 20,38 42,56 50,80 28,100 4,84 16,58 40,40 50,18 42,6",
        "28,0 8,10 10,34 28,44 46,34 46,10 28,0 | 28,44 4,58 2,84 28,100 52,84 50,58 28,44",
        "52,4 24,2 8,20 30,46 46,72 34,96 12,96 6,74 30,44 60,10",
        "28,46 8,26 20,2 44,6 46,28 28,46 8,70 16,96 42,96 48,72 28,46",
    ),
    9: (
        "48,14 28,0 6,12 4,36 24,48 44,34 50,10* 48,55 46,100",
        "48,14 28,0 6,12 4,36 24,48 44,34 50,10* 52,50 46,85 24,100 2,90",
        "46,10 24,0 6,16 12,40 34,42 48,22 46,10 54,36 50,70 34,94 10,100",
        "44,30 26,46 6,32 10,8 34,0 52,16 54,50 44,82 20,100 0,92",
        "46,6 20,2 2,24 16,46 42,30 50,6* 40,50 24,100",
        "44,8 28,0 14,10 18,28 34,30 46,16 46,6 54,40 54,75 38,98 10,100 -12,94",
        "42,6 24,0 10,16 22,36 40,42 54,60 50,88 28,100 0,96 | 24,36 44,26 42,6",
        "44,10 26,0 8,14 10,34 28,40 44,26 46,10* 50,50 44,84 26,98 6,90 4,76",
        "46,20 30,0 8,12 6,36 28,46 46,22* 32,60 4,100",
        "8,22 28,0 48,14 36,38 14,28 20,8 46,18 46,60 32,100",
        "56,30 30,44 8,28 14,6 38,0 48,20 34,46 22,74 12,100",
    ),
}
# Shapes that alone are taken for a letter or another digit, and are plain among the digits of a number.
_IN_NUMBERS = {
    0: ("35,0 12,12 0,50 12,88 35,100 58,88 68,50 56,10 33,1 | 66,2 4,98",),
    1: (
        "-46,98 -22,52 0,0* 2,50 4,100",
        "-70,74 -34,34 0,0* -4,50 -8,100",
    ),
    2: (
        "36,32 16,38 8,20 22,2 44,4 52,22 40,54 16,86 0,98* 30,95 66,100",
        "30,30 12,30 10,10 30,0 50,12 44,42 20,78 2,98 -8,88 6,76 30,86 64,98",
        "40,22 30,40 10,34 8,12 28,0 48,10 48,34 24,74 4,97* 34,96 60,92",
    ),
    5: (
        "0,34 12,44 10,98* 20,52 40,22 66,14",
        "0,52 10,66 18,98* 26,46 38,12 72,6",
        "56,6 30,6 22,30 16,54* 34,58 38,78 20,98 -4,100",
    ),
    6: (
        "22,30 34,10 26,0 12,28 2,70 14,98 38,94 46,72 32,62 12,76",
        "16,0 8,40 4,84 22,100 44,86 42,62 22,58 6,76",
    ),
    8: (
        "12,4 8,50 4,98 | 10,8 38,0 46,20 14,46* 48,58 46,88 6,98",
        "14,8 8,50 6,94* 8,20 34,0 44,20 16,46 46,58 44,88 10,98",
        "36,4 14,6 6,40 4,80 22,100 46,84 42,60 12,50 38,34 48,14 30,2",
        "30,24 14,40 2,22 18,2 42,6 44,24 28,44 14,70 20,98 44,94 48,68 30,50",
        "50,22 28,2 10,20 28,42 46,64 34,98 10,92 14,66 34,44 54,30",
    ),
    9: (
        "16,100 20,50 24,4* 48,0 58,20 42,42 20,46",
        "24,10 20,54 16,100 | 10,14 36,0 58,12 52,36 22,48",
        "8,28 18,4 44,0 54,22 38,42 18,40* 14,70 12,100",
        "44,20 26,40 8,26 18,4 44,2 48,24 34,62 18,96 8,86 26,64 58,48",
        "20,42 46,44 60,22 42,2 18,4 10,24 28,44 50,60 56,82 44,100",
        "16,44 40,46 60,28 52,4 28,0 10,14 20,36 42,56 44,80 60,98",
        "12,40 40,42 62,24 50,4 26,2 14,20 30,42 44,66 40,100",
    ),
}
_BODY_PX = 80
_SAMPLES = 12


Stroke = tuple[NDArray[np.float64], NDArray[np.bool_]]


def read_shape(shape: str) -> list[Stroke]:
    """The points float64 (N, 2) of each stroke, and which are corners."""
    strokes = [stroke.split() for stroke in shape.split("|")]
    return [
        (
            np.array([[float(part) / 100 for part in point.rstrip("*").split(",")] for point in points]),
            np.array([point.endswith("*") for point in points]),
        )
        for points in strokes
    ]


Shapes = Mapping[int, Sequence[Sequence[Stroke]]]
SHAPES: Shapes = {digit: [read_shape(shape) for shape in shapes] for digit, shapes in _SHAPES.items()}
SHAPES_IN_NUMBERS: Shapes = {
    digit: [*shapes, *(read_shape(shape) for shape in _IN_NUMBERS.get(digit, ()))] for digit, shapes in SHAPES.items()
}


def draw_digit(digit: int, random: Random) -> Image:
    """Draws a digit, 0 to 9, in one of its shapes, with a hand and a pen of its own: uint8 (28, 28) as MNIST's."""
    pen = float(np.clip(random.normal(0.11, 0.035), 0.05, 0.22))
    return normalise(draw_curves(digit_curves(digit, random), _BODY_PX, round(pen * _BODY_PX)))


def digit_curves(digit: int, random: Random, known: Shapes = SHAPES) -> list[NDArray[np.float64]]:
    """A digit, 0 to 9, as curves float64 (N, 2) of one of its known shapes and a hand of its own, about 1 high."""
    shapes = known[digit]
    aspect, slant = np.exp(random.normal(0, 0.18)), random.normal(0.12, 0.25)
    hand = np.array([[aspect, 0], [-slant, 1]])
    unsteady = random.uniform(0.01, 0.045)
    curves = [
        through(_unsteady(points, unsteady, random), corners) @ hand
        for points, corners in shapes[random.integers(len(shapes))]
    ]
    together = np.concatenate(curves)
    # In the square boxes of forms people write as wide as high; a plain 1 stays narrow.
    size = np.maximum(np.ptp(together, axis=0), 0.5) if random.random() < 0.35 else 1.0
    return [(curve - together.min(axis=0)) / size for curve in curves]


def draw_curves(curves: Sequence[NDArray[np.float64]], unit_px: float, pen_px: int) -> Image:
    """Draws curves with a round pen on a field of their size and a rim: uint8 (h, w), ink = 255."""
    together = np.concatenate(curves)
    low, rim = together.min(axis=0), pen_px + 2
    width, height = (int(side * unit_px) + 2 * rim + 1 for side in np.ptp(together, axis=0))
    field = np.zeros((height, width), np.uint8)
    for curve in curves:
        place = (curve - low) * unit_px + rim
        cv2.polylines(field, [np.rint(place * 8).astype(np.int32)], False, (255,), max(1, pen_px), cv2.LINE_AA, 3)
    return field


def _unsteady(points: NDArray[np.float64], spread: float, random: Random) -> NDArray[np.float64]:
    """Moves the points, and lengthens or cuts the stroke's ends."""
    moved = points + random.normal(0, spread, points.shape)
    for end, inner in ((0, 1), (-1, -2)):
        along = moved[end] - moved[inner]
        moved[end] += along / max(float(np.linalg.norm(along)), 0.2) * random.normal(0, 0.05)
    return np.asarray(moved)


def through(points: NDArray[np.float64], corners: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The spline of Catmull and Rom (1974) through points (N, 2), as points (M, 2); no tangent crosses a corner."""
    t = np.linspace(0, 1, _SAMPLES, endpoint=False)[:, None]
    last = len(points) - 1
    pieces = []
    for start in range(last):
        p1, p2 = points[start], points[start + 1]
        p0 = p1 if corners[start] else points[max(start - 1, 0)]
        p3 = p2 if corners[start + 1] else points[min(start + 2, last)]
        cubic = (3 * (p1 - p2) + p3 - p0) * t**3 + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (p2 - p0) * t + 2 * p1
        pieces.append(cubic / 2)
    return np.concatenate([*pieces, points[-1:]])
