"""Landmarks of a form's print, and the poses that a photo's landmarks agree on.

SIFT (Lowe, 2004) with the square roots of Arandjelovic and Zisserman (2012). The cells of a form look alike, so that a
landmark's nearest neighbour is often another cell's: no match is thrown away for that. Each votes for where the form's
middle lies, how large and how turned it is, as Lowe did it, and what gets most votes is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from .contrast import Grey, even_contrast, shrunk

MOST = 1200
# For each landmark of the photo, this many of the form.
NEIGHBOURS = 2
# What a match counts at least, however much alike the next one is.
LEAST_WEIGHT = 0.05
# The cells of the vote: 30 degrees, a factor of 2, a quarter of the form's longer side.
TURN_CELLS, PLACE_PART = 12, 0.25
MOST_POSES, BUSIEST = 3, 12
LEAST_MATCHES = 6

Points = NDArray[np.float32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Landmarks:
    """Places that look like no other place near them.

    Attributes:
        points: float32 (N, 2), x and y in pixels.
        turns_rad: float32 (N,), their directions.
        sizes_px: float32 (N,).
        looks: float32 (N, 128), of length 1.
    """

    points: Points
    turns_rad: Floats
    sizes_px: Floats
    looks: Floats

    def __len__(self) -> int:
        return len(self.points)


def find_landmarks(luma: Grey, longest_px: int) -> Landmarks:
    """Finds landmarks.

    Args:
        luma: uint8 (H, W).
        longest_px: the longer side of what they are looked for in; they are given in pixels of `luma`.
    """
    small = shrunk(luma, longest_px)
    found, looks = cv2.SIFT_create(MOST).detectAndCompute(even_contrast(small), None)  # type: ignore[attr-defined]
    if looks is None:
        looks = np.zeros((0, 128), np.float32)
    values = np.array([(*one.pt, one.angle, one.size) for one in found], np.float32).reshape(-1, 4)
    looks = np.sqrt(looks / np.maximum(looks.sum(axis=1, keepdims=True), 1e-6))
    scale = np.array([luma.shape[1] / small.shape[1], luma.shape[0] / small.shape[0]], np.float32)
    return Landmarks(values[:, :2] * scale, np.radians(values[:, 2]), values[:, 3] * scale[0], looks)


@dataclass(frozen=True)
class Matches:
    """Landmarks of a form and of a photo that look alike, N of them.

    Attributes:
        form: float32 (N, 2), places on the form.
        photo: float32 (N, 2), places in the photo.
        turns_rad: float32 (N,), how far the photo's are turned against the form's.
        sizes: float32 (N,), how much larger the photo's are.
        weights: float32 (N,), how much more alike they are than the next.
    """

    form: Points
    photo: Points
    turns_rad: Floats
    sizes: Floats
    weights: Floats

    def __add__(self, other: "Matches") -> "Matches":
        pairs = ((getattr(self, part.name), getattr(other, part.name)) for part in fields(self))
        return Matches(*(np.concatenate(pair) for pair in pairs))


def match(form: Landmarks, photo: Landmarks) -> Matches:
    """For each landmark of the photo, the form's that look most like it."""
    if min(len(form), len(photo)) <= NEIGHBOURS:
        nothing = np.zeros(0, np.float32)
        return Matches(nothing.reshape(0, 2), nothing.reshape(0, 2), nothing, nothing, nothing)
    alike = photo.looks @ form.looks.T
    rows = np.arange(len(photo))
    nearest, distances = [], []
    for _ in range(NEIGHBOURS + 1):
        best = alike.argmax(axis=1)
        nearest.append(best)
        distances.append(np.sqrt(np.maximum(2 - 2 * alike[rows, best], 1e-6)))
        alike[rows, best] = -1
    weights = np.concatenate([distances[-1] / distance - 1 + LEAST_WEIGHT for distance in distances[:-1]])
    own, others = np.concatenate(nearest[:-1]), np.tile(rows, NEIGHBOURS)
    turns = photo.turns_rad[others] - form.turns_rad[own]
    sizes = photo.sizes_px[others] / form.sizes_px[own]
    return Matches(form.points[own], photo.points[others], turns, sizes, weights)


def poses(matches: Matches, form_wh: tuple[int, int]) -> Iterator[tuple[Points, Points]]:
    """The poses with most votes, each as the points that voted for it, on the form and in the photo.

    Args:
        matches: of the form with the photo.
        form_wh: the form's width and height in pixels.
    """
    if not len(matches.weights):
        return
    taken: list[set[int]] = []
    for voters in _busiest_cells(_cells(matches, form_wh), matches.weights):
        known = set(voters.tolist())
        if len(known) < LEAST_MATCHES or any(len(known & other) > len(known) / 2 for other in taken):
            continue
        taken.append(known)
        yield matches.form[voters], matches.photo[voters]
        if len(taken) == MOST_POSES:
            return


def _cells(matches: Matches, form_wh: tuple[int, int]) -> NDArray[np.int64]:
    """The cells each match votes for, int64 (16, N): in four dimensions, of two grids that overlap by half."""
    to_middle = np.array(form_wh, np.float32) / 2 - matches.form
    cos, sin = np.cos(matches.turns_rad) * matches.sizes, np.sin(matches.turns_rad) * matches.sizes
    x = matches.photo[:, 0] + cos * to_middle[:, 0] - sin * to_middle[:, 1]
    y = matches.photo[:, 1] + sin * to_middle[:, 0] + cos * to_middle[:, 1]
    turns, octaves = matches.turns_rad / (2 * np.pi) * TURN_CELLS % TURN_CELLS, np.log2(matches.sizes)
    cells = []
    for grid in range(16):
        halves = [(grid >> dimension & 1) / 2 for dimension in range(4)]
        octave = np.floor(octaves + halves[0])
        side = 2.0 ** (octave - halves[0] + 0.5) * max(form_wh) * PLACE_PART
        parts = (
            np.floor(turns + halves[1]) % TURN_CELLS,
            np.clip(octave, -16, 15) + 16,
            np.clip(np.floor(x / side + halves[2]), -256, 255) + 256,
            np.clip(np.floor(y / side + halves[3]), -256, 255) + 256,
        )
        cell = np.full(len(x), grid, np.int64)
        for part, count in zip(parts, (TURN_CELLS, 32, 512, 512), strict=True):
            cell = cell * count + part.astype(np.int64)
        cells.append(cell)
    return np.stack(cells)


def _busiest_cells(cells: NDArray[np.int64], weights: Floats) -> Iterator[NDArray[np.int64]]:
    """The matches in each of the cells with most votes, most first."""
    _, places = np.unique(cells, return_inverse=True)
    places = places.reshape(cells.shape)
    votes = np.bincount(places.ravel(), weights=np.tile(weights, len(cells)))
    for cell in np.argsort(-votes)[:BUSIEST]:
        yield np.flatnonzero((places == cell).any(axis=0))
