"""The colour of ink: measured whatever the light, and weighed where it tells pen from print."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.files.image import to_luma
from edge_app.page.boxes import Box
from edge_app.page.colour import MOST_AGAINST, MOST_FOR, SAME_COLOUR, ink_colours, weigh_by_colour
from edge_app.page.detection import Detections
from edge_app.page.ink import find_ink
from edge_app.page.recognition import Reading

from ..coloured import BLACK, BLUE, coloured_page
from ..made_detections import seen

WARM = (1.0, 0.9, 0.7)


def colours(image: NDArray[np.uint8], boxes: list[Box]) -> NDArray[np.float64]:
    """Of the ink in boxes."""
    return ink_colours(image, find_ink(to_luma(image)), boxes)


def weighed(inks: list[tuple[int, int, int]], scores: list[float], grey: bool = False) -> Detections:
    """Detections of inks with these scores, in the order of the inks."""
    image, boxes = coloured_page(inks)
    readings = [Reading(box, 1, 1.0) for box in boxes]
    found = seen(*((box, score, 1) for box, score in zip(boxes, scores, strict=True)))
    given = to_luma(image) if grey else image
    result = weigh_by_colour(found, readings, given, find_ink(to_luma(image)))
    assert (np.diff(result.scores) <= 0).all()
    order = [next(index for index, box in enumerate(boxes) if (np.array(box) == each).all()) for each in result.boxes]
    return Detections(*(part[np.argsort(order)] for part in (result.boxes, result.scores, result.probabilities)))


@pytest.mark.parametrize("light", [(1.0, 1.0, 1.0), WARM, (0.45, 0.45, 0.5)])
def test_black_is_without_colour_in_any_light(light: tuple[float, float, float]) -> None:
    """And a blue pen is far from it, whatever the lamp."""
    image, boxes = coloured_page([BLACK, BLUE], light)
    black, blue = colours(image, boxes)
    assert np.linalg.norm(black) < SAME_COLOUR
    assert np.linalg.norm(blue - black) > 2 * SAME_COLOUR


def test_a_place_without_ink_or_paper_has_no_colour() -> None:
    """It is not taken for black."""
    image, ((x, y, width, height),) = coloured_page([BLUE])
    empty, outside = (300, 200, 30, 30), (5000, 5000, 10, 10)
    assert np.isnan(colours(image, [empty, outside])).all()
    assert not np.isnan(colours(image, [(x, y, width, height)])).any()
    assert colours(image, []).shape == (0, 2)


def test_pen_gains_and_print_loses_where_the_detector_likes_the_pen() -> None:
    """Ten clear blue digits among thirty black marks that are seen as none."""
    inks = [BLUE] * 10 + [BLACK] * 30
    scores = [0.9] * 9 + [0.5] + [0.12] * 29 + [0.5]
    found = weighed(inks, scores)
    assert found.scores[9] > 0.5 + 0.1
    assert found.scores[-1] < 0.5 - 0.1
    odds = np.log(found.scores / (1 - found.scores)) - np.log(np.array(scores) / (1 - np.array(scores)))
    assert odds.max() <= MOST_FOR + 1e-3
    assert odds.min() >= -MOST_AGAINST - 1e-3


def test_a_black_pen_gains_on_a_form_printed_in_blue() -> None:
    """Which colour is the pen's is asked of the detector."""
    found = weighed([BLACK] * 10 + [BLUE] * 30, [0.9] * 9 + [0.5] + [0.12] * 29 + [0.5])
    assert found.scores[9] > 0.6
    assert found.scores[-1] < 0.4


def test_one_ink_and_grey_images_change_nothing() -> None:
    """Bit for bit."""
    scores = [0.9] * 10 + [0.2] * 10
    for inks, grey in (([BLUE] * 20, False), ([BLACK] * 20, False), ([BLUE] * 10 + [BLACK] * 10, True)):
        assert weighed(inks, scores, grey).scores.tolist() == np.array(scores, np.float32).tolist()


def test_a_few_pieces_of_another_colour_say_little() -> None:
    """One red stroke is no second pen."""
    found = weighed([BLUE] * 20 + [BLACK], [0.9] * 20 + [0.5])
    assert found.scores[-1] == pytest.approx(0.5, abs=0.1)


def test_a_page_is_read_with_its_colours() -> None:
    """Whoever gives a reader RGB need do nothing more, and the same page in grey is read as before."""
    image, _ = coloured_page([BLUE] * 10 + [BLACK] * 30)
    reader = PageReader(DigitClassifier.load())
    grey = np.repeat(to_luma(image)[..., None], 3, axis=2)
    assert reader.read(grey) == reader.read(to_luma(image))
    assert reader.read(image).width == 640
