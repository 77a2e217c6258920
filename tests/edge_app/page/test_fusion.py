"""Readings and detections together."""

import numpy as np

from edge_app.page.candidates import connect
from edge_app.page.detection import Detections
from edge_app.page.fusion import fuse, read_missed
from edge_app.page.ink import find_ink
from edge_app.page.recognition import Reading, look_at

from ..fake_classifier import TallInk
from ..made_detections import seen
from ..pages import blank, write

PAGE_INK = find_ink(write(write(blank(), "4", (60, 200), 80), "8", (300, 200), 80))
INK = connect(PAGE_INK)
# Boxes of the two digits, as the page has them.
FOUR, EIGHT = sorted((int(x), int(y), int(w), int(h)) for x, y, w, h, area in INK.stats[1:] if area > 50)


def fused(readings: list[Reading], found: Detections, fake: TallInk | None = None) -> list[Reading]:
    """The readings after fusion, the new ones last."""
    believed, missed, _ = fuse(readings, found, PAGE_INK, INK, strip=False)
    return believed + read_missed(missed, look_at([each.ink for each in missed.values()], fake or TallInk(8)), found)


def labels(readings: list[Reading], found: Detections, fake: TallInk | None = None) -> list[int | None]:
    """Their labels."""
    return [each.label for each in fused(readings, found, fake)]


def test_a_reading_that_the_detector_sees_stays() -> None:
    """Both ways agree."""
    assert labels([Reading(FOUR, 4, 0.99)], seen((FOUR, 0.8, 4))) == [4]


def test_a_reading_that_the_detector_does_not_see_is_refused() -> None:
    """However sure the classifier is: print and texture look like digits to it."""
    assert labels([Reading(FOUR, 4, 0.99)], seen((FOUR, 0.07, 4))) == [None]
    assert labels([Reading(FOUR, 4, 0.99)], seen()) == [None]


def test_a_clear_view_of_another_digit_overrules_a_doubtful_reading() -> None:
    """And not a sure one."""
    assert labels([Reading(FOUR, 9, 0.75)], seen((FOUR, 0.97, 4))) == [4]
    assert labels([Reading(FOUR, 9, 0.999)], seen((FOUR, 0.9, 4))) == [9]


def test_what_the_detector_alone_sees_is_read_from_its_ink() -> None:
    """Its box is that of the ink cut out; unsure on both sides, it is left out."""
    (new,) = fused([], seen((EIGHT, 0.9, 8)))
    assert new.label == 8
    assert abs(np.array(new.box) - EIGHT).max() < 12
    doubtful = seen((EIGHT, 0.9, 8))
    doubtful.probabilities[:] = 0.1
    assert labels([], doubtful, TallInk(8, 0.4)) == []
    assert labels([], seen((EIGHT, 0.4, 8))) == []


def test_an_occupied_place_gets_no_second_digit() -> None:
    """A detection that overlaps a reading which stays adds nothing; nor does one where there is no ink."""
    overlapping = (FOUR[0] + 12, FOUR[1], FOUR[2], FOUR[3])
    found = seen((FOUR, 0.9, 4), (overlapping, 0.8, 1), ((450, 300, 30, 50), 0.9, 7))
    assert labels([Reading(FOUR, 4, 0.99)], found) == [4]


def test_a_reading_of_two_digits_at_once_gives_way_to_both() -> None:
    """Ink that the classifier takes for one digit is two where the detector sees two."""
    left, right = FOUR, EIGHT
    both = (left[0], left[1], right[0] + right[2] - left[0], max(left[3], right[3]))
    found = seen((both, 0.5, 0), (left, 0.9, 8), (right, 0.9, 8))
    assert labels([Reading(both, 0, 0.99)], found, TallInk(8)) == [None, 8, 8]


def test_what_both_see_surely_is_not_refused_for_the_ink_around() -> None:
    """On a form some digits stand among much print; where hardly any ink is a digit, letters look like one."""
    print_around = [(20 + 26 * place, top, 22, 24) for top in (165, 237) for place in range(7)]
    digits = [(60 + 48 * place, 200, 18, 26) for place in range(3)]
    readings = [Reading(box, 4, 0.99) for box in digits] + [Reading(box, None, 0.3) for box in print_around]
    assert labels(readings, seen(*((box, 0.75, 4) for box in digits)))[:3] == [4, 4, 4]
    # Not if one of them is unsure, or sees another digit, or where nothing else around is a digit.
    assert labels(readings, seen(*((box, 0.69, 4) for box in digits)))[:3] == [None] * 3
    assert labels(readings, seen(*((box, 0.75, 9) for box in digits)))[:3] == [None] * 3
    alone = [readings[0], *readings[3:]]
    assert labels(alone, seen((digits[0], 0.75, 4)))[0] is None


def test_a_number_among_words_is_judged_by_itself() -> None:
    """Four digits close together, lines of letters close around: the letters' company does not refuse them."""
    number = [(200 + 22 * place, 200, 18, 26) for place in range(4)]
    letters = [(20 + 26 * place, top, 22, 24) for top in (125, 160, 242, 277) for place in range(18)]
    readings = [Reading(box, 4, 0.99) for box in number] + [Reading(box, None, 0.3) for box in letters]
    found = seen(*((box, 0.6, 4) for box in number))
    assert labels(readings, found)[:4] == [4] * 4
    # Three are a word's piece as well.
    assert labels(readings[1:], found)[:3] == [None] * 3
