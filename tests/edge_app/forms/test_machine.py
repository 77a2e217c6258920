"""Rules as state machines that are followed together."""

from decimal import Decimal

from edge_app.forms.machine import Together, allows, allows_something
from edge_app.forms.number import Range
from edge_app.forms.pattern import compile_pattern

TWO_DIGITS = compile_pattern("[0-9]{2}")


def test_together_they_allow_what_each_allows() -> None:
    """None of them is asked for more than it is alone; no rules at all allow everything."""
    both = Together((TWO_DIGITS, Range(Decimal(7), Decimal(12))))
    texts = [f"{number:02d}" for number in range(100)]
    assert [text for text in texts if allows(both, text)] == texts[7:13]
    assert not allows(both, "7")
    assert allows(Together(()), "1?2")


def test_whether_anything_is_allowed() -> None:
    """Found out if that takes few states; else it may be."""
    none = Together((TWO_DIGITS, Range(Decimal(100), None)))
    assert allows_something(Together((TWO_DIGITS, Range(Decimal(99), None))), "0123456789", 100)
    assert not allows_something(none, "0123456789", 1000)
    assert not allows_something(TWO_DIGITS, "", 1000)
    assert allows_something(none, "0123456789", 3)
