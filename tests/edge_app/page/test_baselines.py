"""Where a line of digits runs."""

import math

import pytest

from edge_app.page.baselines import REACH, baseline


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
