"""The settings of a belief's fitting, named."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BeliefRecipe:
    """What `python -m train.belief` does, in numbers.

    Attributes:
        pages: how many are drawn, of digits and hands that no network learnt from; every second one judges.
        penalty: of the squared weights, but for the constant's.
        max_wrong_percent: of the digits that are read on the judging pages, at most this many are wrong: from that
            probability on they are read, below they are doubtful.
    """

    pages: int = 600
    penalty: float = 1e-2
    max_wrong_percent: float = 1.0
