"""Where a line of digits runs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.page.baselines import FARTHEST, REACH, REACH_BEYOND, baseline, lengthened
from edge_app.page.boxes import Box
from edge_app.page.strip import Baseline


def test_a_baseline_runs_through_the_middles() -> None:
    """From a reach before the first digit to one behind the last, at half the digits' height."""
    line = baseline([(10, 100, 14, 20), (30, 100, 14, 20), (50, 100, 14, 20)], 0.0)
    assert line.height == 20
    assert line.start == pytest.approx((10 - REACH * 20, 110))
    assert line.length == pytest.approx(54 + 2 * REACH * 20)


def test_many_digits_show_their_own_line() -> None:
    """Ten digits that rise do so whatever the page's slant is."""
    boxes = [(20 * i, 200 - 4 * i, 14, 20) for i in range(10)]
    assert baseline(boxes, 0.0).angle_rad == pytest.approx(-math.atan2(4, 20), abs=0.01)


def test_a_single_digit_takes_the_slant_of_the_page() -> None:
    """It shows none itself."""
    assert baseline([(0, 0, 14, 20)], 0.2).angle_rad == 0.2


# A level line from x = 100 to 300 at y = 50, of digits 20 pixels high.
LINE = Baseline((100.0, 50.0), 0.0, 200.0, 20.0)


def ends(line: Baseline) -> tuple[float, float]:
    """Where a level line begins and ends."""
    assert line.angle_rad == 0
    return line.start[0], line.start[0] + line.length


def test_ink_beside_a_line_lengthens_it_at_both_ends() -> None:
    """A bit beyond it, and from one piece to the next."""
    before, after, next_after = (85, 40, 10, 20), (305, 42, 10, 18), (325, 40, 12, 20)
    assert ends(lengthened(LINE, [before])) == pytest.approx((85 - REACH_BEYOND * 20, 300))
    longer = lengthened(LINE, [next_after, before, after])
    assert ends(longer) == pytest.approx((85 - REACH_BEYOND * 20, 337 + REACH_BEYOND * 20))
    assert (longer.height, longer.start[1]) == (20, 50)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((325, 40, 10, 20), id="far"),
        pytest.param((305, 65, 10, 20), id="off the line"),
        pytest.param((305, 47, 10, 5), id="a dot"),
        pytest.param((305, 20, 10, 60), id="too high"),
        pytest.param((305, 40, 130, 20), id="too wide"),
        pytest.param((150, 40, 10, 20), id="within"),
    ],
)
def test_what_does_not_continue_a_line_leaves_it(other: Box) -> None:
    """It ends where its digits do."""
    assert ends(lengthened(LINE, [other])) == pytest.approx((100, 300))


def test_a_line_does_not_run_away_with_its_texture() -> None:
    """However much ink goes on, it ends some heights from its digits."""
    row = [(x, 40, 10, 20) for x in range(-900, 1300, 20)]
    assert ends(lengthened(LINE, row)) == pytest.approx((100 - FARTHEST * 20, 300 + FARTHEST * 20))


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 120), st.integers(1, 90), st.integers(1, 60)), max_size=9),
    st.floats(-0.8, 0.8),
)
def test_a_line_only_grows_along_itself(others: list[Box], angle_rad: float) -> None:
    """Its former part lies in it, and the order of the ink does not matter."""
    line = Baseline((200.0, 60.0), angle_rad, 100.0, 20.0)
    longer = lengthened(line, others)
    assert (longer.angle_rad, longer.height) == (line.angle_rad, line.height)
    moved = line.start[0] - longer.start[0], line.start[1] - longer.start[1]
    along = moved[0] * math.cos(angle_rad) + moved[1] * math.sin(angle_rad)
    across = moved[1] * math.cos(angle_rad) - moved[0] * math.sin(angle_rad)
    assert across == pytest.approx(0, abs=1e-6)
    assert -1e-6 <= along <= FARTHEST * 20 + 1e-6
    assert longer.length >= along + line.length - 1e-6
    assert lengthened(line, others[::-1]) == longer
