"""Many trajectories in three arrays, so that a pool of them costs little memory and goes to a process at once."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .pens import Stroke

# Points nearer than this to the line through their neighbours say nothing, in heights of a line.
TOLERANCE = 0.004


@dataclass(frozen=True)
class PackedStrokes:
    """Trajectories by number.

    Attributes:
        points: float32 (P, 2) of all strokes, y downwards.
        strokes: int32 (S + 1,), where each stroke's points begin, and the end.
        items: int32 (N + 1,), where each trajectory's strokes begin, and the end.
    """

    points: NDArray[np.float32]
    strokes: NDArray[np.int32]
    items: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.items) - 1

    def __getitem__(self, number: int) -> list[Stroke]:
        """One trajectory: float64 (N, 2) a stroke."""
        bounds = self.strokes[self.items[number] : self.items[number + 1] + 1]
        return [self.points[start:end].astype(np.float64) for start, end in itertools.pairwise(bounds)]


def pack(trajectories: Iterable[Sequence[Stroke]] = ()) -> PackedStrokes:
    """Packs trajectories, float (N, 2) a stroke in heights of a line, without the points that say nothing."""
    thinned: list[NDArray[np.float32]] = [np.zeros((0, 2), np.float32)]
    counts = []
    for strokes in trajectories:
        thinned += [_thinned(stroke) for stroke in strokes]
        counts.append(len(strokes))
    lengths = [len(stroke) for stroke in thinned[1:]]
    return PackedStrokes(np.concatenate(thinned), _bounds(lengths), _bounds(counts))


def _thinned(stroke: Stroke) -> NDArray[np.float32]:
    """The polygon of Douglas and Peucker (1973)."""
    points = np.ascontiguousarray(stroke, np.float32)[:, None]
    return np.asarray(cv2.approxPolyDP(points, TOLERANCE, False).reshape(-1, 2), np.float32)


def _bounds(lengths: Sequence[int]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32)
