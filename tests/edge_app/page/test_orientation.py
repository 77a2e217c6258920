"""Pages that lie on their side or upside down."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.page.candidates import Candidate
from edge_app.page.orientation import better_turn, clearer, turned, turned_back
from edge_app.page.recognition import Reading
from edge_app.page.result import Digit, Line, Page
from edge_app.page.wholes import Whole

from ..fake_classifier import TallInk
from ..pages import blank, write

TURNS = (0, 90, 180, 270)


def whole(ink: NDArray[np.uint8], label: int | None, confidence: float) -> Whole:
    """Ink that was read so."""
    box = (0, 0, ink.shape[1], ink.shape[0])
    return Whole(Candidate(box, ink), ink, None, Reading(box, label, confidence))


def line(*confidences: float, label: int = 3) -> Page:
    """A page with one line of digits of that confidence."""
    digits = tuple(Digit(label, confidence, (20 * at, 0, 15, 30)) for at, confidence in enumerate(confidences))
    return Page((Line(digits),), 640, 480)


@pytest.mark.parametrize("turn", TURNS)
def test_boxes_go_back_to_the_image_as_given(turn: int) -> None:
    """Ink lies in its box also after the page was turned to read it."""
    given = blank(100, 160)
    given[10:40, 20:35] = 0
    rows, columns = np.nonzero(turned(given, turn) < 128)
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    height, width = turned(given, turn).shape
    page = turned_back(Page((Line((Digit(3, 0.9, box),)),), width, height, (box,)), turn)
    assert page.lines[0].digits[0].box == (20, 10, 15, 30)
    assert page.refused == ((20, 10, 15, 30),)
    assert (page.width, page.height, page.turn) == (160, 100, turn)


def test_a_glance_sees_ink_that_lies_on_its_side() -> None:
    """Flat ink that reads when it stands: either way up, as far as this classifier knows."""
    flat = np.full((8, 30), 255, np.uint8)
    assert better_turn([whole(flat, None, 0.1)] * 6, TallInk(7)) in {90, 270}
    assert better_turn([whole(flat.T.copy(), 7, 0.9)] * 6, TallInk(7)) == 0


def test_a_glance_promises_nothing_on_little_ink_or_words() -> None:
    """Two digits may be anything; of words some letters read as digits, whichever way up."""
    flat = np.full((8, 30), 255, np.uint8)
    assert better_turn([], TallInk(7)) == 0
    assert better_turn([whole(flat, None, 0.1)] * 2, TallInk(7)) == 0
    assert better_turn([whole(flat, None, 0.1)] * 3 + [whole(flat.T.copy(), 7, 0.9)] * 3, TallInk(7)) == 0


def test_strokes_alone_turn_no_page() -> None:
    """A 1 reads as a 1 upside down, and any dash as a 1 when it stands."""
    flat = np.full((8, 30), 255, np.uint8)
    assert better_turn([whole(flat, None, 0.1)] * 6, TallInk(1)) == 0


def test_another_reading_has_to_be_clearer() -> None:
    """Doubtful digits count nothing, strokes little; as it is wins a draw."""
    sure = line(0.99, 0.99)
    assert clearer(line(0.8, 0.8), sure)
    assert not clearer(sure, sure)
    assert not clearer(line(0.8, 0.8), line(0.99, 0.99, label=1))
    assert not clearer(Page((), 640, 480), Page((), 640, 480))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_shipped_models_see_how_a_page_lies(turn: int) -> None:
    """Drawn digits, and the same turned."""
    page = write(write(write(blank(), "3 7 4 2", (60, 130), 90), "5 9 2 4", (60, 270), 90), "7 3 5 2", (60, 410), 90)
    reader = PageReader(DigitClassifier.load())
    assert reader.read(page).better_turn == 0
    assert reader.read(turned(page, turn)).better_turn == 360 - turn
