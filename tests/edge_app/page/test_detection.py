"""Tiles, scales and peaks of the detector."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.model.detector import Maps
from edge_app.page.boxes import iou
from edge_app.page.detection import Detections, decode, detect, surest
from edge_app.page.ink import Grey

from ..made_detections import seen


class MiddleOfInk:
    """A network that sees a 5 in the middle of each bright pixel's cell, 16 wide and 24 high."""

    tile_px = 64

    def __init__(self) -> None:
        self.tiles: list[Grey] = []

    def maps(self, tile: Grey) -> Maps:
        """One peak for each cell that holds a pixel of 255."""
        self.tiles.append(tile)
        cells = tile.reshape(16, 4, 16, 4).max(axis=(1, 3))
        centre = np.where(cells == 255, 4.0, -4.0).astype(np.float32)
        label = np.zeros((16, 16, 10), np.float32)
        label[..., 5] = 9
        return centre, np.zeros((16, 16, 4), np.float32), label


def dotted(*points: tuple[int, int]) -> NDArray[np.uint8]:
    """Ink of 300x200 with single pixels at (x, y)."""
    ink = np.zeros((200, 300), np.uint8)
    for x, y in points:
        ink[y, x] = 255
    return ink


def test_a_peak_is_a_digit_with_its_box() -> None:
    """The box lies around the cell's middle, in the size that the map says."""
    found = detect(dotted((130, 90)), [(120, 80, 20, 26)], MiddleOfInk())
    assert found.boxes.tolist() == [[122, 78, 16, 24]]
    assert found.scores[0] == pytest.approx(0.982, abs=0.001)
    assert found.probabilities[0].argmax() == 5


def test_what_two_tiles_see_counts_once() -> None:
    """Digits where tiles overlap are found, and found once."""
    points = [(x, 50) for x in range(6, 294, 24)]
    found = detect(dotted(*points), [(x - 8, 38, 16, 24) for x, _ in points], MiddleOfInk())
    assert len(found) == len(points)


def test_only_tiles_with_something_to_look_at_are_run() -> None:
    """A page of 24 tiles with ink in one place costs the tiles of that place."""
    network = MiddleOfInk()
    detect(dotted((10, 10)), [(4, 4, 16, 26)], network)
    assert len(network.tiles) == 1


def test_large_ink_is_made_smaller() -> None:
    """Ink 104 high is looked at in a quarter of its size."""
    ink = np.zeros((200, 400), np.uint8)
    ink[48:64, 64:80] = 255
    found = detect(ink, [(40, 0, 70, 104)], MiddleOfInk())
    assert found.boxes[0].tolist() == [40, 8, 64, 96]


def test_digits_are_looked_at_in_another_size() -> None:
    """Places stay where they are on the ink."""
    ink = np.zeros((200, 400), np.uint8)
    ink[80:88, 160:168] = 255
    found = detect(ink, [(150, 70, 16, 26)], MiddleOfInk(), size=0.5)
    assert found.boxes[0].tolist() == [148, 60, 32, 48]


def test_a_page_nearly_as_small_as_a_tile_is_one_tile() -> None:
    """It is made a little smaller instead of being cut."""
    network = MiddleOfInk()
    ink = np.zeros((60, 80), np.uint8)
    ink[20:24, 70:74] = 255
    found = detect(ink, [(60, 10, 16, 26)], network)
    assert len(network.tiles) == 1
    assert found.boxes[0] == pytest.approx([62.5, 7.5, 20, 30])


def test_nothing_to_look_at_finds_nothing() -> None:
    """No places, no work."""
    assert len(detect(dotted((10, 10)), [], MiddleOfInk())) == 0


def test_the_surer_of_two_boxes_in_one_place_stays() -> None:
    """Another one beside it stays too."""
    boxes = np.array([[0, 0, 10, 20], [1, 1, 10, 20], [30, 0, 10, 20]], np.float32)
    assert surest(boxes, np.array([0.5, 0.9, 0.3], np.float32)).tolist() == [1, 2]


def test_a_lower_neighbour_is_no_peak() -> None:
    """Of touching cells the highest counts; what is less likely than asked for does not."""
    centre = np.full((4, 4), -9, np.float32)
    centre[1, 1], centre[1, 2], centre[3, 3] = 2, 1, -2
    maps = centre, np.zeros((4, 4, 4), np.float32), np.zeros((4, 4, 10), np.float32)
    assert len(decode(maps, 0.3)[0]) == 1
    assert len(decode(maps, 0.1)[0]) == 2


def test_overlap_is_intersection_over_union() -> None:
    """Half of each shared is a third of the union."""
    others = np.array([[5, 0, 10, 10], [40, 40, 5, 5]], np.float32)
    assert iou(np.array([0, 0, 10, 10], np.float32), others).tolist() == pytest.approx([1 / 3, 0])


def test_a_stroke_is_matched_though_its_box_is_a_few_pixels_aside() -> None:
    """A box four pixels aside is another box for a 1, but the same digit; one a digit's width aside is not."""
    found = seen(((100, 100, 5, 40), 0.9, 1))
    assert found.surest_at((104, 100, 5, 40)) == 0
    assert found.surest_at((124, 100, 5, 40)) is None


def test_within_asks_for_the_middle() -> None:
    """A detection lies in a box if its middle does and it is sure enough."""
    found = Detections(
        np.array([[10, 10, 10, 10]], np.float32), np.array([0.5], np.float32), np.zeros((1, 10), np.float32)
    )
    assert found.within((0, 0, 20, 20), 0.4)
    assert not found.within((0, 0, 20, 20), 0.6)
    assert not found.within((0, 0, 12, 12), 0.4)
