"""Which of UNIPEN's digits are usable: segments cut short and wrong labels are left out, rare styles are not."""

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier

from .pens import Stroke, digit_image
from .unipen import Trajectory

# Narrower than this, as a part of its length, a trajectory is a straight stroke; flatter, it is no 1.
_STRAIGHT, _FLAT = 0.12, 0.6
# Where the reader gives the label less than the one, and another reading more than the other, it is sure.
_DOUBTED, _SURE = 0.02, 0.9
# Of this many nearest drawings, more than the second must have the label: a style has others like it, a fault has none.
_NEAREST, _ALONE = 10, 1
_SIDE_PX = 14


def usable_digits(digits: Sequence[Trajectory], reader: DigitClassifier) -> tuple[list[Trajectory], dict[str, int]]:
    """Trajectories that are what their labels say, in order, and how many were left out, by reason.

    Args:
        digits: trajectories labelled 0 to 9.
        reader: a digit is doubted only where this surely reads another or none; what it has never seen, such as a
            slashed zero, stays if drawings that look like it have the same label.
    """
    if not digits:
        return [], {}
    images = np.stack([digit_image(digit.strokes, np.random.default_rng(0)) for digit in digits])
    labels = np.array([int(digit.label) for digit in digits])
    lonely = _lonely(images, labels, _doubted(reader.classify_batch(images).probabilities, labels))
    kept, left_out = [], Counter[str]()
    for number, digit in enumerate(digits):
        if is_cut_short(digit.strokes, digit.label):
            left_out["cut short"] += 1
        elif number in lonely:
            left_out["looks like another"] += 1
        else:
            kept.append(digit)
    return kept, dict(left_out)


def is_cut_short(strokes: Sequence[Stroke], label: str) -> bool:
    """Whether a digit is a dot, or a straight stroke that is no 1; `strokes` float (N, 2) each, y downwards."""
    width, height = np.ptp(np.concatenate(strokes), axis=0)
    return is_straight(strokes) and (label != "1" or bool(height <= _FLAT * width))


def is_straight(strokes: Sequence[Stroke]) -> bool:
    """Whether this is a dot or one straight stroke, all of it."""
    points = np.concatenate(strokes)
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    along, across = np.ptp(points @ axes.T, axis=0) if len(axes) == 2 else (0.0, 0.0)
    return bool(across <= _STRAIGHT * along)


def _doubted(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of the digits that the reader surely reads as another one, or as none."""
    rows = np.arange(len(labels))
    of_label = probabilities[rows, labels]
    others = probabilities.copy()
    others[rows, labels] = 0
    sure = np.maximum(others.max(axis=1), 1 - probabilities.sum(axis=1))
    return np.flatnonzero((of_label < _DOUBTED) & (sure > _SURE))


def _lonely(images: NDArray[np.uint8], labels: NDArray[np.int64], doubted: NDArray[np.int64]) -> set[int]:
    """Those of the doubted that no drawings of their label look like."""
    soft = [cv2.resize(cv2.GaussianBlur(image, (0, 0), 1.5), (_SIDE_PX, _SIDE_PX)).ravel() for image in images]
    features = np.stack(soft).astype(np.float32)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6)
    likeness = features[doubted] @ features.T
    likeness[np.arange(len(doubted)), doubted] = -1
    nearest = np.argsort(-likeness, axis=1)[:, :_NEAREST]
    of_label = (labels[nearest] == labels[doubted, None]).sum(axis=1)
    return set(doubted[of_label <= _ALONE].tolist())
