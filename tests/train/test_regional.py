"""Flags, feet and bars are added to the digits that have them, and to no other."""

import numpy as np

from train.data import load_mnist
from train.regional import regional

TRAIN = load_mnist().train.head(400)


def test_other_digits_stay() -> None:
    """Only 1 and 7 are written in another way."""
    random = np.random.default_rng(0)
    for image, label in zip(TRAIN.images, TRAIN.labels, strict=True):
        if label not in (1, 7):
            assert regional(image, int(label), random) is image


def test_strokes_are_added_within_the_field() -> None:
    """Nearly every 1 and 7 changes, keeps MNIST's field, and the drawing is seeded."""
    chosen = [(image, int(label)) for image, label in zip(TRAIN.images, TRAIN.labels, strict=True) if label in (1, 7)]
    first, again = (
        [regional(image, label, np.random.default_rng([seed, 1])) for seed, (image, label) in enumerate(chosen)]
        for _ in range(2)
    )
    assert np.array_equal(first, again)
    changed = [not np.array_equal(drawn, image) for drawn, (image, _) in zip(first, chosen, strict=True)]
    assert np.mean(changed) > 0.95
    assert all(drawn.shape == (28, 28) and drawn.max() == 255 for drawn in first)


def test_blank_images_stay() -> None:
    """Nothing to add a stroke to."""
    blank = np.zeros((28, 28), np.uint8)
    assert regional(blank, 1, np.random.default_rng(0)) is blank
