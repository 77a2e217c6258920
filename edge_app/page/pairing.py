"""Digits that were read one by one beside those of the whole line: which of them are the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .recognition import Reading
from .spelling import Named
from .strip import Strip

# A digit of the whole is a reading's if its middle lies this near to that one's, in halves of its width; what has no
# partner costs this.
MAX_OFF, APART = 1.3, 0.7
MIN_HALF_PX = 3.0
# In readings and digits of the whole, by index.
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Part:
    """A piece of a line.

    Attributes:
        readings: indices of the readings in it.
        named: what the whole has in their place.
    """

    readings: tuple[int, ...]
    named: tuple[Named, ...]


def parts_of(members: Sequence[int], readings: Sequence[Reading], named: Sequence[Named], strip: Strip) -> list[Part]:
    """Readings and digits of the whole in the order of the line, those in the same place together.

    Args:
        members: indices of the line's readings.
        readings: of the page.
        named: what the sequence reader names along the line.
        strip: where it names them.
    """
    places = strip.places([readings[index].box for index in members]).tolist()
    placed = sorted((x, max(half, MIN_HALF_PX), index) for (x, _, half), index in zip(places, members, strict=True))
    halves = {index: (x, half) for x, half, index in placed}
    joined: list[Part] = []
    for one, other in matched([(x, half) for x, half, _ in placed], [each.x for each in named]):
        single = () if one is None else (placed[one][2],)
        part = Part(single, () if other is None else (named[other],))
        if joined and _belongs(joined[-1], part, halves):
            joined[-1] = Part(joined[-1].readings + part.readings, joined[-1].named + part.named)
        else:
            joined.append(part)
    return joined


def _belongs(before: Part, part: Part, halves: dict[int, tuple[float, float]]) -> bool:
    """Whether two neighbours are one piece: without partners on the same side, or in the same ink."""
    if _paired(before) and _paired(part):
        return False
    if not _paired(before) and not _paired(part):
        return True
    return any(
        abs(each.x - halves[index][0]) <= halves[index][1]
        for one, other in ((before, part), (part, before))
        for index in one.readings
        for each in other.named
    )


def _paired(part: Part) -> bool:
    return len(part.readings) == len(part.named)


def matched(places: Sequence[tuple[float, float]], named: Sequence[float]) -> list[Pair]:
    """Pairs in the order of the line, None where one has no partner: the cheapest alignment.

    Args:
        places: middle and half the width of each reading on the strip, in pixels.
        named: middles of the digits of the whole.
    """
    rows, columns = len(places), len(named)
    cost = np.zeros((rows + 1, columns + 1))
    cost[:, 0], cost[0, :] = np.arange(rows + 1) * APART, np.arange(columns + 1) * APART
    # Of each cell whether it was reached with both, with the reading alone, or with the whole's digit alone.
    step = np.zeros((rows + 1, columns + 1), int)
    step[1:, 0], step[0, 1:] = 1, 2
    for row in range(1, rows + 1):
        x, half = places[row - 1]
        for column in range(1, columns + 1):
            off = abs(named[column - 1] - x) / half
            both = cost[row - 1, column - 1] + (off if off <= MAX_OFF else np.inf)
            options = (both, cost[row - 1, column] + APART, cost[row, column - 1] + APART)
            step[row, column] = int(np.argmin(options))
            cost[row, column] = min(options)
    pairs: list[Pair] = []
    row, column = rows, columns
    while row or column:
        kind = step[row, column]
        row, column = row - (kind != 2), column - (kind != 1)
        pairs.append((row if kind != 2 else None, column if kind != 1 else None))
    return pairs[::-1]
