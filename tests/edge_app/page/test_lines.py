"""Lines and reading order."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.page.boxes import Box
from edge_app.page.lines import arrange, find_slant, lines_of
from edge_app.page.result import Digit


def row(text: str, x: float, y: float, step: float = 30, height: int = 40, angle_deg: float = 0) -> list[Digit]:
    """Digits in a straight line, `step` pixels apart."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return [
        Digit(int(label), 0.9, (round(x + i * step * cos), round(y + i * step * sin), 20, height))
        for i, label in enumerate(text)
    ]


def texts(digits: list[Digit]) -> list[str]:
    """What each line reads."""
    return [line.text for line in arrange(digits)]


def test_top_to_bottom_and_left_to_right() -> None:
    """Order does not depend on the order in which digits were found."""
    digits = row("123", 10, 10) + row("45", 10, 100) + row("6789", 10, 190)
    assert texts(digits[::-1]) == ["123", "45", "6789"]


def test_a_wide_gap_makes_two_lines() -> None:
    """Two numbers side by side are two lines, a phone number's gaps are not."""
    assert texts(row("020", 0, 0) + row("8783", 150, 0)) == ["0208783"]
    assert texts(row("12", 0, 0) + row("34", 400, 3) + row("56", 0, 80)) == ["12", "34", "56"]


def test_a_small_zero_stays_in_its_line() -> None:
    """Digits of one line may differ in size and sit at other heights."""
    digits = [Digit(7, 0.9, (0, 0, 20, 60)), Digit(0, 0.9, (30, 20, 15, 18)), Digit(9, 0.9, (55, 10, 20, 50))]
    assert texts(digits) == ["709"]


@pytest.mark.parametrize("angle_deg", [-41, -14, 5, 25, 45])
def test_slanted_lines(angle_deg: int) -> None:
    """Lines that run up or down hill are followed."""
    down = 90 / math.cos(math.radians(angle_deg))
    digits = row("12345", 200, 500, angle_deg=angle_deg) + row("67890", 200, 500 + down, angle_deg=angle_deg)
    assert find_slant([digit.box for digit in digits]) == pytest.approx(angle_deg, abs=6)
    assert texts(digits) == ["12345", "67890"]


def test_cells_of_a_form_are_level() -> None:
    """Two digits in each cell, the next cell's as far below as the neighbour's is away."""
    boxes = [
        (x + 26 * place, y + 4 * ((x + y + place) % 3), 20, 34)
        for x in (100, 190, 280)
        for y in range(100, 700, 90)
        for place in range(2)
    ]
    assert find_slant(boxes) == 0.0


def test_nothing_gives_no_lines() -> None:
    """No digits, no lines."""
    assert arrange([]) == ()


def test_boxes_come_by_line_as_their_indices() -> None:
    """Whatever their order: lines from top to bottom, each from left to right."""
    boxes = [(70, 100, 20, 40), (10, 12, 20, 40), (40, 10, 20, 40), (10, 103, 20, 40)]
    assert lines_of(boxes, 0.0) == [[1, 2], [3, 0]]
    assert lines_of([], 0.0) == []


@pytest.mark.parametrize("slant_deg", [-30, 20])
def test_lines_run_along_the_slant_that_is_given(slant_deg: float) -> None:
    """It is not looked for: along another, the same boxes are other lines."""
    boxes = [digit.box for digit in row("12345", 200, 500, 45, angle_deg=slant_deg)]
    assert lines_of(boxes, slant_deg) == [[0, 1, 2, 3, 4]]
    assert len(lines_of(boxes, -slant_deg)) > 1


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 400), st.integers(1, 60), st.integers(1, 80)), max_size=20),
    st.floats(-50, 50),
)
def test_every_box_is_in_one_line(boxes: list[Box], slant_deg: float) -> None:
    """None is lost, and none stands twice."""
    lines = lines_of(boxes, slant_deg)
    assert sorted(index for line in lines for index in line) == list(range(len(boxes)))
    assert all(lines)
