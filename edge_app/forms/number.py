"""What a field's text is as a number, and ranges as state machines."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .machine import DIGITS

# Thousands may stand apart; a comma is a point.
SYMBOLS = frozenset(DIGITS + "+-., ")
MAX_SYMBOLS = 100
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")

# Where a number is being read: before it, behind its sign, in its whole part, behind its point, in its fraction.
_BEFORE, _SIGNED, _WHOLE, _POINT, _FRACTION = range(5)
# Place, negative, digits read in this part, how the number compares so far with the lower and the upper bound.
State = tuple[int, bool, int, int, int]


def number_of(text: str) -> Decimal | None:
    """The number that a text is, or None if it is none, or absurdly long: "4081", "-12,5", "10 000"."""
    if len(text) > MAX_SYMBOLS:
        return None
    bare = text.replace(" ", "")
    return Decimal(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


@dataclass(frozen=True)
class _Bound:
    """One end of a range, taken apart: without zeros before the whole part and behind the fraction."""

    whole: str
    fraction: str
    negative: bool

    @classmethod
    def of(cls, number: Decimal) -> "_Bound":
        whole, _, fraction = format(abs(number), "f").partition(".")
        return cls(whole.lstrip("0"), fraction.rstrip("0"), number < 0)

    def after_whole(self, compared: int, read: int, digit: str) -> int:
        return compared or (_sign(int(digit) - int(self.whole[read])) if read < len(self.whole) else 0)

    def after_fraction(self, compared: int, read: int, digit: str) -> int:
        return compared or _sign(int(digit) - (int(self.fraction[read]) if read < len(self.fraction) else 0))

    def settled(self, compared: int, read: int) -> int:
        """How the whole part compares once all its digits are read: a longer one is larger."""
        return _sign(read - len(self.whole)) or compared

    def at_end(self, state: State, compared: int) -> int:
        """How the number compares with this bound if it ends here: -1, 0 or 1."""
        place, negative, read = state[:3]
        size, read = (self.settled(compared, read), 0) if place == _WHOLE else (compared, read)
        # As large as far as it goes, where the bound goes on.
        if size == 0 and read < len(self.fraction):
            size = -1
        # Zero has no sign: -0 is as large as 0.
        if negative != self.negative and (self.negative or self.whole or self.fraction):
            return -1 if negative else 1
        return -size if negative else size


@dataclass(frozen=True)
class Range:
    """A Machine for the numbers from `low` to `high`, both allowed; None is no bound."""

    low: Decimal | None = None
    high: Decimal | None = None

    @cached_property
    def _bounds(self) -> tuple[_Bound, _Bound]:
        # No bound is never asked at the end, but compared on the way.
        return _Bound.of(self.low or Decimal(0)), _Bound.of(self.high or Decimal(0))

    @property
    def start(self) -> State:
        """The state before the first symbol."""
        return _BEFORE, False, 0, 0, 0

    def step(self, state: State, symbol: str) -> State | None:
        """The state after one more symbol, or None if no number begins like this."""
        place, negative, read, low, high = state
        if symbol == " ":
            return state
        if symbol in "+-":
            return (_SIGNED, symbol == "-", 0, 0, 0) if place == _BEFORE else None
        if symbol in ".,":
            if place != _WHOLE:
                return None
            lower, upper = self._bounds
            return _POINT, negative, 0, lower.settled(low, read), upper.settled(high, read)
        if symbol not in DIGITS:
            return None
        return self._digit(state, symbol)

    def _digit(self, state: State, digit: str) -> State:
        place, negative, read, low, high = state
        lower, upper = self._bounds
        if place in (_POINT, _FRACTION):
            longest = max(len(lower.fraction), len(upper.fraction))
            low, high = lower.after_fraction(low, read, digit), upper.after_fraction(high, read, digit)
            return _FRACTION, negative, min(read + 1, longest), low, high
        if read == 0 and digit == "0":
            return _WHOLE, negative, 0, low, high
        longest = max(len(lower.whole), len(upper.whole)) + 1
        low, high = lower.after_whole(low, read, digit), upper.after_whole(high, read, digit)
        return _WHOLE, negative, min(read + 1, longest), low, high

    def accepts(self, state: State) -> bool:
        """Whether it is a number in the range if it ends here."""
        place, _, _, low, high = state
        lower, upper = self._bounds
        return (
            place in (_WHOLE, _FRACTION)
            and (self.low is None or lower.at_end(state, low) >= 0)
            and (self.high is None or upper.at_end(state, high) <= 0)
        )


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)
