"""Readings of a field's picture become places: digits, doubtful ones, refused ink, signs, and ink that nobody read."""

import cv2
import numpy as np
import pytest

from edge_app.forms.fields import Field
from edge_app.forms.ink_lattice import places_of
from edge_app.page.boxes import Box
from edge_app.page.candidates import connect
from edge_app.page.ink import find_ink
from edge_app.page.recognition import Reading
from edge_app.page.trace import Trace

from ..pages import blank

FIELD = Field("total", (0.0, 0.0, 1.0, 1.0), "[0-9]{2,4}")
BOX = (20, 20, 400, 100)


def digit(x: int, label: int | None, guess: int | None = None, high: int = 50, belief: float | None = None) -> Reading:
    """A reading in the field's line."""
    probabilities = np.full(10, 0.01, np.float32)
    best = guess if label is None else label
    probabilities[4 if best is None else best] = 0.91
    return Reading((x, 45, 30, high), label, 0.91, guess, probabilities=probabilities, belief=belief)


def trace(*readings: Reading, ink: Box | None = None) -> Trace:
    """What a page reader saw; some ink that it did not."""
    page = blank(140, 440)
    if ink is not None:
        x, y, width, height = ink
        cv2.rectangle(page, (x, y), (x + width, y + height), (40,), 3)
    page_ink = find_ink(page)
    return Trace(page_ink, connect(page_ink), (), None, readings, None)


def test_digits_stand_from_left_to_right() -> None:
    """Each with its probabilities, as far as it is believed to be a digit."""
    places, digits = places_of(trace(digit(200, 7, belief=0.9), digit(60, 2, belief=0.5)), BOX, FIELD)
    assert [max(place.alternatives, key=lambda symbol: place.alternatives[symbol]) for place in places] == ["2", "7"]
    assert places[1].alternatives["7"] == pytest.approx(0.9 * 0.91, abs=1e-3)
    assert places[0].skip > places[1].skip > 0
    assert len(digits) == 2


def test_what_lies_outside_is_not_the_fields() -> None:
    """The neighbour's digits reach into the margin."""
    assert places_of(trace(digit(430, 7)), BOX, FIELD) == ((), ())


def test_a_label_that_was_changed_counts_with_its_probabilities() -> None:
    """Half of each."""
    changed = digit(60, 3)
    assert changed.probabilities is not None
    changed.probabilities[[3, 8]] = changed.probabilities[[8, 3]]
    (place,), _ = places_of(trace(changed), BOX, FIELD)
    assert place.alternatives["3"] == pytest.approx(place.alternatives["8"], abs=0.1)
    assert place.alternatives["3"] > 0.3


def test_refused_ink_is_never_nothing_where_it_stands_alone() -> None:
    """Beside digits it may well be."""
    (alone,), _ = places_of(trace(digit(60, None)), BOX, FIELD)
    (_, beside), _ = places_of(trace(digit(60, 2), digit(200, None)), BOX, FIELD)
    assert alone.skip < 0.2
    assert beside.skip > 0.4
    assert alone.unknown > 0.5
    small, _ = places_of(trace(digit(60, 2), digit(200, None, high=12)), BOX, FIELD)
    assert len(small) == 1


def test_small_ink_is_a_sign_where_the_pattern_has_one() -> None:
    """A comma between digits."""
    comma = Field("level", FIELD.box, "[0-9],[0-9]")
    places, _ = places_of(trace(digit(60, 2), digit(200, None, high=12), digit(260, 5)), BOX, comma)
    assert list(places[1].alternatives) == [","]
    assert places[1].skip > 0


def test_ink_that_nobody_read_is_seen() -> None:
    """So that the field is not blank, and a number not whole; specks are left out."""
    (place,), digits = places_of(trace(ink=(100, 50, 40, 30)), BOX, FIELD)
    assert (dict(place.alternatives), digits) == ({}, ())
    assert place.skip < 0.2
    assert len(places_of(trace(digit(300, 2), ink=(100, 50, 40, 30)), BOX, FIELD)[0]) == 2
    assert places_of(trace(ink=(100, 50, 4, 4)), BOX, FIELD) == ((), ())
