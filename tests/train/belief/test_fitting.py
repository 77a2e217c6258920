"""Fitting belief."""

import numpy as np
import pytest

from edge_app.page.belief import FEATURES
from edge_app.page.recognition import Reading
from train.belief.fitting import Judged, _calibration_error, _logistic, _read_from, _right
from train.pages.truth import TruthDigit


def test_the_weights_are_those_that_made_the_truth() -> None:
    """Of many digits whose truth follows a known regression."""
    random = np.random.default_rng(0)
    true = np.array([-0.5, 1.0, 0.7, 0.0, 0.4, 0.0, -0.6, 0.0])
    values = np.column_stack([np.ones(20_000), random.normal(0, 1.5, (20_000, len(FEATURES) - 1))])
    right = random.random(20_000) < 1 / (1 + np.exp(-values @ true))
    np.testing.assert_allclose(_logistic(Judged(values, right), 1e-6), true, atol=0.1)


def test_digits_are_read_from_where_few_enough_are_wrong() -> None:
    """The lowest probability at which the share of wrong ones above it is allowed."""
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    right = np.array([True, True, False, True, True, False])
    assert _read_from(probabilities, right, 0.0) == 0.8
    assert _read_from(probabilities, right, 0.2) == 0.5
    assert _read_from(probabilities, ~right, 0.0) == 1.0


def test_the_calibration_error_is_what_confidence_and_truth_differ_by() -> None:
    """0 where they agree in each bin."""
    assert _calibration_error(np.full(10, 0.8), np.arange(10) < 8) == pytest.approx(0)
    assert _calibration_error(np.full(10, 0.9), np.arange(10) < 4) == pytest.approx(0.5)


def test_a_digit_is_right_once_and_with_its_label_alone() -> None:
    """Two readings of one true digit are one right and one wrong."""
    truth = (TruthDigit(4, (10, 10, 14, 20)), TruthDigit(8, (40, 10, 14, 20)))
    found = [
        Reading((10, 10, 14, 20), 4, 0.9),
        Reading((12, 10, 14, 20), 4, 0.9),
        Reading((40, 10, 14, 20), 3, 0.9),
        Reading((80, 10, 14, 20), 8, 0.9),
    ]
    assert _right(found, truth) == [True, False, False, False]
    assert _right(found, ()) == [False] * 4
