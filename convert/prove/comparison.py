"""A converted model against its float parent, image by image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from edge_app.model.classifier import read_logits
from edge_app.model.contract import DIGIT_LABELS, ModelContract

DIGIT_COUNT = len(DIGIT_LABELS)


@dataclass(frozen=True)
class Comparison:
    """What conversion changed, on labelled digits and one runtime. "Child" is the converted model.

    Attributes:
        accuracy_percent: of the child's best digits, in [0, 100].
        parent_accuracy_percent: of the float parent's.
        drop_pp: parent's accuracy minus child's, in percentage points.
        only_parent_right: images that the parent alone reads right.
        only_child_right: images that the child alone reads right.
        mcnemar_p: probability of a split at least this uneven if neither is better.
        agreement_percent: images on which both name the same digit, right or wrong, in [0, 100].
        labels_changed: the other images.
        drop_per_class_pp: drop_pp for the digits 0 to 9.
        worst_logit_error: largest absolute difference of two logits.
        mean_logit_error: mean absolute difference.
        non_finite_count: logits of either that are NaN or infinite.
        confusion: images by true digit (row) and the child's (column), 10 x 10.
        parent_confusion: the same for the parent.
    """

    accuracy_percent: float
    parent_accuracy_percent: float
    drop_pp: float
    only_parent_right: int
    only_child_right: int
    mcnemar_p: float
    agreement_percent: float
    labels_changed: int
    drop_per_class_pp: tuple[float, ...]
    worst_logit_error: float
    mean_logit_error: float
    non_finite_count: int
    confusion: tuple[tuple[int, ...], ...]
    parent_confusion: tuple[tuple[int, ...], ...]


def compare(
    parent_logits: NDArray[np.float32], child_logits: NDArray[np.float32], labels: NDArray[np.int64]
) -> Comparison:
    """Compares two models' logits (N, K) for the same N >= 1 digits, labels int64 (N,), 0 to 9."""
    parent, child = best_digits(parent_logits), best_digits(child_logits)
    parent_right, child_right = parent == labels, child == labels
    only_parent_right = int(np.sum(parent_right & ~child_right))
    only_child_right = int(np.sum(~parent_right & child_right))
    changed = int(np.sum(parent != child))
    errors = np.abs(parent_logits - child_logits)
    return Comparison(
        accuracy_percent=_percent(int(child_right.sum()), len(labels)),
        parent_accuracy_percent=_percent(int(parent_right.sum()), len(labels)),
        drop_pp=_percent(only_parent_right - only_child_right, len(labels)),
        only_parent_right=only_parent_right,
        only_child_right=only_child_right,
        mcnemar_p=mcnemar_p(only_parent_right, only_child_right),
        agreement_percent=_percent(len(labels) - changed, len(labels)),
        labels_changed=changed,
        drop_per_class_pp=tuple(_drop_pp(parent_right, child_right, labels == digit) for digit in range(DIGIT_COUNT)),
        worst_logit_error=float(errors.max()),
        mean_logit_error=float(errors.mean()),
        non_finite_count=int(np.sum(~np.isfinite(parent_logits)) + np.sum(~np.isfinite(child_logits))),
        confusion=_confusion(labels, child),
        parent_confusion=_confusion(labels, parent),
    )


def best_digits(logits: NDArray[np.float32]) -> NDArray[np.int64]:
    """The digit that the app names for each image, int64 (N,), whatever its confidence and the contract."""
    return read_logits(logits, ModelContract()).digits


def mcnemar_p(only_first_right: int, only_second_right: int) -> float:
    """Two-sided p of McNemar's test (1947), exact: the split of the discordant images is a fair coin's."""
    discordant = only_first_right + only_second_right
    return float(binomtest(only_first_right, discordant).pvalue) if discordant else 1.0


def _percent(part: int, whole: int) -> float:
    # One division of whole numbers: 10 of 10,000 is 0.1 to the last bit, and a limit of 0.1 means what it says.
    return 100 * part / whole


def _drop_pp(parent_right: NDArray[np.bool_], child_right: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    lost = int(parent_right[chosen].sum()) - int(child_right[chosen].sum())
    return _percent(lost, max(int(chosen.sum()), 1))


def _confusion(labels: NDArray[np.int64], digits: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    counts = np.bincount(labels * DIGIT_COUNT + digits, minlength=DIGIT_COUNT**2).reshape(DIGIT_COUNT, DIGIT_COUNT)
    return tuple(tuple(row) for row in counts.tolist())
