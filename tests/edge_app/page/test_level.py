"""Pages whose lines run at an angle."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.bench.sample_page import draw_page
from edge_app.files.image import to_luma
from edge_app.page.boxes import Box, iou
from edge_app.page.candidates import connect, find_candidates
from edge_app.page.colour import ink_colours
from edge_app.page.ink import InkMap, find_ink
from edge_app.page.level import may_be_turned, turned_back, turned_level
from edge_app.page.lines import find_slant
from edge_app.page.recognition import Reading
from train.data.mnist import load_mnist

from ..coloured import BLACK, BLUE, coloured_page

SIDE = 700


def ruled_numbers() -> NDArray[np.uint8]:
    """Three numbers of six of MNIST's test digits, each in a ruled row: uint8 (700, 700)."""
    digits = load_mnist(None).test
    page = np.full((SIDE, SIDE), 225, np.uint8)
    for row in range(3):
        top = 200 + 110 * row
        for place in range(6):
            left, image = 170 + 62 * place, cv2.resize(digits.images[40 + 6 * row + place], (56, 56))
            page[top : top + 56, left : left + 56] -= (image * 0.7).astype(np.uint8)
        page[top + 70 : top + 73, 120:580] = 120
        page[top - 30 : top - 27, 120:580] = 120
    return page


def truth() -> list[str]:
    """What stands there."""
    labels = load_mnist(None).test.labels[40:58]
    return ["".join(str(label) for label in labels[start : start + 6]) for start in (0, 6, 12)]


def tilted(page: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The page turned clockwise on paper of its own grey."""
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, matrix, (SIDE, SIDE), borderValue=(225,)), np.uint8)


@pytest.fixture(scope="module")
def reader() -> PageReader:
    """The shipped one."""
    return PageReader(DigitClassifier.load(), traced=True)


@pytest.mark.parametrize("degrees", [-30, -14, 12, 25])
def test_a_tilted_page_reads_as_an_upright_one(reader: PageReader, degrees: int) -> None:
    """Rulings included, which are known by lying straight; boxes lie on the page as it was given."""
    page = reader.read(tilted(ruled_numbers(), degrees))
    assert [line.text for line in page.lines] == truth()
    first = page.lines[0].digits[0]
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), -degrees, 1.0)
    x, y = turn[:, :2] @ (170 + 28, 200 + 28) + turn[:, 2]
    assert abs(first.box[0] + first.box[2] / 2 - x) < 8
    assert abs(first.box[1] + first.box[3] / 2 - y) < 8


def test_a_level_page_is_left_as_it_is(reader: PageReader) -> None:
    """So is one for which a reader is not to turn it."""
    assert reader.read(ruled_numbers()).traces[0].page_ink.matrix is None
    still = PageReader(DigitClassifier.load(), traced=True, level=False)
    assert still.read(tilted(ruled_numbers(), 14)).traces[0].page_ink.matrix is None
    assert reader.read(tilted(ruled_numbers(), 14)).traces[0].page_ink.matrix is not None


def test_boxes_come_back() -> None:
    """To where the ink was before, as tight as it is there."""
    page_ink = find_ink(draw_page((640, 480)))
    level = turned_level(page_ink, 20.0)
    before, after = (
        [(int(x), int(y), int(width), int(height)) for x, y, width, height, pixels in stats[1:] if pixels > 100]
        for stats in (cv2.connectedComponentsWithStats(each.mask)[2] for each in (page_ink, level))
    )
    back = [reading.box for reading in turned_back([Reading(box, 1, 1.0) for box in after], level, connect(level))]
    assert len(back) == len(before) >= 8
    assert all(best_iou(box, before) > 0.75 for box in back)
    assert turned_level(page_ink, 1.0) is page_ink
    assert turned_back([Reading(before[0], 1, 1.0)], page_ink, connect(page_ink))[0].box == before[0]


def test_few_digits_are_not_turned(reader: PageReader) -> None:
    """Texture lies at any angle by chance; of few digits each is turned by itself."""
    page = ruled_numbers()
    page[290:] = 225
    assert reader.read(tilted(page, 14)).traces[0].page_ink.matrix is None


@pytest.mark.parametrize("size_wh", [(40_000, 60), (30_000, 100)])
def test_a_strip_is_not_turned_across(size_wh: tuple[int, int]) -> None:
    """The page would be many times as large, or larger than OpenCV takes."""
    blank = np.zeros(size_wh[::-1], np.uint8)
    assert not may_be_turned(InkMap(blank, blank, 1.0, False), 12.0)
    assert may_be_turned(InkMap(blank[:60, :60], blank[:60, :60], 1.0, False), 45.0)


def test_a_page_with_level_rulings_is_level(reader: PageReader) -> None:
    """Numbers that run downhill on it are read as they stand."""
    digits = load_mnist(None).test
    page = np.full((SIDE, SIDE), 225, np.uint8)
    page[30::40], page[31::40], page[32::40] = 150, 150, 150
    for place in range(15):
        row, column = divmod(place, 5)
        top, left = 120 + 150 * row + 26 * column, 200 + 62 * column
        part = page[top : top + 56, left : left + 56]
        part[:] = np.minimum(part, 225 - cv2.resize(digits.images[40 + place], (56, 56)) * 0.8)
    assert find_slant_of(page) > 17
    assert reader.read(page).traces[0].page_ink.matrix is None


def find_slant_of(page: NDArray[np.uint8]) -> float:
    """Of its ink's lines."""
    page_ink = find_ink(page)
    candidates = find_candidates(page_ink, connect(page_ink))
    return find_slant([each.box for each in candidates if not (each.fragment or each.encloses)])


def test_colours_are_the_same_on_a_page_turned_level() -> None:
    """Where its points lay before is where the photo is asked."""
    image, boxes = coloured_page([BLUE, BLACK, BLUE])
    page_ink = find_ink(to_luma(image))
    level = turned_level(page_ink, 17.0)
    assert level.matrix is not None
    places = [level.matrix[:, :2] @ (x + w / 2, y + h / 2) + level.matrix[:, 2] for x, y, w, h in boxes]
    turned = [(round(x - w / 2), round(y - h / 2), w, h) for (x, y), (_, _, w, h) in zip(places, boxes, strict=True)]
    before, after = ink_colours(image, page_ink, boxes), ink_colours(image, level, turned)
    assert np.abs(before - after).max() < 0.01
    assert np.abs(before[0] - before[1]).max() > 0.1


def best_iou(box: Box, others: list[Box]) -> float:
    """Of a box with the likest of others."""
    return float(iou(np.array(box, np.float32), np.array(others, np.float32)).max())
