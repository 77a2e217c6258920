"""What people write in numbers."""

import numpy as np

Random = np.random.Generator
_BETWEEN, _AFTER, _BEFORE = (
    ".,.,-/: '",
    ["-", "=", ".-", "=", "#", "~", "*", ".", ",", "--", "==", "=-"],
    ["=", "#", "-", "x", "*", "$"],
)


def any_text(random: Random, most: int = 9) -> str:
    """Amounts, dates, times, prices, plain digits: of digits, spaces and signs."""
    kind = random.random()
    count = int(min(most, 1 + random.binomial(9, 0.42)))
    digits = "".join(str(digit) for digit in random.integers(0, 10, count))
    if kind < 0.3 and count > 2:  # round amounts
        zeros = int(random.integers(1, count))
        digits = digits[: count - zeros] + "0" * zeros
    if kind < 0.5 and count > 3:
        digits = _in_thousands(digits, str(random.choice(list(".,.' "))))
    elif kind < 0.62 and count > 2:
        at = int(random.integers(1, count))
        digits = digits[:at] + str(random.choice(list(_BETWEEN))) + digits[at:]
    elif kind < 0.66 and count > 4:
        sign = str(random.choice(list("./-:")))
        digits = f"{digits[:2]}{sign}{digits[2:4]}{sign}{digits[4:]}"
    if random.random() < 0.22:
        digits += str(random.choice(_AFTER))
    if random.random() < 0.1:
        digits = str(random.choice(_BEFORE)) + digits
    return digits.replace("'", " ")


def _in_thousands(digits: str, sign: str) -> str:
    parts: list[str] = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return sign.join([digits, *parts])
