"""Numbers read as wholes: which digits the sequence reader names along a strip, and where."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from .ink import Grey


class ColumnNetwork(Protocol):
    """What reading numbers as wholes asks of a network."""

    width_px: int

    def columns(self, strip: Grey) -> NDArray[np.float32]:
        """Probabilities of the digits and of BLANK in each column of a strip, float32 (width_px / COLUMN_PX, 11)."""


@dataclass(frozen=True)
class Named:
    """A digit that the sequence reader names.

    Attributes:
        x: of its middle on the strip, in pixels.
        probabilities: of each digit where it is named, float32 (10,); what is missing from 1 speaks for none.
    """

    x: float
    probabilities: NDArray[np.float32]

    @property
    def label(self) -> int:
        """The likeliest."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """Of the likeliest."""
        return float(self.probabilities.max())


def read_columns(strip: Grey, network: ColumnNetwork) -> NDArray[np.float32]:
    """A strip of any width in windows that overlap by half: float32 (ceil(w / COLUMN_PX), 11)."""
    width, half = strip.shape[1], network.width_px // 2 // COLUMN_PX * COLUMN_PX
    count = max(1, -(-(width - half) // half))
    parts = []
    for index in range(count):
        window = np.zeros((STRIP_PX, network.width_px), np.uint8)
        part = strip[:, index * half : index * half + network.width_px]
        window[:, : part.shape[1]] = part
        columns = network.columns(window)
        # Each column from the window in whose middle it lies.
        first = 0 if index == 0 else half // COLUMN_PX // 2
        last = len(columns) if index == count - 1 else half // COLUMN_PX + half // COLUMN_PX // 2
        parts.append(columns[first:last])
    return np.asarray(np.concatenate(parts)[: -(-width // COLUMN_PX)], np.float32)


def spell(columns: NDArray[np.float32]) -> list[Named]:
    """The digits of the likeliest path (Graves et al. 2006): repeated columns are one digit, blanks none."""
    best = columns.argmax(axis=1)
    ends = [0, *(np.flatnonzero(best[1:] != best[:-1]) + 1).tolist(), len(best)]
    named = []
    for start, end in itertools.pairwise(ends):
        if best[start] != BLANK:
            run = columns[start:end]
            strength = run[:, best[start]]
            x = float((np.arange(start, end) + 0.5) @ strength / strength.sum()) * COLUMN_PX
            named.append(Named(x, run[int(strength.argmax()), :BLANK]))
    return named


def text_of(named: Sequence[Named]) -> str:
    """The digits, for example "4081"."""
    return "".join(str(each.label) for each in named)
