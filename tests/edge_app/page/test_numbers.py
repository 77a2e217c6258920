"""A line read digit by digit, and as a whole: what becomes of its digits."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_app.page.boxes import Box
from edge_app.page.candidates import connect
from edge_app.page.ink import InkMap
from edge_app.page.numbers import read_numbers
from edge_app.page.recognition import Reading

from ..fake_classifier import TallInk
from ..made_wholes import Named, Names

WIDTH, HEIGHT, STEP = 24, 60, 44
Ink = NDArray[np.uint8]


def bars(count: int, x: int = 150, y: int = 200, slant_deg: float = 0.0) -> list[Box]:
    """Boxes of as many digits in a line, left to right."""
    rise = math.tan(math.radians(slant_deg))
    return [(x + STEP * place, round(y + rise * STEP * place), WIDTH, HEIGHT) for place in range(count)]


def ink_of(*boxes: Box) -> Ink:
    """A page on which each of them is full of ink."""
    ink = np.zeros((480, 800), np.uint8)
    for x, y, width, height in boxes:
        ink[y : y + height, x : x + width] = 255
    return ink


def strip_of(*boxes: Box) -> Ink:
    """The same on an image that one line fills."""
    return ink_of(*boxes)[:290]


def read(
    readings: Sequence[Reading], ink: Ink, *names: Names, slant_deg: float = 0.0, spelled: Named | None = None
) -> list[Reading]:
    """What the readings become where the whole names these, in each line the same."""
    page_ink = InkMap(ink, np.full_like(ink, 60), 1.0, False)
    network = Named(*names) if spelled is None else spelled
    return read_numbers(readings, page_ink, connect(page_ink), network, TallInk(3), slant_deg)


def surely(text: str, boxes: Sequence[Box], confidence: float = 0.95) -> list[Reading]:
    """Readings of these digits."""
    return [Reading(box, int(digit), confidence) for digit, box in zip(text, boxes, strict=True)]


def labels(readings: Sequence[Reading]) -> list[int | None]:
    """From left to right."""
    return [reading.label for reading in sorted(readings, key=lambda reading: reading.box[0])]


def test_digits_that_both_name_stand_and_are_surer() -> None:
    """Two witnesses are more than one."""
    before = surely("408", bars(3), 0.8)
    after = read(before, ink_of(*bars(3)), "4", "0", "8")
    assert [(reading.box, reading.label, reading.guess) for reading in after] == [
        (reading.box, reading.label, None) for reading in before
    ]
    assert all(0.8 < reading.confidence <= 1 for reading in after)


def test_a_number_that_reads_plainly_is_not_looked_along() -> None:
    """On a page, each of its digits certain; one that is not, or is hardly believed, has the whole number looked at."""
    plain = surely("408", bars(3), 0.99)
    assert read(plain, ink_of(*bars(3)), "4", "0", "9") == plain
    for doubted in (replace(plain[2], confidence=0.8), replace(plain[2], belief=0.6)):
        after = read([*plain[:2], doubted], ink_of(*bars(3)), "4", "0", "8")
        assert labels(after) == [4, 0, 8]
        assert after[0].confidence > plain[0].confidence
    after = read(plain, strip_of(*bars(3)), "4", "0", "8")
    assert after[0].confidence > plain[0].confidence


def test_another_digit_that_the_whole_names_surely_is_taken() -> None:
    """Where the one reading was not sure; its box stays."""
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], 4, 0.6)]
    after = read(before, ink_of(*bars(3)), "4", "0", "9")
    assert labels(after) == [4, 0, 9]
    assert [reading.box for reading in after] == bars(3)
    assert after[2].confidence > 0.6


def test_what_is_uncertain_to_both_is_doubtful() -> None:
    """A guess stands there, not a digit that is as likely wrong."""
    torn = np.full(10, 0.01, np.float32)
    torn[4], torn[9] = 0.48, 0.44
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], 4, 0.48, probabilities=torn)]
    after = read(before, ink_of(*bars(3)), "4", "0", {9: 0.5, 4: 0.46})
    assert labels(after) == [4, 0, None]
    assert after[2].guess in {4, 9}
    assert after[2].confidence < 0.6


def test_a_doubtful_digit_that_the_whole_names_is_read() -> None:
    """It stood in a number's gap, and is one."""
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], None, 0.7, guess=8)]
    after = read(before, ink_of(*bars(3)), "4", "0", "8")
    assert labels(after) == [4, 0, 8]
    assert after[2].guess is None


def test_a_filler_that_the_whole_does_not_see_goes() -> None:
    """A dash read as 1 is in the text neither as a digit nor as a guess; its ink is refused."""
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], 1, 0.6)]
    after = read(before, strip_of(*bars(3)), "4", "0", "")
    assert labels(after) == [4, 0, None]
    assert (after[2].box, after[2].guess) == (bars(3)[2], None)


def test_on_a_page_no_digit_goes() -> None:
    """There the detector and the ink around have spoken for it, and the sequence reader misses a digit now and then."""
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], 1, 0.6)]
    after = read(before, ink_of(*bars(3)), "4", "0", "")
    assert labels(after) == [4, 0, 1]


def test_digits_far_apart_on_a_page_are_not_one_number() -> None:
    """Each stands in a cell of its own, and is as it was."""
    boxes = [(60 + 250 * place, 200, WIDTH, HEIGHT) for place in range(3)]
    before = surely("408", boxes)
    assert read(before, ink_of(*boxes), "9", "9", "9") == before


def test_what_the_whole_half_sees_is_doubtful() -> None:
    """It is rather none than that digit, but not so certainly that nothing marks it."""
    before = [*surely("40", bars(3)[:2]), Reading(bars(3)[2], 1, 0.6)]
    after = read(before, strip_of(*bars(3)), "4", "0", {1: 0.35})
    assert labels(after) == [4, 0, None]
    assert after[2].guess == 1


def test_a_sure_digit_does_not_go_because_the_whole_misses_it() -> None:
    """It stands, or is marked; it is never silently gone."""
    after = read(surely("408", bars(3), 0.99), ink_of(*bars(3)), "4", "0", {8: 0.2})
    assert after[2].label == 8 or after[2].guess == 8


def test_a_missed_digit_between_two_is_added_with_the_box_of_its_ink() -> None:
    """Refused before, its ink is refused no more; its crop is what the classifier would see."""
    left, middle, right = bars(3)
    before = [*surely("48", (left, right)), Reading(middle, None, 0.2)]
    after = read(before, ink_of(left, middle, right), "4", "0", "8")
    assert labels(after) == [4, 0, 8]
    added = after[-1]
    assert (added.box, added.label, added.guess) == (middle, 0, None)
    assert added.crop is not None
    assert added.crop.shape == (28, 28)


@pytest.mark.parametrize(("belief", "label"), [(0.01, None), (0.5, 0)])
def test_ink_that_was_hardly_believed_stays_refused_on_a_page(belief: float, label: int | None) -> None:
    """Print is refused so, and the whole reads print."""
    left, middle, right = bars(3)
    before = [*surely("48", (left, right)), Reading(middle, None, 0.9, belief=belief)]
    assert labels(read(before, ink_of(left, middle, right), "4", "0", "8")) == [4, label, 8]
    assert labels(read(before, strip_of(left, middle, right), "4", "0", "8")) == [4, 0, 8]


@pytest.mark.parametrize(("names", "expected"), [
    (("4", "0", "8"), [4, 0, 8]), (("4", {0: 0.7}, "8"), [4, None, 8]), (("4", {0: 0.7}, {8: 0.7}), [None, None, None]),
])  # fmt: skip
def test_a_strip_without_a_digit_is_read_as_a_whole(names: tuple[Names, ...], expected: list[int | None]) -> None:
    """Surely, or marked; a single sure digit is too little. On a page nothing is read from what nobody believes."""
    before = [Reading(box, None, 0.3, guess=int(digit), belief=0.4) for digit, box in zip("408", bars(3), strict=True)]
    after = read(before, strip_of(*bars(3)), *names)
    assert labels(after) == expected
    assert [reading.label if reading.guess is None else reading.guess for reading in after] == [4, 0, 8]
    assert all(reading.belief is not None and reading.belief <= 0.4 for reading in after)
    assert read(before, ink_of(*bars(3)), *names) == before


def test_ink_between_two_numbers_is_added_once() -> None:
    """Both reach it."""
    boxes, between = [(x, 200, WIDTH, HEIGHT) for x in (100, 144, 276, 320)], (210, 200, WIDTH, HEIGHT)
    before = [*surely("7777", boxes), Reading(between, None, 0.2)]
    after = read(before, ink_of(*boxes, between), "7", "7", "7")
    assert sorted(reading.box for reading in after) == sorted([*boxes, between])


def test_nothing_is_added_beside_a_single_digit() -> None:
    """Texture beside a false digit looks like more of it."""
    boxes = bars(3)
    before = surely("0", boxes[1:2])
    after = read(before, ink_of(*boxes), "4", "0", "8")
    assert [(reading.box, reading.label) for reading in after] == [(boxes[1], 0)]


def test_touching_digits_read_as_one_are_cut() -> None:
    """Each gets its own ink; the one reading is gone."""
    first, second, third = (130, 200, WIDTH, HEIGHT), (200, 200, WIDTH, HEIGHT), (240, 200, WIDTH, HEIGHT)
    ink = ink_of(first, second, third)
    cv2.line(ink, (210, 230), (250, 230), (255,), 5)
    before = [*surely("4", [first]), Reading((200, 200, 64, HEIGHT), 0, 0.5)]
    after = read(before, ink, "4", "08")
    assert labels(after) == [4, 0, 8]
    for reading, own in zip(after[1:], (second, third), strict=True):
        assert reading.box[0] == pytest.approx(own[0], abs=10)
        assert reading.box[0] + reading.box[2] == pytest.approx(own[0] + own[2], abs=12)
        assert (reading.box[1], reading.box[3]) == (200, HEIGHT)


def test_pieces_of_one_digit_are_put_together() -> None:
    """Two readings where the whole names one digit become that, with the ink of both."""
    first, left, right = (100, 200, WIDTH, HEIGHT), (160, 200, 18, HEIGHT), (170, 200, 20, HEIGHT)
    ink = strip_of(first, (160, 200, 30, HEIGHT))
    before = [*surely("4", [first]), Reading(left, 1, 0.4), Reading(right, 1, 0.4)]
    after = read(before, ink, "4", "0")
    assert labels(after) == [4, 0]
    assert after[-1].box == (160, 200, 30, HEIGHT)


def test_digits_of_another_line_are_not_read_twice() -> None:
    """A tail that reaches into a line is not its digit; without that reading it would be."""
    (left, right), below = (bars(3)[0], bars(3)[2]), (bars(3)[1][0], 244, WIDTH, HEIGHT)
    before, ink = surely("48", (left, right)), ink_of(left, below, right)
    both = read([*before, *surely("7", [below])], ink, "4", "7", "8")
    assert sorted((reading.box, reading.label) for reading in both) == sorted([(left, 4), (right, 8), (below, 7)])
    assert len(read(before, ink, "4", "7", "8")) == 3


@pytest.mark.parametrize("slant_deg", [-14.0, 12.0])
def test_a_slanted_line_is_read_along_its_slant(slant_deg: float) -> None:
    """Also what was missed in it; its box is upright, on its ink."""
    boxes = bars(5, slant_deg=slant_deg)
    readings = surely("4088", [*boxes[:2], *boxes[3:]])
    after = read(readings, ink_of(*boxes), "4", "0", "7", "8", "8", slant_deg=slant_deg)
    assert labels(after) == [4, 0, 7, 8, 8]
    assert np.allclose(after[-1].box, boxes[2], atol=4)


def test_a_line_of_doubtful_digits_alone_stays_as_it_is() -> None:
    """Nothing in it is believed, and a whole that names such ink is no reason to."""
    before = [Reading(box, None, 0.3, guess=1) for box in bars(3)]
    assert read(before, ink_of(*bars(3)), "1", "1", "1") == before


@given(
    st.lists(st.tuples(st.integers(0, 9), st.floats(0.3, 1.0)), max_size=5),
    st.lists(st.text("0123456789", max_size=2) | st.dictionaries(st.integers(0, 9), st.floats(0, 0.1)), max_size=6),
)
def test_whatever_the_whole_says_readings_are_well_formed(singles: list[tuple[int, float]], names: list[Names]) -> None:
    """Never label and guess at once, confidences in [0, 1], boxes with ink; no digit is more than once in its place."""
    boxes = bars(len(singles))
    before = [Reading(box, *single) for box, single in zip(boxes, singles, strict=True)]
    ink = ink_of(*bars(5))
    after = read(before, ink, *names)
    digits = [reading for reading in after if reading.label is not None or reading.guess is not None]
    assert all(reading.label is None or reading.guess is None for reading in after)
    assert all(0 <= reading.confidence <= 1 for reading in after)
    assert all(ink[y : y + height, x : x + width].any() for x, y, width, height in (each.box for each in digits))
    assert len({reading.box for reading in digits}) == len(digits)


def test_few_digits_on_a_slanted_page_may_be_level() -> None:
    """A page with eight digits shows its slant: then each line is looked along that alone, at each scale."""

    class Counted(Named):
        looks = 0

        def columns(self, strip: Ink) -> NDArray[np.float32]:
            Counted.looks += 1
            return super().columns(strip)

    for count, angles in ((4, 2), (8, 1)):
        boxes = bars(count, x=60)
        Counted.looks = 0
        read(surely("1" * count, boxes), ink_of(*boxes), slant_deg=3.0, spelled=Counted(*"7" * count))
        assert Counted.looks == 3 * angles
