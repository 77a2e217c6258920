"""Measures one model on one runtime: agreement with its parent, calibration, and how it reads non-digits."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.model.classifier import UNREAD, Predictions, read_logits
from edge_app.model.contract import ModelContract
from train.data.mnist import DISPUTED

from .calibrate import Reliability, choose_refuse_below, reliability
from .comparison import Comparison, compare

NON_DIGIT_KEEP_FRACTION = 0.99

# Test index, label, digit read, confidence.
Error = tuple[int, int, int, float]


@dataclass(frozen=True)
class Proof:
    """A converted model on one runtime, measured on the test digits and on non-digits.

    Attributes:
        comparison: with the float parent on the same runtime.
        calibration_error: expected calibration error with the fitted temperature, in [0, 1].
        calibration_error_before: the same with temperature 1.
        reliability: confidence against accuracy with the fitted temperature.
        digits_kept_percent: test digits that are read, rightly or not, at the contract's refuse_below.
        non_digits_passed_percent: non-digits that are read as a digit at that threshold.
        non_digits_passed_at_99_percent: the same at the threshold that keeps 99 % of the test digits; None if no
            threshold does, because "not a digit" alone refuses more.
        undisputed_accuracy_percent: accuracy without those of the test images whose labels are disputed.
        errors: test index, label, digit read and confidence, to three decimals, of each digit read wrongly.
    """

    comparison: Comparison
    calibration_error: float
    calibration_error_before: float
    reliability: Reliability
    digits_kept_percent: float
    non_digits_passed_percent: float
    non_digits_passed_at_99_percent: float | None
    undisputed_accuracy_percent: float
    errors: tuple[Error, ...]


def prove(
    parent_logits: Mapping[str, NDArray[np.float32]],
    child_logits: Mapping[str, NDArray[np.float32]],
    labels: NDArray[np.int64],
    contract: ModelContract,
) -> Proof:
    """Measures a model.

    Args:
        parent_logits: of the float parent: "test", float32 (N, K).
        child_logits: of the model: "test", and "non_digits", float32 (M, K).
        labels: of the test digits, int64 (N,), the first N of MNIST's test split, N >= 1.
        contract: of the model.
    """
    digits, non_digits = child_logits["test"], child_logits["non_digits"]
    uncalibrated = read_logits(digits, dataclasses.replace(contract, temperature=1.0))
    predictions = read_logits(digits, contract)
    calibrated = reliability(predictions, labels)
    return Proof(
        comparison=compare(parent_logits["test"], digits, labels),
        calibration_error=calibrated.expected_calibration_error,
        calibration_error_before=reliability(uncalibrated, labels).expected_calibration_error,
        reliability=calibrated,
        digits_kept_percent=_read_percent(predictions),
        non_digits_passed_percent=_read_percent(read_logits(non_digits, contract)),
        non_digits_passed_at_99_percent=_passed_where_kept(digits, non_digits, contract),
        undisputed_accuracy_percent=_undisputed_accuracy(predictions.digits == labels),
        errors=_errors(predictions, labels),
    )


def _undisputed_accuracy(right: NDArray[np.bool_]) -> float:
    undisputed = np.delete(right, [index for index in DISPUTED if index < len(right)])
    return 100 * int(undisputed.sum()) / len(undisputed)


def _errors(predictions: Predictions, labels: NDArray[np.int64]) -> tuple[Error, ...]:
    wrong = np.flatnonzero(predictions.digits != labels)
    columns = (wrong, labels[wrong], predictions.digits[wrong], predictions.confidences[wrong])
    return tuple(
        (index, label, digit, round(confidence, 3))
        for index, label, digit, confidence in zip(*(column.tolist() for column in columns), strict=True)
    )


def _passed_where_kept(
    digits: NDArray[np.float32], non_digits: NDArray[np.float32], contract: ModelContract
) -> float | None:
    unrefused = read_logits(digits, dataclasses.replace(contract, refuse_below=0.0))
    refuse_below = choose_refuse_below(unrefused, NON_DIGIT_KEEP_FRACTION)
    if refuse_below is None:
        return None
    return _read_percent(read_logits(non_digits, dataclasses.replace(contract, refuse_below=refuse_below)))


def _read_percent(predictions: Predictions) -> float:
    return 100 * float(np.mean(predictions.labels != UNREAD))
