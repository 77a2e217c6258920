"""Check digits as state machines: they read a number from left to right without knowing how long it will be.

Spaces and hyphens between digits do not count. Each scheme finds every single wrong digit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .machine import DIGITS, allows

IGNORED = "- "
# How many digits have been read, and what is carried.
State = tuple[int, int, int]


@dataclass(frozen=True)
class Checksum:
    """A Machine for the numbers whose check digits are right.

    Attributes:
        name: as forms write it.
        length_text: how many digits it is made for, in words.
        counted: the symbols that are its digits.
    """

    name: str
    length_text: str
    counted: str
    _after: Callable[[State, str], State | None]
    _right: Callable[[State], bool]

    @property
    def start(self) -> State:
        """The state before the first symbol."""
        return 0, 0, 0

    def step(self, state: State, symbol: str) -> State | None:
        """The state after one more symbol, or None if no right number begins like this."""
        if symbol in IGNORED:
            return state
        return self._after(state, symbol) if symbol in self.counted else None

    def accepts(self, state: State) -> bool:
        """Whether the number is right and long enough if it ends here."""
        return self._right(state)

    def valid(self, text: str) -> bool:
        """Whether a whole text is a number with right check digits."""
        return allows(self, text)


def _luhn_after(state: State, symbol: str) -> State:
    # Which digits are doubled is known at the end only: both sums are carried, and change places with each digit.
    read, plain, doubled = state
    digit = int(symbol)
    twice = digit * 2 - 9 if digit > 4 else digit * 2
    return min(read + 1, 2), (doubled + digit) % 10, (plain + twice) % 10


def _mod97_after(state: State, symbol: str) -> State:
    return min(state[0] + 1, 3), (state[1] * 10 + int(symbol)) % 97, 0


def _ean_after(state: State, symbol: str) -> State | None:
    # Weights 1 and 3 from the right, so that both sums are carried, as for luhn.
    read, once, thrice = state
    return None if read == 13 else (read + 1, (thrice + int(symbol)) % 10, (once + 3 * int(symbol)) % 10)


def _isbn_after(state: State, symbol: str) -> State | None:
    """The sum of ISBN-10 (weights 10 to 1, modulo 11) and, from 978 or 979, that of ISBN-13 (1 and 3, modulo 10)."""
    read, ten, thirteen = state
    if symbol == "X":
        # Ten, and the end of an ISBN-10. The number is read as 14 long, which nothing follows.
        return (14, (ten + 10) % 11, 0) if read == 9 else None
    if read >= 13 or (read == 10 and thirteen < 0):
        return None
    digit = int(symbol)
    # A book's number of 13 digits begins with 978 or 979; -1 is one that does not.
    if thirteen >= 0 and (read >= 3 or symbol in ("9", "7", "89")[read]):
        thirteen = (thirteen + digit * (3 if read % 2 else 1)) % 10
    else:
        thirteen = -1
    return read + 1, (ten + digit * (10 - read)) % 11 if read < 10 else 0, thirteen


def _isbn_right(state: State) -> bool:
    read, ten, thirteen = state
    return (read in (10, 14) and ten == 0) or (read == 13 and thirteen == 0)


CHECKSUMS: Mapping[str, Checksum] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (
            # ISO/IEC 7812-1, annex B.
            Checksum("luhn", "2 or more", DIGITS, _luhn_after, lambda state: state[0] == 2 and state[1] == 0),
            # ISO/IEC 7064, MOD 97-10: two check digits at the end.
            Checksum("mod97", "3 or more", DIGITS, _mod97_after, lambda state: state[0] == 3 and state[1] == 1),
            # ISO 2108: 10 digits, the last maybe X, or 13.
            Checksum("isbn", "10 or 13", DIGITS + "X", _isbn_after, _isbn_right),
            # ISO/IEC 15420.
            Checksum("ean", "8 or 13", DIGITS, _ean_after, lambda s: s[0] in (8, 13) and s[1] == 0),
        )
    }
)
