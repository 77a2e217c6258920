"""Ranges of numbers as state machines."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_app.forms.machine import allows
from edge_app.forms.number import MAX_SYMBOLS, Range, number_of

BOUNDS = st.one_of(
    st.none(), st.decimals(-2000, 2000, places=2), st.decimals(-2, 2, places=1), st.integers(-50, 50).map(Decimal)
)
NUMBERS = st.one_of(
    st.from_regex(r"[+-]?[0-9]{1,5}([.,][0-9]{1,4})?", fullmatch=True, alphabet=st.sampled_from("0123456789+-.,")),
    # Near the smaller bounds.
    st.decimals(-2, 2, places=2).map("{:f}".format),
    st.text("0159+-., ", max_size=8),
)


@given(BOUNDS, BOUNDS, NUMBERS)
@example(Decimal("0.01"), None, "0")
@example(None, Decimal("12.5"), "12")
@example(Decimal("-0.5"), Decimal(0), "-0")
def test_a_range_allows_the_numbers_in_it(low: Decimal | None, high: Decimal | None, text: str) -> None:
    """And no text that is no number."""
    number = number_of(text)
    expected = number is not None and (low is None or number >= low) and (high is None or number <= high)
    assert allows(Range(low, high), text) == expected


@given(st.decimals(-2000, 2000, places=2), st.data())
def test_bounds_are_allowed_themselves(bound: Decimal, data: st.DataObject) -> None:
    """However many zeros stand before and behind them; the next number beyond is not."""
    zeros = data.draw(st.text("0", max_size=3))
    sign = "-" if bound < 0 else ""
    text = f"{sign}{zeros}{abs(bound):f}{zeros}"
    above, below = f"{bound + Decimal('0.001'):f}", f"{bound - Decimal('0.001'):f}"
    assert allows(Range(bound, bound), text)
    assert not allows(Range(None, bound), above)
    assert not allows(Range(bound, None), below)


@pytest.mark.parametrize("text", ["", "-", ".", "1.", ".5", "1.2.3", "1-", "--1", "X", "1:2", "1" * (MAX_SYMBOLS + 1)])
def test_no_numbers(text: str) -> None:
    """What is no number has no value."""
    assert number_of(text) is None


def test_numbers() -> None:
    """A comma is a point, thousands may stand apart, zero has no sign."""
    assert number_of("10 000,50") == Decimal("10000.5")
    assert number_of("-0") == 0
    assert allows(Range(Decimal(0), Decimal(0)), "-0.00")
