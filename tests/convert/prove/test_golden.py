"""Which digits a model takes along, and where the app's come from."""

import numpy as np
import pytest

from convert.prove.golden import APP_COUNT, PER_DIGIT, choose_golden
from edge_app.model.golden import parse_golden, shipped_golden
from train.data.mnist import Split, load_mnist

COUNT = 400


@pytest.fixture(scope="module")
def digits() -> Split:
    """Some of MNIST."""
    return load_mnist().validation.head(COUNT)


def test_only_what_is_read_right_is_taken(digits: Split) -> None:
    """From the less sure to the sure, each digit as often as the others."""
    logits = np.zeros((COUNT, 11), np.float32)
    logits[np.arange(COUNT), digits.labels] = np.linspace(1, 6, COUNT)
    wrong = np.arange(0, COUNT, 2)
    logits[wrong] = np.roll(logits[wrong], 1, axis=1)
    golden = parse_golden(choose_golden(digits, logits), "here")
    assert golden.labels.tolist() == list(range(10)) * PER_DIGIT
    places = [int(np.flatnonzero((digits.images == image).all(axis=(1, 2)))[0]) for image in golden.images]
    assert np.array_equal(digits.labels[places], golden.labels)
    assert all(place % 2 for place in places)
    assert (np.diff(np.array(places).reshape(PER_DIGIT, 10), axis=0) > 0).all()


def test_a_digit_that_is_never_read_is_there_too(digits: Split) -> None:
    """So that such a model is refused where it is installed."""
    logits = np.zeros((COUNT, 11), np.float32)
    logits[:, 1] = 5
    golden = parse_golden(choose_golden(digits, logits), "here")
    assert golden.labels.tolist() == list(range(10)) * PER_DIGIT


def test_the_apps_own_are_training_digits() -> None:
    """With their labels: `python -m convert.prove.golden` took them from there, and nothing from the test set."""
    train = load_mnist().train.head(APP_COUNT)
    labels = {image.tobytes(): label for image, label in zip(train.images, train.labels, strict=True)}
    golden = shipped_golden()
    assert [labels.get(image.tobytes()) for image in golden.images] == golden.labels.tolist()
