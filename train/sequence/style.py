"""How one hand writes one number."""

from dataclasses import dataclass

import numpy as np

from .pool import Pool

Random = np.random.Generator
_SHARES = {"pens": 0.52, "drawn": 0.3, "mnist": 0.18}
# A 9 like a g, an 8 like a B: how often a hand writes a digit so.
_ALIKE_SHARE = 0.06
_WITHOUT_PENS = {"drawn": 0.48, "mnist": 0.52}


@dataclass(frozen=True)
class Style:
    """How one number is written: lengths in heights of its digits.

    Attributes:
        source: "pens", "drawn" or "mnist".
        writer: of the pool, where the source is pens.
        pen: width of the pen.
        slant: shear to the right.
        aspect: width by height.
        gap: between digits; below 0 they overlap.
        uneven_gap: its standard deviation.
        uneven: of the digits' heights, as the standard deviation of their logarithm, and of their feet.
        joined: share of the pairs that the pen joins.
        jitter: of the hand.
        zeros: height of the zeros that end a round amount, in heights of the other digits.
        alike: digits that this hand writes like a letter.
    """

    source: str
    writer: str
    pen: float
    slant: float
    aspect: float
    gap: float
    uneven_gap: float
    uneven: float
    joined: float
    jitter: float
    zeros: float
    alike: frozenset[int]

    @classmethod
    def any(cls, pool: Pool, random: Random) -> "Style":
        """Some hand with some pen; one of the pool's writers only where it has some."""
        shares = _SHARES if pool.digits else _WITHOUT_PENS
        return cls(
            source=str(random.choice(list(shares), p=list(shares.values()))),
            writer=str(random.choice(list(pool.digits))) if pool.digits else "",
            pen=any_pen(random),
            slant=float(random.normal(0.05, 0.17)),
            aspect=float(np.exp(random.normal(0, 0.15))),
            gap=float(random.choice([random.normal(0.14, 0.12), random.normal(0.0, 0.08), random.normal(0.45, 0.2),
                                     random.uniform(0.8, 1.8)], p=[0.52, 0.3, 0.13, 0.05])),
            uneven_gap=float(random.uniform(0.03, 0.14)),
            uneven=float(random.choice([0.04, 0.09, 0.18])),
            joined=float(random.choice([0.0, 0.15, 0.5, 0.9], p=[0.55, 0.2, 0.17, 0.08])),
            jitter=float(random.uniform(0, 0.02)),
            zeros=float(random.uniform(0.5, 0.95)) if random.random() < 0.35 else 1.0,
            alike=frozenset(label for label in pool.alike if random.random() < _ALIKE_SHARE),
        )  # fmt: skip


def any_pen(random: Random) -> float:
    """Width of some pen, in heights of a digit: ball pens are the rule, markers are seen too."""
    return float(np.clip(np.exp(random.normal(np.log(0.085), 0.42)), 0.03, 0.24))
