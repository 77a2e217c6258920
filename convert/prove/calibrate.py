"""Calibrated confidence: the temperature, the threshold below which nothing is read, and the error that remains."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from edge_app.model.classifier import UNREAD, Predictions, read_logits
from edge_app.model.contract import DOUBTFUL_BELOW, ModelContract

KEEP_FRACTION = 0.995
BIN_COUNT = 15
TEMPERATURE_RANGE = (0.05, 20.0)


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy in equal-width bins of confidence; a bin without images holds 0.

    Attributes:
        confidences: mean confidence of each bin, in [0, 1].
        accuracies: share of right readings in each bin, in [0, 1].
        counts: images in each bin.
    """

    confidences: tuple[float, ...]
    accuracies: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of confidence from accuracy, weighted by the bins' counts (Guo et al. 2017), in [0, 1]."""
        gaps = np.abs(np.subtract(self.confidences, self.accuracies))
        return float(gaps @ np.array(self.counts) / sum(self.counts))


def reliability(predictions: Predictions, labels: NDArray[np.int64], bin_count: int = BIN_COUNT) -> Reliability:
    """Bins the readings of N >= 1 digits, labels int64 (N,), by their confidence."""
    right = predictions.digits == labels
    bins = np.digitize(predictions.confidences, np.linspace(0, 1, bin_count + 1)[1:-1], right=True)
    counts = np.bincount(bins, minlength=bin_count)
    divisors = np.maximum(counts, 1)
    confidences = np.bincount(bins, predictions.confidences, bin_count) / divisors
    accuracies = np.bincount(bins, right, bin_count) / divisors
    return Reliability(tuple(confidences.tolist()), tuple(accuracies.tolist()), tuple(counts.tolist()))


def negative_log_likelihood(logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float) -> float:
    """Mean -log p(label) in nats for logits (N, K) and labels (N,), after division by the temperature."""
    log_probabilities = log_softmax(logits.astype(np.float64) / temperature, axis=1)
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature with the least negative log-likelihood (Guo et al. 2017, arXiv:1706.04599).

    Args:
        logits: float32 (N, K) of images that nothing was trained on.
        labels: int64 (N,).

    Returns:
        A number within TEMPERATURE_RANGE, one of those that make the loss 0 if every image is read right.
    """
    # The loss is convex in 1 / temperature, so a search between two bounds finds the one minimum.
    found = minimize_scalar(
        lambda log_temperature: negative_log_likelihood(logits, labels, math.exp(log_temperature)),
        bounds=[math.log(bound) for bound in TEMPERATURE_RANGE],
        method="bounded",
        options={"xatol": 1e-7},
    )
    return math.exp(found.x)


def choose_refuse_below(predictions: Predictions, keep_fraction: float = KEEP_FRACTION) -> float | None:
    """The highest threshold of confidence that still reads the wanted share of N digits.

    Args:
        predictions: of digits only, made with refuse_below 0; those that lose to "not a digit" are unread already.
        keep_fraction: in (0, 1].

    Returns:
        A number in [0, 1], or None if "not a digit" alone refuses more than that.
    """
    read = np.sort(predictions.confidences[predictions.labels != UNREAD])
    spare = len(read) - math.ceil(keep_fraction * len(predictions))
    # Rounded down to four digits, which are all that the validation digits determine.
    return math.floor(float(read[spare]) * 1e4) / 1e4 if spare >= 0 else None


def calibrate(contract: ModelContract, logits: NDArray[np.float32], labels: NDArray[np.int64]) -> ModelContract:
    """Fits temperature and refuse_below.

    Args:
        contract: what else the model promises.
        logits: float32 (N, K), finite, of validation digits, as the shipped classifier gets them from the model.
        labels: int64 (N,), 0 to 9.

    Returns:
        The contract with both fitted; refuse_below is 0 where "not a digit" alone refuses more than
        KEEP_FRACTION allows. Its provenance says what share of these digits is doubtful, which the app compares with
        what it sees.
    """
    scaled = dataclasses.replace(contract, temperature=fit_temperature(logits, labels), refuse_below=0.0)
    fitted = dataclasses.replace(scaled, refuse_below=choose_refuse_below(read_logits(logits, scaled)) or 0.0)
    read = read_logits(logits, fitted)
    doubtful = np.mean((read.confidences < DOUBTFUL_BELOW) | (read.labels == UNREAD))
    provenance = {**fitted.provenance, "doubtful_percent": round(100 * float(doubtful), 2)}
    return dataclasses.replace(fitted, provenance=provenance)
