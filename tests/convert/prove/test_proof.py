"""What the proof says of single images: errors, and accuracy without disputed labels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from convert.prove.proof import Proof, prove
from edge_app.model.contract import ModelContract
from train.data.mnist import DISPUTED, TEST_COUNT, load_mnist


def proof_of(digits: NDArray[np.int64], labels: NDArray[np.int64], scale: float = 10) -> Proof:
    """Of a model that names these digits; `scale` is the logit of each."""
    logits = np.asarray(np.eye(11, dtype=np.float32)[digits] * scale, np.float32)
    both = {"test": logits, "non_digits": logits[:1]}
    return prove(both, both, labels, ModelContract())


@pytest.mark.parametrize(("wrong", "expected"), [(DISPUTED, 100.0), ((0, 1), 100 * 9983 / 9985), (DISPUTED[:1], 100)])
def test_disputed_images_do_not_count(wrong: tuple[int, ...], expected: float) -> None:
    """Right or wrong, they are left out of both sides of the fraction."""
    labels = np.arange(TEST_COUNT) % 10
    digits = labels.copy()
    digits[list(wrong)] = (digits[list(wrong)] + 1) % 10
    found = proof_of(digits, labels)
    assert found.undisputed_accuracy_percent == pytest.approx(expected)
    assert found.comparison.accuracy_percent == 100 - len(wrong) / 100


@pytest.mark.parametrize(("count", "left"), [(948, 947), (947, 947), (20, 20)])
def test_of_fewer_images_the_disputed_that_exist_are_left_out(count: int, left: int) -> None:
    """Image 947 is the first of them; all but the image 0 are right."""
    labels = np.arange(count) % 10
    digits = labels.copy()
    digits[0] = 9
    assert proof_of(digits, labels).undisputed_accuracy_percent == pytest.approx(100 * (left - 1) / left)


def test_disputed_are_fifteen_of_the_test_split() -> None:
    """Distinct, and there; the first is the well-known 8 that looks like a 9."""
    labels = load_mnist().test.labels
    assert len(labels) == TEST_COUNT
    assert len(set(DISPUTED)) == 15
    assert [labels[index] for index in DISPUTED[:3]] == [8, 0, 9]


def test_every_error_is_listed() -> None:
    """Index, label, digit read, confidence; plain numbers, so that JSON takes them; refused ones too."""
    labels = np.arange(20) % 10
    digits = labels.copy()
    digits[[3, 17]] = 5, 0
    confidence = round(float(np.exp(2) / (np.exp(2) + 10)), 3)
    found = proof_of(digits, labels, scale=2)
    assert confidence < ModelContract().refuse_below
    assert found.errors == ((3, 3, 5, confidence), (17, 7, 0, confidence))
    assert [type(value) for value in found.errors[0]] == [int, int, int, float]
