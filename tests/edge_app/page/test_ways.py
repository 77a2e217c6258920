"""Ways to spell a line, and which of them is the likeliest."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK
from edge_app.page.pairing import Part
from edge_app.page.recognition import Reading
from edge_app.page.spelling import Named
from edge_app.page.ways import MAX_WAYS, Way, best_ways, label_of, ways_of

BOX = (0, 0, 10, 20)


def named(text: str) -> tuple[Named, ...]:
    """Digits of the whole."""
    return tuple(Named(10.0 * place, np.eye(10, dtype=np.float32)[int(digit)]) for place, digit in enumerate(text))


def texts(ways: Sequence[Way]) -> set[str]:
    """Of the ways."""
    return {"".join(map(str, way.text)) for way in ways}


def columns_of(text: str, sure: float = 0.9) -> NDArray[np.float32]:
    """Columns that name this text, a blank between each two digits."""
    labels = [label for digit in text for label in (BLANK, int(digit))] + [BLANK]
    columns = np.full((len(labels), BLANK + 1), (1 - sure) / BLANK, np.float32)
    columns[np.arange(len(labels)), labels] = sure
    return columns


def test_a_part_can_be_as_read_with_its_doubtful_digits_empty_or_as_the_whole_has_it() -> None:
    """Each text once."""
    readings = [Reading(BOX, 4, 0.9), Reading(BOX, None, 0.4, guess=0)]
    ways = ways_of(Part((0, 1), named("98")), readings)
    assert len(ways) == 4
    assert texts(ways) == {"4", "40", "", "98"}
    assert {way.taken for way in ways if not way.whole} == {(0,), (0, 1), ()}
    assert [way.text for way in ways if way.whole] == [(9, 8)]


def test_the_whole_s_way_is_the_readings_own_where_both_have_the_same_text() -> None:
    """It counts once, as the whole's."""
    ways = ways_of(Part((0,), named("4")), [Reading(BOX, 4, 0.9)])
    assert texts(ways) == {"4", ""}
    assert [way.whole for way in ways if way.text] == [True]


@given(st.integers(0, 9), st.floats(0.2, 1), st.sampled_from([None, 0.0, 0.5, 1.0]), st.text("0123456789", max_size=3))
def test_evidence_is_a_log_probability(label: int, confidence: float, belief: float | None, whole: str) -> None:
    """Finite, and none for more than certainty, at both ends of every range."""
    for reading in (Reading(BOX, label, confidence), Reading(BOX, None, confidence, guess=label)):
        known = Reading(reading.box, reading.label, reading.confidence, reading.guess, belief=belief)
        for way in ways_of(Part((0,), named(whole)), [known]):
            assert math.isfinite(way.evidence)
            assert way.evidence <= 1e-9


def test_what_the_reading_finds_likelier_has_more_evidence() -> None:
    """Its own label, then what its probabilities name next."""
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[4], probabilities[9] = 0.6, 0.32
    reading = Reading(BOX, 4, 0.6, probabilities=probabilities)
    of = {text: ways_of(Part((0,), named(text)), [reading])[0].evidence for text in "4"}
    of |= {
        text: next(way.evidence for way in ways_of(Part((0,), named(text)), [reading]) if way.whole) for text in "92"
    }
    assert of["4"] > of["9"] > of["2"]


def test_a_single_way_is_certain() -> None:
    """Nothing speaks against it."""
    chosen, shares = best_ways([[Way((4,), -1.0, True)]], [columns_of("9")])
    assert ([way.text for way in chosen], shares) == ([(4,)], [1.0])


def test_the_whole_decides_where_readings_are_torn_and_readings_where_it_is() -> None:
    """Evidence of both adds up."""
    torn = [Way((4,), -0.7, False, (0,)), Way((9,), -0.7, True)]
    chosen, shares = best_ways([torn], [columns_of("9")])
    assert chosen[0].text == (9,)
    assert shares[0] > 0.9
    clear = [Way((4,), -0.01, False, (0,)), Way((9,), -5.0, True)]
    blurred = columns_of("9")
    blurred[1, 4] = blurred[1, 9] = 0.45
    chosen, shares = best_ways([clear], [blurred])
    assert chosen[0].text == (4,)
    assert shares[0] > 0.9


def test_looks_at_all_scales_count() -> None:
    """Two that name one digit outweigh one that names another."""
    ways = [Way((4,), -0.7, False, (0,)), Way((9,), -0.7, True)]
    chosen, _ = best_ways([ways], [columns_of("9"), columns_of("4"), columns_of("4")])
    assert chosen[0].text == (4,)


@pytest.mark.parametrize("length", [3, 12])
def test_a_long_line_is_weighed_piece_by_piece(length: int) -> None:
    """More ways than are weighed at once, and each part comes out as if it were alone."""
    text = "4081736259"[:length].ljust(length, "3")
    parts = [
        [Way(((int(digit) + 1) % 10,), -0.7, False, (place,)), Way((int(digit),), -0.7, True), Way((), -3.0, False)]
        for place, digit in enumerate(text)
    ]
    assert (3**length > MAX_WAYS) == (length > 3)
    chosen, shares = best_ways(parts, [columns_of(text)])
    assert "".join(str(digit) for way in chosen for digit in way.text) == text
    assert all(0.9 < share <= 1 + 1e-9 for share in shares)


def test_a_reading_s_label_is_its_own_or_its_guess() -> None:
    """A doubtful one reads as that, if it does."""
    assert label_of(Reading(BOX, 4, 0.9)) == 4
    assert label_of(Reading(BOX, None, 0.4, guess=7)) == 7
