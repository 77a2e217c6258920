"""How many strips a sequence reader reads right as wholes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK

from .strips import NO_DIGIT, Strips


@dataclass(frozen=True)
class SequenceScore:
    """Counts over strips: all, and those whose text is right."""

    strips: int
    exact: int

    @property
    def exact_share(self) -> float:
        """Texts right / strips, in [0, 1]."""
        return self.exact / max(1, self.strips)


def score_sequence(run: Callable[[NDArray[np.uint8]], NDArray[np.float32]], strips: Strips) -> SequenceScore:
    """Runs a reader over strips.

    Args:
        run: strips uint8 (N, h, w) to logits or probabilities, float32 (N, columns, 11).
        strips: what it is measured on.
    """
    best = run(strips.ink).argmax(axis=2)
    exact = sum(
        spelled(row) == [int(digit) for digit in text if digit != NO_DIGIT]
        for row, text in zip(best, strips.texts, strict=True)
    )
    return SequenceScore(len(strips), exact)


def agreement(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Share of strips on which two readers spell the same text, in [0, 1].

    Args:
        first: logits or probabilities, float32 (N, columns, 11).
        second: the same of the other reader.
    """
    pairs = zip(first.argmax(axis=2), second.argmax(axis=2), strict=True)
    return sum(spelled(one) == spelled(other) for one, other in pairs) / max(1, len(first))


def spelled(columns: NDArray[np.int64]) -> list[int]:
    """The digits of columns (N,): repetitions are one digit, blanks none."""
    previous = np.concatenate([[BLANK], columns[:-1]])
    return [int(label) for label in columns[(columns != previous) & (columns != BLANK)]]
