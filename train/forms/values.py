"""Values that a field's pattern and checksum allow."""

import re

import numpy as np

Random = np.random.Generator
# One digit or a class of them, once, n times, or m to n times.
_PART = re.compile(r"(\[[0-9-]+\]|[0-9])(?:\{(\d+)(?:,(\d+))?\})?")
_RANGE = re.compile(r"(\d)-(\d)|(\d)")


def value_for(pattern: str, random: Random, checksum: str = "none") -> str:
    """A random value.

    Args:
        pattern: digits and classes of digits, each with {n} or {m,n} or without: "[1-9][0-9]{0,3}".
        random: of the choice.
        checksum: "none", or "luhn" or "ean", which set the last digit.

    Raises:
        ValueError: another pattern or checksum.
    """
    if checksum not in CHECK_DIGITS and checksum != "none":
        raise ValueError(f"expected none or one of {sorted(CHECK_DIGITS)}, got checksum {checksum!r}")
    value, at = "", 0
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if part is None:
            raise ValueError(f"expected digits and classes such as [0-9]{{1,3}}, got {pattern!r} from {pattern[at:]!r}")
        least, most = int(part[2] or 1), int(part[3] or part[2] or 1)
        value += "".join(random.choice(_digits(part[1]), int(random.integers(least, most + 1))))
        at = part.end()
    return value if checksum == "none" else value[:-1] + str(CHECK_DIGITS[checksum](value[:-1]))


def _digits(part: str) -> list[str]:
    found = []
    for low, high, alone in _RANGE.findall(part):
        found += [alone] if alone else [str(digit) for digit in range(int(low), int(high) + 1)]
    return found


def _luhn(digits: str) -> int:
    """The check digit of ISO/IEC 7812: from the right, every other digit is doubled, and its digits added up."""
    doubled = (int(digit) * (1 + (place % 2 == 0)) for place, digit in enumerate(reversed(digits)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def _ean(digits: str) -> int:
    """The check digit of a GTIN: from the right, weights 3, 1, 3, 1."""
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10


CHECK_DIGITS = {"luhn": _luhn, "ean": _ean}
