"""MNIST's normalisation."""

import numpy as np
import pytest

from edge_app.page.normalise import normalise
from train.data.mnist import load_mnist


def test_mnist_digits_pass_through_unchanged() -> None:
    """What MNIST's makers normalised stays as it is, also when every pixel is enlarged."""
    images = load_mnist().test.images[:500]
    for factor, part in ((1, 0.95), (2, 0.75), (5, 0.75)):
        enlarged = images.repeat(factor, axis=1).repeat(factor, axis=2)
        again = np.stack([normalise(image) for image in enlarged])
        differences = np.abs(again.astype(int) - images).mean(axis=(1, 2))
        assert np.median(differences) == 0
        # Bodies of 19 pixels, a rounding of 20, are brought to 20 again.
        assert np.quantile(differences, part) < 0.2


def test_box_and_centre_of_mass() -> None:
    """The longer side becomes 20 pixels, the ink's mass falls into the middle, the darkest pixel is 255."""
    ink = np.zeros((200, 150), np.uint8)
    ink[20:180, 70:80] = 90
    image = normalise(ink)
    rows, columns = np.nonzero(image)
    assert image.shape == (28, 28)
    assert image.max() == 255
    assert abs((rows * image[rows, columns]).sum() / image.sum() - 14) <= 1
    assert rows.max() - rows.min() == 19
    assert abs((columns * image[rows, columns]).sum() / image.sum() - 14) <= 1


def test_place_on_the_page_does_not_matter() -> None:
    """The same ink elsewhere gives the same image."""
    ink = np.zeros((60, 60), np.uint8)
    ink[5:30, 8:20] = np.arange(12, dtype=np.uint8) * 20 + 10
    assert (normalise(ink) == normalise(np.roll(ink, (11, 17), axis=(0, 1)))).all()


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (19, 19), (20, 21)])
def test_any_shape(shape: tuple[int, int]) -> None:
    """Ink of any shape fits the field; a speck stays a speck instead of filling it."""
    image = normalise(np.full(shape, 200, np.uint8))
    assert image.shape == (28, 28)
    assert image.any()
    if shape == (1, 1):
        assert (image > 0).sum() == 4


def test_no_ink_is_empty() -> None:
    """An empty crop gives an empty image."""
    assert not normalise(np.zeros((40, 30), np.uint8)).any()
