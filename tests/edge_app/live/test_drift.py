"""Whether digits are read with more doubt than usual."""

import pytest

from edge_app.live.drift import LEAST, USUAL_SHARE, WINDOW, DriftMonitor
from edge_app.page.boxes import Box
from edge_app.page.result import Digit, Line, Page

BOX = (0, 0, 200, 40)


def page(*confidences: float, refused: tuple[Box, ...] = ()) -> Page:
    """A number in BOX."""
    digits = tuple(Digit(1, confidence, (20 * at, 5, 15, 30)) for at, confidence in enumerate(confidences))
    return Page((Line(digits),), 640, 480, refused)


def test_nothing_told_is_no_drift() -> None:
    """Nor is it at the start with another model, whose own usual share counts."""
    monitor = DriftMonitor()
    assert (monitor.now().digits, monitor.now().usual, monitor.now().alarm) == (0, USUAL_SHARE, False)
    monitor.add(BOX, page(0.5))
    monitor.model_changed({"doubtful_percent": 3.5})
    assert (monitor.now().digits, monitor.now().usual) == (0, 0.035)


@pytest.mark.parametrize("percent", [None, "much", float("nan"), float("inf"), -1])
def test_a_share_that_is_none_counts_as_not_given(percent: object) -> None:
    """NaN would be no JSON."""
    monitor = DriftMonitor()
    monitor.model_changed({"doubtful_percent": percent})
    assert monitor.now().usual == USUAL_SHARE


def test_the_alarm_goes_off_when_enough_digits_are_doubtful() -> None:
    """Not at a few, not at the usual share, and it ends when all is well again."""
    monitor = DriftMonitor()
    for _ in range(LEAST // 5 - 1):
        monitor.add(BOX, page(0.99, 0.99, 0.99, 0.6, 0.99))
    assert not monitor.now().alarm
    monitor.add(BOX, page(0.99, 0.99, 0.99, 0.6, 0.99))
    assert monitor.now().alarm
    assert monitor.now().share == 0.2
    for _ in range(WINDOW):
        monitor.add(BOX, page(0.99))
    assert (monitor.now().alarm, monitor.now().share, monitor.now().digits) == (False, 0.0, WINDOW)


def test_refused_ink_within_a_number_counts() -> None:
    """Of a digit's height; specks and what lies elsewhere do not, nor do other numbers' digits."""
    monitor = DriftMonitor()
    monitor.add(BOX, page(0.99, refused=((100, 5, 15, 30), (120, 30, 4, 4), (100, 200, 15, 30))))
    assert (monitor.now().digits, monitor.now().share) == (2, 0.5)
    monitor.add((0, 300, 200, 40), page(0.5))
    assert monitor.now().digits == 2
