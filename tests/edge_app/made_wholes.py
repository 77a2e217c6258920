"""A sequence reader without a model: what it names on a strip is given, by where ink stands there."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from edge_app.page.ink import Grey

# What a name is probable, and what any other digit is then, and where nothing stands.
SURE, ELSE = 0.99, 1e-4
# Ink of digits stands in these rows of a strip, and is at least this dark.
ROWS, DARK = slice(STRIP_PX // 4, 3 * STRIP_PX // 4), 100

# Digits of one piece of ink, surely; or probabilities of one digit, the rest speaking for none.
Names = str | Mapping[int, float]


class Named:
    """Names pieces of ink along a strip.

    Args:
        names: of each piece, from left to right; "" for one that is no digit; ink beyond them is none either.
    """

    width_px = 512

    def __init__(self, *names: Names) -> None:
        self._names = names

    def columns(self, strip: Grey) -> NDArray[np.float32]:
        """Each digit in one column; several of one piece are spread evenly over it."""
        columns = np.tile(_probabilities({}), (self.width_px // COLUMN_PX, 1))
        inked = np.flatnonzero(np.diff((strip[ROWS] > DARK).any(axis=0), prepend=False, append=False))
        for names, (start, end) in zip(self._names, inked.reshape(-1, 2), strict=False):
            each = [{int(digit): SURE} for digit in names] if isinstance(names, str) else [names]
            for place, probabilities in enumerate(each):
                x = start + (end - start) * (2 * place + 1) / (2 * len(each))
                columns[int(x) // COLUMN_PX] = _probabilities(probabilities)
        return columns


def _probabilities(of_digits: Mapping[int, float]) -> NDArray[np.float32]:
    """Of all digits and of none, float32 (11,), sum 1."""
    column = np.full(BLANK + 1, ELSE, np.float32)
    for digit, share in of_digits.items():
        column[digit] = share
    column[BLANK] = 1 - column[:BLANK].sum()
    return column
