"""A look along a line of digits: what the sequence reader sees on its strip, at several scales and in variants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from .baselines import baseline, lengthened
from .boxes import Box
from .ink import Grey
from .spelling import ColumnNetwork, Named, read_columns, spell
from .strip import Strip, cut_strip, variants

# Heights of digits are known roughly: the strip is read as if they were this many times as high.
SCALES = (1.0, 0.86, 1.16)
# One look is enough where it names just the digits that were read, each with this confidence.
ENOUGH = 0.8


@dataclass(frozen=True)
class LineLook:
    """What the sequence reader sees along a line.

    Attributes:
        strip: at the scale that reads most surely.
        columns: there, float32 (T, 11).
        named: the digits that they name.
        looks: the columns at each scale, and of the strip's variants where it was looked at closely.
    """

    strip: Strip
    columns: NDArray[np.float32]
    named: list[Named]
    looks: tuple[NDArray[np.float32], ...]


def look_along(
    digits: Sequence[Box], others: Sequence[Box], foreign: Sequence[Box], ink: Grey, network: ColumnNetwork,
    angles_rad: Sequence[float], read: Sequence[int] = (), closely: bool = False,
) -> LineLook:  # fmt: skip
    """Looks along a line.

    Args:
        digits: boxes of its digits on the ink map, from left to right.
        others: boxes of ink that is no digit so far, and may continue it.
        foreign: boxes of other lines' digits, which are left out where they reach in.
        ink: of the page, uint8 (h, w), 0 = paper, without rulings.
        network: the sequence reader.
        angles_rad: that the line may run at, clockwise; what reads most surely is it.
        read: what the digits were read as, or would be.
        closely: whether variants of the strip are looked at, too: four looks more.
    """
    strips, looks, named = [], [], []
    for angle in angles_rad:
        line = lengthened(baseline(digits, angle), others)
        for scale in SCALES:
            strips.append(cut_strip(ink, replace(line, height=line.height * scale)))
            looks.append(_without(foreign, strips[-1], read_columns(strips[-1].ink, network)))
            named.append(spell(looks[-1]))
            if _are(read, named[-1]):
                return LineLook(strips[-1], looks[-1], named[-1], (looks[-1],))
    best = max(range(len(looks)), key=lambda index: _plainness(digits, strips[index], looks[index], named[index]))
    first = best // len(SCALES) * len(SCALES)
    seen = looks[first : first + len(SCALES)]
    if closely:
        seen += [_without(foreign, strips[best], read_columns(ink, network)) for ink in variants(strips[best].ink)]
    return LineLook(strips[best], looks[best], named[best], tuple(seen))


def _are(read: Sequence[int], named: Sequence[Named]) -> bool:
    """Whether just these digits are named, each surely."""
    return (
        bool(read) and [each.label for each in named] == list(read) and all(each.confidence >= ENOUGH for each in named)
    )


def _plainness(
    digits: Sequence[Box], strip: Strip, columns: NDArray[np.float32], named: Sequence[Named]
) -> tuple[int, float]:
    """How many digits are named in their places, then how certain the columns are: an empty strip is certain, too."""
    found = 0
    for x, _, half in strip.places(digits).tolist():
        found += any(abs(x - other.x) <= half for other in named)
    return found, float(np.log(columns.max(axis=1) + 1e-9).mean())


def _without(foreign: Sequence[Box], strip: Strip, columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """The columns with nothing where digits of other lines stand."""
    nothing = np.eye(BLANK + 1, dtype=np.float32)[BLANK]
    places = strip.places(foreign)
    for x, _, half in places[(places[:, 1] >= 0) & (places[:, 1] < STRIP_PX)].tolist():
        columns[max(0, int((x - half) / COLUMN_PX)) : max(0, int((x + half) / COLUMN_PX) + 1)] = nothing
    return columns
