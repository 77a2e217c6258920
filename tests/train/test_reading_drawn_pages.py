"""The shipped models on drawn pages: what the whole reader is for, and what must not change it."""

import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.page.record import to_record
from tests.benchmarks.drawn import truth_of
from tests.benchmarks.scoring import Score, score_page
from train.data.mnist import load_mnist
from train.pages.maker import draw_page
from train.pages.truth import DrawnPage

SEEDS = range(10, 20)


@pytest.fixture(scope="module")
def reader() -> PageReader:
    """The shipped models."""
    return PageReader(DigitClassifier.load())


@pytest.fixture(scope="module")
def pages() -> list[DrawnPage]:
    """Numbers in lines, written with MNIST's validation digits."""
    digits = load_mnist().validation
    return [draw_page(digits, seed, (640, 480), "numbers") for seed in SEEDS]


def score(
    reader: PageReader,
    page: DrawnPage,
    image: NDArray[np.uint8],
    scale: float = 1.0,
    shift_xy: tuple[int, int] = (0, 0),
) -> Score:
    """How well an image of the page is read, its boxes taken back to the page's own size."""
    record = to_record(reader.read(image), "", 0.0)
    for line in record["lines"]:
        for digit in line["digits"]:
            x, y, width, height = (value / scale for value in digit["box"])
            digit["box"] = [x - shift_xy[0], y - shift_xy[1], width, height]
    return score_page(truth_of(page), record)


def test_numbers_are_read(reader: PageReader, pages: list[DrawnPage]) -> None:
    """Most digits, and little else."""
    total = sum((score(reader, page, page.image) for page in pages), Score())
    assert total.truth > 100
    assert total.f1 > 0.75


@pytest.fixture(scope="module")
def clear_pages(reader: PageReader, pages: list[DrawnPage]) -> list[DrawnPage]:
    """Those that read nearly without an error."""
    clear = [page for page in pages if score(reader, page, page.image).f1 > 0.9]
    assert len(clear) >= 3
    return clear


@pytest.mark.slow
@pytest.mark.parametrize("change", ["darker", "larger", "smaller", "moved"])
def test_light_size_and_place_hardly_matter(change: str, reader: PageReader, clear_pages: list[DrawnPage]) -> None:
    """The same page, a little changed, is read as well: at most one digit in ten fewer."""
    total, changed = Score(), Score()
    for page in clear_pages:
        image, scale = page.image, {"larger": 1.3, "smaller": 0.8}.get(change, 1.0)
        shift_xy = (6, 9) if change == "moved" else (0, 0)
        if change == "darker":
            image = (image * 0.7).astype(np.uint8)
        elif change == "moved":
            image = np.asarray(cv2.copyMakeBorder(image[:-9, :-6], 9, 0, 6, 0, cv2.BORDER_REPLICATE), np.uint8)
        else:
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        total += score(reader, page, page.image)
        changed += score(reader, page, image, scale, shift_xy)
    assert changed.right >= total.right - total.truth / 10


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["words", "printed", "nothing"])
def test_what_is_no_digit_is_mostly_left_out(layout: str, reader: PageReader) -> None:
    """Of pages full of writing, print or doodles, hardly anything is taken for a digit."""
    digits = load_mnist().validation
    drawn = (draw_page(digits, seed, (640, 480), layout) for seed in range(40, 60))
    without = list(itertools.islice((page for page in drawn if not page.digits), 6))
    assert len(without) >= 3
    false = [sum(len(line.digits) for line in reader.read(page.image).lines) for page in without]
    assert np.median(false) <= 3


def test_any_image_is_read_without_a_crash(reader: PageReader) -> None:
    """Noise, edges and gradients of any small size, grey or colour, through both models."""
    random = np.random.default_rng(5)
    for _ in range(150):
        height, width = (int(side) for side in random.integers(32, 200, 2))
        shape = (height, width, 3) if random.random() < 0.5 else (height, width)
        image = random.integers(0, 256, shape, np.uint8)
        blurred = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 9)), np.uint8)
        page = reader.read(np.asarray(cv2.convertScaleAbs(blurred, alpha=random.uniform(0.5, 6)), np.uint8))
        for line in page.lines:
            for digit in line.digits:
                x, y, box_width, box_height = digit.box
                assert x >= 0 and y >= 0 and x + box_width <= width and y + box_height <= height  # noqa: PT018
