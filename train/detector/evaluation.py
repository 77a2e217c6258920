"""How many digits on patches a detector finds and names, and what else it takes for digits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.model.detector import Maps
from edge_app.page.boxes import iou
from edge_app.page.detection import decode, surest

from .patches import IGNORED, Patches

MIN_SCORE = 0.4
MIN_IOU = 0.4


@dataclass(frozen=True)
class DetectorScore:
    """Counts over patches: true digits, boxes found, boxes in the right place, and those with the right label."""

    truth: int
    found: int
    placed: int
    right: int

    @property
    def f1(self) -> float:
        """2 · right / (truth + found), in [0, 1]."""
        return 2 * self.right / max(1, self.truth + self.found)

    @property
    def recall(self) -> float:
        """Boxes in place / truth."""
        return self.placed / max(1, self.truth)

    @property
    def precision(self) -> float:
        """Boxes in place / found."""
        return self.placed / max(1, self.found)


def score_detector(run: Callable[[NDArray[np.uint8]], Maps], patches: Patches) -> DetectorScore:
    """Runs a detector over patches.

    Args:
        run: one patch, uint8 (h, w), to its maps.
        patches: what it is measured on; digits that it need not find count neither for nor against it.
    """
    counts = np.zeros(4, np.int64)
    for ink, rows in zip(patches.ink, patches.boxes, strict=True):
        boxes, scores, probabilities = decode(run(ink), MIN_SCORE)
        kept = surest(boxes, scores)
        counts += _count(boxes[kept], probabilities[kept].argmax(axis=1), rows)
    return DetectorScore(*(int(count) for count in counts))


def _count(boxes: NDArray[np.float32], labels: NDArray[np.int64], rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """Truth, found, placed and right of one patch."""
    truth = rows[(rows[:, 0] >= 0) & (rows[:, 0] != IGNORED)]
    ignored = rows[rows[:, 0] == IGNORED]
    corners = np.concatenate([truth[:, 1:3] - truth[:, 3:5] / 2, truth[:, 3:5]], axis=1)
    free = np.ones(len(truth), bool)
    found = placed = right = 0
    for box, label in zip(boxes, labels, strict=True):
        shared = iou(box, corners) * free if len(truth) else np.zeros(0)
        best = int(shared.argmax()) if len(truth) else 0
        if len(truth) and shared[best] >= MIN_IOU:
            free[best] = False
            found, placed, right = found + 1, placed + 1, right + int(truth[best, 0] == label)
        elif not _inside(box, ignored):
            found += 1
    return np.array([len(truth), found, placed, right])


def _inside(box: NDArray[np.float32], rows: NDArray[np.float32]) -> bool:
    middle = box[:2] + box[2:] / 2
    return bool((np.abs(middle - rows[:, 1:3]) <= rows[:, 3:5] * 0.6).all(axis=1).any())
