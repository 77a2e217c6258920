"""What holds for all pages, whatever is on them."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.page.result import Page

from ..fake_classifier import TallInk
from ..pages import blank, write

READER = PageReader(TallInk(3), detector=None, sequence=None)


def sizes(page: Page) -> list[int]:
    """How many digits each line has."""
    return [len(line.digits) for line in page.lines]


def sheet(shift_xy: tuple[int, int] = (0, 0)) -> NDArray[np.uint8]:
    """A page with two numbers."""
    x, y = shift_xy
    return write(write(blank(), "2748", (120 + x, 150 + y)), "935", (120 + x, 330 + y))


@given(st.integers(-90, 90), st.integers(-60, 90))
def test_shifting_changes_only_the_boxes(x: int, y: int) -> None:
    """The same numbers elsewhere on the page read the same."""
    shifted = READER.read(sheet((x, y)))
    assert sizes(shifted) == [4, 3]
    first = shifted.lines[0].digits[0].box
    base = READER.read(sheet()).lines[0].digits[0].box
    assert np.allclose(np.subtract(first, base), (x, y, 0, 0), atol=2)


@given(st.floats(0.35, 2.5))
def test_scaling_does_not_matter(factor: float) -> None:
    """From 20 to 150 pixel digits one page reads alike."""
    scaled = cv2.resize(sheet(), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    assert sizes(READER.read(np.asarray(scaled, np.uint8))) == [4, 3]


@given(st.floats(0.3, 1.0), st.integers(0, 40))
def test_brightness_and_contrast_do_not_matter(gain: float, offset: int) -> None:
    """Darker light and a camera's offset leave the reading alone."""
    dimmed = np.clip(sheet() * gain + offset, 0, 255).astype(np.uint8)
    assert sizes(READER.read(dimmed)) == [4, 3]


@given(st.integers(0, 255), st.floats(0, 4), st.integers(0, 2**31 - 1))
def test_blank_pages_read_as_nothing(paper: int, noise: float, seed: int) -> None:
    """No paper, dark or light, gives a digit out of mere noise."""
    rng = np.random.default_rng(seed)
    page = np.clip(paper + rng.normal(0, noise, (240, 320)), 0, 255).astype(np.uint8)
    assert PageReader(DigitClassifier.load()).read(page).text == ""


def random_image(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A small image of noise, blocks, gradients or strokes, grey or RGB, of any shape."""
    height, width = (int(side) for side in rng.integers(32, 64, 2))
    kind = rng.integers(0, 4)
    if kind == 0:
        image = rng.integers(0, 256, (height, width), np.uint8)
    elif kind == 1:
        image = rng.choice(np.array([0, 255], np.uint8), (height // 8 + 1, width // 8 + 1)).repeat(8, 0).repeat(8, 1)
    elif kind == 2:
        image = np.add.outer(np.arange(height) * rng.integers(0, 9), np.arange(width)).astype(np.uint8)
    else:
        image = np.full((height, width), rng.integers(0, 256), np.uint8)
        points = rng.integers(-10, 74, (int(rng.integers(2, 9)), 2)).astype(np.int32)
        cv2.polylines(image, [points], isClosed=False, color=(int(rng.integers(0, 256)),), thickness=2)
    return image if rng.random() < 0.5 else np.dstack([image, image[::-1], image])


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_image_crashes_the_reader(count: int) -> None:
    """Small images of any content give a page whose boxes lie in the image."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        image = random_image(rng)
        page = READER.read(image)
        for line in page.lines:
            for digit in line.digits:
                x, y, width, height = digit.box
                assert 0 <= x < x + width <= page.width
                assert 0 <= y < y + height <= page.height
