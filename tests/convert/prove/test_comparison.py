"""The statistics of the proof, against independent ones."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest

from convert.prove.calibrate import (
    calibrate,
    choose_refuse_below,
    fit_temperature,
    negative_log_likelihood,
    reliability,
)
from convert.prove.comparison import Comparison, compare, mcnemar_p
from convert.prove.gate import Limits, check_model
from convert.prove.inspection import Inspection
from edge_app.model.classifier import read_logits
from edge_app.model.contract import ModelContract

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 10, 4000)
# Logits whose softmax is the true probability, sharpened by 2.5: the temperature that corrects them is 2.5.
TRUE_LOGITS = RANDOM.normal(0, 2, (4000, 11)).astype(np.float32)
DRAWN = np.array(
    [RANDOM.choice(11, p=row) for row in (np.exp(TRUE_LOGITS) / np.exp(TRUE_LOGITS).sum(1, keepdims=True))]
)
SHARP = TRUE_LOGITS * 2.5


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (3, 7), (40, 20), (500, 450)])
def test_mcnemar_is_the_exact_binomial_test(first: int, second: int) -> None:
    """Against scipy's."""
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar_p(first, second) == pytest.approx(expected)


def test_temperature_is_the_one_that_was_put_in() -> None:
    """Within sampling error, and as good as scipy's minimiser finds."""
    found = fit_temperature(SHARP, DRAWN)
    assert found == pytest.approx(2.5, rel=0.08)
    best = minimize_scalar(lambda t: negative_log_likelihood(SHARP, DRAWN, t), bounds=(0.05, 20), method="bounded")
    assert negative_log_likelihood(SHARP, DRAWN, found) == pytest.approx(best.fun, abs=1e-6)


def test_calibration_lowers_the_error() -> None:
    """Sharpened logits are overconfident, and the fitted temperature corrects that."""
    digits = DRAWN < 10
    errors = [
        reliability(read_logits(SHARP[digits], contract), DRAWN[digits]).expected_calibration_error
        for contract in (ModelContract(), ModelContract(temperature=fit_temperature(SHARP, DRAWN)))
    ]
    assert errors[1] < errors[0] / 2


def test_calibration_error_by_hand() -> None:
    """Two bins, worked out on paper: 0.5 * |0.9 - 0.5| + 0.5 * |0.6 - 1|."""
    predictions = read_logits(np.zeros((4, 11), np.float32), ModelContract())
    by_hand = dataclasses.replace(
        predictions, digits=np.array([1, 1, 1, 1]), confidences=np.array([0.9, 0.9, 0.6, 0.6], np.float32)
    )
    assert reliability(by_hand, np.array([1, 2, 1, 1])).expected_calibration_error == pytest.approx(0.4, abs=1e-6)


def test_the_threshold_keeps_the_share_asked_for() -> None:
    """99.5 % of the digits are still read, and a higher threshold would read fewer."""
    predictions = read_logits(TRUE_LOGITS[:, :10], ModelContract(labels=tuple("0123456789"), refuse_below=0.0))
    threshold = choose_refuse_below(predictions, 0.995)
    assert threshold is not None
    assert np.mean(predictions.confidences >= threshold) >= 0.995
    assert np.mean(predictions.confidences >= threshold + 2e-3) < 0.9975


def test_calibrate_fits_both() -> None:
    """Temperature and threshold go into the contract, the rest stays."""
    contract = calibrate(
        ModelContract(provenance={"seed": 1}), SHARP[:, :10] @ np.eye(10, 11, dtype=np.float32), LABELS
    )
    assert contract.provenance == {"seed": 1, "doubtful_percent": 100.0}
    assert contract.temperature != 1.0


def logits_for(digits: NDArray[np.int64]) -> NDArray[np.float32]:
    """Logits that name these digits."""
    return np.asarray(np.eye(11, dtype=np.float32)[digits] * 10, np.float32)


def compared(wrong: int, of: int = 1000) -> Comparison:
    """A child that differs from a perfect parent on the first `wrong` images."""
    labels = np.arange(of) % 10
    child = labels.copy()
    child[:wrong] = (child[:wrong] + 1) % 10
    return compare(logits_for(labels), logits_for(child), labels)


def test_comparison_counts() -> None:
    """Accuracy, drop, agreement and the classes are counted image by image."""
    found = compared(5)
    assert (found.accuracy_percent, found.drop_pp, found.labels_changed) == (99.5, 0.5, 5)
    assert found.agreement_percent == 99.5
    assert (found.only_parent_right, found.only_child_right) == (5, 0)
    assert found.drop_per_class_pp[:6] == (1.0, 1.0, 1.0, 1.0, 1.0, 0.0)
    assert found.worst_logit_error == 10.0
    assert found.confusion[0][1] == 1


EMPTY = Inspection((), (), (), ())


def failing(comparison: Comparison, inspection: Inspection = EMPTY) -> list[str]:
    """What the gate says is wrong with an int8 model."""
    return [str(c) for c in check_model("int8", inspection, {"litert": comparison}, Limits()) if not c.holds]


def test_the_gate_holds_at_its_limit() -> None:
    """A drop of just 0.10 points and an agreement of just 99.8 % pass."""
    assert failing(compared(10, of=10_000)) == []


def test_the_gate_names_each_number() -> None:
    """Drop, agreement, NaN: each fails alone, and says by how much."""
    assert len(failing(compared(11, of=10_000))) == 1
    drop, agreement = failing(compared(30, of=10_000))
    assert "accuracy drop of int8 on litert at most 0.1 pp, got 0.3 pp (0.2 too much)" in drop
    assert "agreement of int8 on litert at least 99.8 %, got 99.7 % (0.1 too little)" in agreement


def test_nan_anywhere_fails_the_gate() -> None:
    """One NaN logit, in the parent or in the child."""
    labels = np.arange(1000) % 10
    good, bad = logits_for(labels), logits_for(labels)
    bad[7, 3] = np.nan
    for pair in ((good, bad), (bad, good)):
        assert any("NaN or infinite logits" in line for line in failing(compare(*pair, labels)))


def test_no_threshold_keeps_what_not_a_digit_refuses() -> None:
    """Where "not a digit" wins more often than that, there is no threshold to choose, and the contract's becomes 0."""
    logits = logits_for(LABELS)
    logits[:100, 10] = 20
    assert choose_refuse_below(read_logits(logits, ModelContract(refuse_below=0.0)), 0.995) is None
    assert calibrate(ModelContract(), logits, LABELS).refuse_below == 0.0


def test_an_even_tie_is_exactly_the_limit() -> None:
    """Not one image more may be refused than the share allows: 20 of 4,000 at 99.5 %."""
    logits = logits_for(LABELS)
    logits[:20] *= np.float32(0.2)
    threshold = choose_refuse_below(read_logits(logits, ModelContract(refuse_below=0.0)), 0.995)
    contract = ModelContract(refuse_below=threshold or 0.0)
    assert np.sum(read_logits(logits, contract).labels < 0) == 20
