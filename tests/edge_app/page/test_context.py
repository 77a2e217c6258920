"""Digits and the company they keep."""

from edge_app.page.context import refuse_by_context
from edge_app.page.recognition import Reading


def reading(x: int, label: int | None, confidence: float = 0.9, y: int = 100, height: int = 40) -> Reading:
    """Ink of a usual size at a place."""
    return Reading((x, y, 25, height), label, confidence)


def labels(readings: list[Reading]) -> list[int | None]:
    """What is left of the labels."""
    return [each.label for each in refuse_by_context(readings)]


def test_a_number_stays_whole() -> None:
    """Digits among digits stay, also beside one refused piece of ink."""
    assert labels([reading(0, 4), reading(40, 0), reading(80, None, 0.3), reading(120, 1)]) == [4, 0, None, 1]


def test_a_digit_alone_stays() -> None:
    """Nothing around speaks against it; refused ink far away or of another size does not either."""
    around = [reading(400, None, 0.1), reading(50, None, 0.1, height=4)]
    assert labels([reading(0, 7), *around])[0] == 7


def test_a_letter_that_looks_like_a_digit_goes() -> None:
    """Among refused ink of its size it is not believed."""
    word = [reading(x, None, 0.1) for x in (0, 30, 60, 120)]
    assert labels([*word, reading(90, 5, 0.8)]) == [None] * 5


def test_nothing_is_nothing() -> None:
    """No readings, none kept."""
    assert refuse_by_context([]) == []


def test_a_lone_stroke_needs_company() -> None:
    """Where other ink is refused a single 1 may be any stroke; on a clean page, or in line with a number, it is a 1."""
    elsewhere = [reading(x, None, 0.1, y=900) for x in (0, 30, 60)]
    assert labels([reading(0, 1, 0.95), *elsewhere])[0] is None
    assert labels([reading(0, 1, 0.95)]) == [1]
    assert labels([reading(0, 4), reading(70, 1, 0.95)]) == [4, 1]
