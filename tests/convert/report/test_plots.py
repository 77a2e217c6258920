"""Pictures say what they are given, and the same numbers are the same bytes."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from convert.report.plots import corruptions_png, errors_png
from train.data.mnist import DISPUTED

IMAGES = np.zeros((10_000, 28, 28), np.uint8)
RED = (214, 39, 40)


def pixels(png: bytes) -> NDArray[np.uint8]:
    """The picture as uint8 (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_the_gallery_is_sorted_and_the_same_every_time() -> None:
    """The order that errors come in does not matter, their confidence does."""
    errors = [[7, 1, 2, 0.4], [3, 5, 6, 0.9], [9, 0, 8, 0.9]]
    picture = errors_png(errors, IMAGES)
    assert errors_png(errors[::-1], IMAGES) == picture
    assert errors_png([[7, 1, 2, 0.95], *errors[1:]], IMAGES) != picture


def test_the_gallery_shows_the_images() -> None:
    """Ink is dark on white, as it was written."""
    inked = IMAGES.copy()
    inked[7, 8:20, 8:20] = 255
    dark = [(pixels(errors_png([[7, 1, 2, 0.5]], images)) < 10).all(axis=2).sum() for images in (IMAGES, inked)]
    # An image is some hundred pixels wide.
    assert dark[1] > dark[0] + 1000


@pytest.mark.parametrize(("index", "marked"), [(DISPUTED[0], True), (DISPUTED[0] + 1, False)])
def test_disputed_labels_are_marked(index: int, marked: bool) -> None:
    """In red, and no others."""
    picture = pixels(errors_png([[index, 8, 9, 0.5]], IMAGES))
    assert (picture == RED).all(axis=2).any() == marked


def test_only_the_most_confident_of_many_errors_are_shown() -> None:
    """The 101st changes nothing but the count in the title; no error at all is a picture too."""
    errors = [[index, 1, 2, 0.9] for index in range(100)]
    heights = [len(pixels(errors_png(errors + more, IMAGES))) for more in ([], [[200, 1, 2, 0.1]])]
    assert heights[0] == heights[1]
    rest = [errors_png([*errors, [200, 1, 2, confidence]], IMAGES) for confidence in (0.1, 0.2)]
    assert rest[0] == rest[1]
    assert errors_png([], IMAGES).startswith(b"\x89PNG")


def test_corruptions_are_sorted() -> None:
    """The order of the kinds does not matter, their accuracy does."""
    kinds = {"contrast": 99.0, "stripe": 70.0, "dotted_line": 90.0}
    picture = corruptions_png(kinds)
    assert corruptions_png(dict(reversed(kinds.items()))) == picture
    assert corruptions_png({**kinds, "dotted_line": 60.0}) != picture
