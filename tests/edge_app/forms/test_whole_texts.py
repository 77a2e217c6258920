"""Whole texts: how likely each is along the line, rules or not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.forms.fields import Field
from edge_app.forms.lattice import Place
from edge_app.forms.whole_texts import whole_texts
from edge_app.model.sequence_contract import BLANK, COLUMN_PX
from edge_app.page.ink import find_ink

from ..pages import blank

BOX = (10, 20, 400, 100)
PAGE = find_ink(blank(140, 420))
FIELD = Field("total", (0.0, 0.0, 1.0, 1.0), "[0-9]{3}")


class Line:
    """Names the same digits on every strip, each with its probability; the rest of it is the digit after it."""

    width_px = 256

    def __init__(self, text: str, probability: float = 0.95) -> None:
        self._text, self._probability = text, probability

    def columns(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Blank but for a column each."""
        columns = np.full((strip.shape[1] // COLUMN_PX, BLANK + 1), 1e-6, np.float32)
        columns[:, BLANK] = 1
        for place, symbol in enumerate(self._text):
            named = columns[4 + 3 * place]
            named[BLANK] = 1e-6
            named[int(symbol)], named[(int(symbol) + 1) % 10] = self._probability, 1 - self._probability
        return columns


def places(text: str, probability: float) -> list[Place]:
    """Of single readings."""
    return [Place({symbol: probability}, 0.01) for symbol in text]


def test_what_the_line_says_is_weighed_against_its_other_texts() -> None:
    """What is left is of ink that is no number."""
    texts = whole_texts(places("204", 0.8), [], BOX, PAGE, Line("204", 0.8), FIELD)
    assert max(texts, key=lambda text: texts[text]) == "204"
    assert texts["204"] / texts["205"] == pytest.approx(4, rel=0.01)
    assert 0.5 < texts["204"] < sum(texts.values()) < 1


def test_a_line_that_names_nothing_surely_says_nothing() -> None:
    """Neither the likeliest text, nor all of them together."""
    texts = whole_texts(places("204", 0.8), [], BOX, PAGE, Line(""), FIELD)
    assert sum(texts.values()) < 0.01


def test_the_line_sees_what_single_readings_missed() -> None:
    """A digit more."""
    texts = whole_texts(places("24", 0.7), [], BOX, PAGE, Line("204", 0.99), FIELD)
    assert texts["204"] > texts["24"]


def test_texts_that_the_rules_allow_are_asked_for() -> None:
    """Though others are likelier on the line."""
    even = Field("even", FIELD.box, "[0-9]{2}[5]")
    texts = whole_texts(places("2", 0.5), [], BOX, PAGE, Line("204", 0.9), even)
    assert 0.05 < texts["205"] < texts["204"]


def test_a_line_without_digits_is_not_blank_by_itself() -> None:
    """Where single readings see ink that they do not know."""
    scribble = [Place({}, 0.1)]
    assert whole_texts(scribble, [], BOX, PAGE, Line(""), FIELD)[""] < 0.5
    assert whole_texts([Place({}, 0.99)], [], BOX, PAGE, Line(""), FIELD)[""] > 0.9


def test_signs_have_their_digits_share() -> None:
    """The line names none."""
    comma = Field("level", FIELD.box, "[0-9],[0-9]")
    sign = Place({",": 0.6}, 0.4)
    texts = whole_texts([*places("2", 0.9), sign, *places("5", 0.9)], [], BOX, PAGE, Line("25"), comma)
    assert "2,5" in texts
    assert "25" not in texts


@pytest.mark.parametrize("digits", [[(60, 40, 30, 50), (120, 44, 30, 50), (180, 48, 30, 50)], [(60, 40, 30, 50)]])
def test_lines_slope_as_their_digits_do(digits: list[tuple[int, int, int, int]]) -> None:
    """And reach over the whole field, whatever was found."""
    assert whole_texts(places("204", 0.8), digits, BOX, PAGE, Line("204"), FIELD)["204"] > 0.7
