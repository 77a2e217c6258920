"""Digits drawn from shapes look like MNIST's, differ, and repeat with the seed."""

import numpy as np
import pytest

from train.data.allographs import SHAPES, draw_digit


@pytest.mark.parametrize("digit", range(10))
def test_drawn_digits_fill_the_body_of_mnist(digit: int) -> None:
    """Ink up to 255 within the field, never cut off at the canvas, in as many ways as there are shapes."""
    drawn = [draw_digit(digit, np.random.default_rng([digit, number])) for number in range(60)]
    for image in drawn:
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert image.max() == 255
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
        # A thick pen on a small body, and not a blot.
        assert 0.02 < (image > 127).mean() < 0.4
    assert len({image.tobytes() for image in drawn}) == len(drawn)
    assert set(SHAPES) == set(range(10))


def test_drawing_is_seeded() -> None:
    """The same generator draws the same digit."""
    first, again = (draw_digit(4, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)
