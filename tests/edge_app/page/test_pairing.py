"""Readings and digits of the whole that are the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_app.page.pairing import MAX_OFF, matched, parts_of
from edge_app.page.recognition import Reading
from edge_app.page.spelling import Named
from edge_app.page.strip import Strip

PLACES = st.lists(st.tuples(st.floats(0, 200), st.floats(3, 12)), max_size=8).map(sorted)
NAMED = st.lists(st.floats(0, 200), max_size=8).map(sorted)
# Pixels of the strip are those of the page.
LEVEL = Strip(np.zeros((32, 200), np.uint8), np.eye(2, 3))


def read_at(*middles: int, width: int = 10) -> list[Reading]:
    """Readings as wide as that."""
    return [Reading((x - width // 2, 6, width, 20), 1, 0.9) for x in middles]


def named_at(*middles: float) -> list[Named]:
    """Digits of the whole."""
    return [Named(x, np.full(10, 0.1, np.float32)) for x in middles]


def parts(readings: list[Reading], *middles: float) -> list[tuple[tuple[int, ...], list[float]]]:
    """Readings and places of the whole's digits in each part."""
    found = parts_of(range(len(readings)), readings, named_at(*middles), LEVEL)
    return [(part.readings, [each.x for each in part.named]) for part in found]


@given(PLACES, NAMED)
def test_all_are_there_once_in_the_order_of_the_line(places: list[tuple[float, float]], named: list[float]) -> None:
    """Whatever lies where."""
    pairs = matched(places, named)
    assert [one for one, _ in pairs if one is not None] == list(range(len(places)))
    assert [other for _, other in pairs if other is not None] == list(range(len(named)))
    assert (None, None) not in pairs


@given(PLACES, NAMED)
def test_pairs_lie_near_each_other(places: list[tuple[float, float]], named: list[float]) -> None:
    """In halves of the reading's width."""
    for one, other in matched(places, named):
        if one is not None and other is not None:
            assert abs(places[one][0] - named[other]) <= MAX_OFF * places[one][1]


@given(PLACES)
def test_what_lies_in_the_same_places_is_paired(places: list[tuple[float, float]]) -> None:
    """Each with its own."""
    middles = [x for x, _ in places]
    pairs = matched(places, middles)
    assert all(one is not None and other is not None and middles[one] == middles[other] for one, other in pairs)


def test_the_nearer_one_is_the_partner() -> None:
    """Of two digits near a reading."""
    assert matched([(50.0, 8.0)], [43.0, 51.0]) == [(None, 0), (0, 1)]


def test_digits_in_the_same_places_are_parts_each() -> None:
    """From left to right, whatever the order in which they were read."""
    assert parts(read_at(70, 20, 45), 21, 44, 70) == [((1,), [21]), ((2,), [44]), ((0,), [70])]


def test_two_digits_in_one_reading_are_one_part() -> None:
    """One of them would pair, and the other be alone."""
    assert parts(read_at(20, 60, width=24), 20, 54, 66) == [((0,), [20]), ((1,), [54, 66])]


def test_two_readings_of_one_digit_are_one_part() -> None:
    """As the pieces of a broken 5."""
    assert parts(read_at(20, 60, 68), 20, 63) == [((0,), [20]), ((1, 2), [63])]


def test_what_one_side_alone_has_is_a_part() -> None:
    """A missed digit, and a filler."""
    assert parts(read_at(20, 90), 20, 55, 90) == [((0,), [20]), ((), [55]), ((1,), [90])]
    assert parts(read_at(20, 55, 90), 20, 90) == [((0,), [20]), ((1,), []), ((2,), [90])]


@given(st.lists(st.integers(10, 190), max_size=6, unique=True), NAMED)
def test_no_part_loses_anything(middles: list[int], named: list[float]) -> None:
    """Every reading and every digit of the whole is in exactly one part."""
    found = parts(read_at(*middles), *named)
    assert sorted(index for readings, _ in found for index in readings) == list(range(len(middles)))
    assert [x for _, own in found for x in own] == named
