"""What a field's ink may say, as its reader hands it over: alternatives with their probabilities."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import FormError
from .machine import ALPHABET

MAX_PLACES, MAX_WHOLES = 100, 100
# Stands for ink that is none of the symbols, as for a doubtful digit in every text.
UNKNOWN = "?"
# By how much probabilities may exceed 1: they are sums of float32.
_SLACK = 1e-3


@dataclass(frozen=True)
class Place:
    """One place where a symbol may stand. Impossible probabilities raise FormError.

    Attributes:
        alternatives: probability of each symbol, in [0, 1].
        skip: probability that nothing that counts stands here. What is left to 1 is ink that is none of the symbols.
    """

    alternatives: Mapping[str, float]
    skip: float = 0.0

    def __post_init__(self) -> None:
        strange = [symbol for symbol in self.alternatives if symbol not in ALPHABET]
        if strange:
            raise FormError(f"expected a digit or sign in a lattice, got {strange[0]!r}; leave it out")
        _check([*self.alternatives.values(), self.skip])

    @property
    def unknown(self) -> float:
        """Probability of ink that is none of the symbols, in [0, 1]."""
        return max(0.0, 1.0 - self.skip - math.fsum(self.alternatives.values()))


@dataclass(frozen=True)
class Lattice:
    """All that a field may say, as a mixture of two opinions. Impossible probabilities raise FormError.

    Attributes:
        places: from left to right, independent of each other, at most MAX_PLACES; none is a field without ink.
        wholes: probability of some whole texts, from a reader that knows no places, in [0, 1]; their sum is at most 1.
        weight: of `wholes` against `places`, in [0, 1]; without any it does not matter.
    """

    places: tuple[Place, ...]
    wholes: Mapping[str, float] | None = None
    weight: float = 0.5

    def __post_init__(self) -> None:
        wholes = self.wholes or {}
        if len(self.places) > MAX_PLACES or len(wholes) > MAX_WHOLES:
            raise FormError(
                f"expected at most {MAX_PLACES} places and {MAX_WHOLES} whole texts in a lattice, "
                f"got {len(self.places)} and {len(wholes)}; give the likeliest"
            )
        strange = [text for text in wholes if not ALPHABET.issuperset(text) or len(text) > MAX_PLACES]
        if strange:
            raise FormError(f"expected texts of digits and signs in a lattice, got {strange[0][:80]!r}; leave it out")
        _check(list(wholes.values()))
        _check([self.weight])

    @property
    def of_wholes(self) -> float:
        """What part of the mixture the whole texts are."""
        return self.weight if self.wholes else 0.0

    def probability(self, text: str) -> float:
        """Of exactly this text, over all ways to place it, in [0, 1]; UNKNOWN in it is ink that is no symbol."""
        whole = (self.wholes or {}).get(text, 0.0)
        return (1 - self.of_wholes) * self._placed(text) + self.of_wholes * whole

    def _placed(self, text: str) -> float:
        # How probable it is that the places so far say the first n symbols.
        said = [1.0] + [0.0] * len(text)
        for place in self.places:
            chances = [place.unknown if symbol == UNKNOWN else place.alternatives.get(symbol, 0.0) for symbol in text]
            for count in range(len(text), 0, -1):
                said[count] = said[count] * place.skip + said[count - 1] * chances[count - 1]
            said[0] *= place.skip
        return said[-1]


def _check(probabilities: list[float]) -> None:
    # Asked this way round, NaN is none, too.
    if not (all(0 <= each <= 1 + _SLACK for each in probabilities) and math.fsum(probabilities) <= 1 + _SLACK):
        raise FormError(
            f"expected probabilities from 0 to 1, with a sum of at most 1, got {probabilities[:20]}; check the reader"
        )
