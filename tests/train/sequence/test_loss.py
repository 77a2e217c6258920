"""The loss is least for the truth, in the text and in its places."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK
from train.sequence.loss import sequence_loss
from train.sequence.strips import COLUMNS, MAX_DIGITS, NO_DIGIT, UNKNOWN


def truth_of(digits: dict[int, int], placed: bool = True) -> NDArray[np.int32]:
    """One strip with these digits in these columns."""
    text, columns = np.full(MAX_DIGITS, NO_DIGIT), np.full(COLUMNS, BLANK if placed else UNKNOWN)
    text[: len(digits)] = list(digits.values())
    for column, label in digits.items():
        columns[column] = label if placed else UNKNOWN
    return np.asarray(np.concatenate([text, columns])[None], np.int32)


def saying(digits: dict[int, int]) -> NDArray[np.float32]:
    """Logits (1, 1, COLUMNS, 11) of a reader that is certain of it."""
    labels = np.full(COLUMNS, BLANK)
    for column, label in digits.items():
        labels[column] = label
    return np.asarray(np.eye(11)[labels][None, None] * 12, np.float32)


def loss(truth: NDArray[np.int32], logits: NDArray[np.float32]) -> float:
    """As a number."""
    return float(sequence_loss(truth, logits))


@pytest.mark.parametrize("placed", [True, False])
def test_the_right_text_costs_least(placed: bool) -> None:
    """Another digit, one too few and one too many cost more, whether the places are known or not."""
    truth = truth_of({10: 4, 20: 2}, placed)
    right = loss(truth, saying({10: 4, 20: 2}))
    assert right < 0.1
    for wrong in ({10: 4, 20: 3}, {10: 4}, {10: 4, 20: 2, 30: 2}, {}):
        assert loss(truth, saying(wrong)) > right + 3


def test_a_known_place_costs_if_it_is_missed() -> None:
    """Far from it more than beside it; where no place is known nothing."""
    placed, anywhere = (truth_of({10: 4, 20: 2}, known) for known in (True, False))
    there, beside, away = (saying({10: 4, column: 2}) for column in (20, 21, 26))
    assert loss(placed, there) < loss(placed, beside) < loss(placed, away)
    assert loss(anywhere, away) == pytest.approx(loss(anywhere, there), abs=1e-3)


def test_the_column_beside_a_middle_may_name_the_digit_too() -> None:
    """It costs next to nothing; two columns on it does."""
    truth = truth_of({10: 4})
    assert loss(truth, saying({10: 4, 11: 4})) < 0.1
    assert loss(truth, saying({10: 4, 11: 4, 12: 4})) > 1


def test_an_empty_strip_has_a_loss() -> None:
    """CTC of no digit at all is finite, and least where nothing is said."""
    assert loss(truth_of({}), saying({})) < 0.1
    assert 3 < loss(truth_of({}), saying({5: 1})) < 100
