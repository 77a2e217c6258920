"""The likeliest texts of a lattice that a field's rules allow, and how likely it is that they are kept at all."""

import heapq
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from .fields import Field
from .lattice import UNKNOWN, Lattice, Place
from .machine import Machine, Together, allows

# A rule may pick only among alternatives with at least this probability; what is less likely was not seen.
LEAST = 0.01
# Up to so many states at a place the search is exact; of more, the likeliest are followed.
MAX_STATES = 2000
# Alternatives that together change no probability that is looked at.
_NOTHING = 1e-6
# Texts are found by the best way to place them, and ordered by all ways: so some more are looked at.
_MORE = 3

# (probability by the best way to place it, text), the likeliest first.
_Texts = list[tuple[float, str]]


@dataclass(frozen=True)
class Reading:
    """One text that a field may say.

    Attributes:
        text: digits and signs.
        probability: by the lattice alone, without rules, in [0, 1].
    """

    text: str
    probability: float


def best_readings(lattice: Lattice, field: Field, count: int = 5, least: float = LEAST) -> tuple[Reading, ...]:
    """The likeliest texts that the field's pattern, range and checksum allow.

    Args:
        lattice: what the ink may say.
        field: whose rules are kept.
        count: how many texts, at least 1.
        least: an alternative, a skip or a whole text below this probability is never taken, in [0, 1].

    Returns:
        At most `count`, the likeliest first; none if nothing that was seen is allowed.
    """
    texts = _placed(lattice.places, field.rules, count + _MORE, least)
    texts += [text for text, chance in (lattice.wholes or {}).items() if chance >= least and allows(field.rules, text)]
    return _ordered(lattice, texts, count)


def best_without_rules(lattice: Lattice, count: int = 1) -> tuple[Reading, ...]:
    """The likeliest texts whatever the field allows, with UNKNOWN where ink is most likely none of the symbols."""
    texts = _placed(lattice.places, Together(()), count + _MORE, 0.0, unknown=True)
    return _ordered(lattice, [*texts, *(lattice.wholes or {})], count)


def allowed(lattice: Lattice, field: Field) -> float:
    """Probability that what the ink says is allowed by the field's rules, in [0, 1], summed over all such texts.

    What is not known counts as allowed, so that no reading is believed for want of others: whole texts that were not
    given, and beginnings beyond MAX_STATES.
    """
    steps, rules = _Steps(field.rules), field.rules
    chances: dict[Hashable, float] = {rules.start: 1.0}
    followed = 1.0
    for place in lattice.places:
        after: dict[Hashable, float] = {}
        for state, chance in chances.items():
            for target, more in steps.of(state, place, _NOTHING):
                after[target] = after.get(target, 0.0) + chance * more
        chances = dict(heapq.nlargest(MAX_STATES, after.items(), key=lambda item: item[1]))
        followed -= sum(after.values()) - sum(chances.values())
    placed = sum(chance for state, chance in chances.items() if rules.accepts(state)) + (1.0 - followed)
    refused = sum(chance for text, chance in (lattice.wholes or {}).items() if not allows(rules, text))
    wholes = max(0.0, 1.0 - refused)
    return min(1.0, (1 - lattice.of_wholes) * placed + lattice.of_wholes * wholes)


class _Steps:
    """Where a machine goes from a state at a place, each step asked of it once."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[tuple[Hashable, str], Hashable | None] = {}

    def to(self, state: Hashable, symbol: str) -> Hashable | None:
        """The state after a symbol, or None."""
        key = (state, symbol)
        if key not in self._known:
            self._known[key] = self._machine.step(state, symbol)
        return self._known[key]

    def of(self, state: Hashable, place: Place, least: float) -> Iterable[tuple[Hashable, float]]:
        """Each state that may follow with its probability; a skip stays where it is."""
        if place.skip >= max(least, _NOTHING):
            yield state, place.skip
        for symbol, chance in place.alternatives.items():
            target = self.to(state, symbol) if chance >= max(least, _NOTHING) else None
            if target is not None:
                yield target, chance


def _placed(places: Iterable[Place], rules: Machine, count: int, least: float, unknown: bool = False) -> list[str]:
    """The likeliest texts by the best way to place each, the likeliest first.

    Exact: of all texts that lead to a state, only the first `count` can begin one of the first `count` in the end.
    """
    steps = _Steps(rules)
    found: dict[Hashable, _Texts] = {rules.start: [(1.0, "")]}
    for place in places:
        after: dict[Hashable, _Texts] = {}
        for state, texts in found.items():
            for symbol, chance in _choices(place, least, unknown):
                target = steps.to(state, symbol) if symbol else state
                if target is not None:
                    after.setdefault(target, []).extend((each * chance, text + symbol) for each, text in texts)
        kept = heapq.nlargest(MAX_STATES, after.items(), key=lambda item: max(item[1]))
        found = {state: _likeliest(texts, count) for state, texts in kept}
    ended = [text for state, texts in found.items() if rules.accepts(state) for text in texts]
    return [text for _, text in _likeliest(ended, count)]


def _choices(place: Place, least: float, unknown: bool) -> list[tuple[str, float]]:
    choices = [*place.alternatives.items(), ("", place.skip)]
    if unknown:
        choices.append((UNKNOWN, place.unknown))
    return [(symbol, chance) for symbol, chance in choices if chance > 0 and chance >= least]


def _likeliest(texts: _Texts, count: int) -> _Texts:
    """The likeliest, each text once."""
    best: dict[str, float] = {}
    for chance, text in texts:
        best[text] = max(chance, best.get(text, 0.0))
    return heapq.nlargest(count, ((chance, text) for text, chance in best.items()))


def _ordered(lattice: Lattice, texts: Iterable[str], count: int) -> tuple[Reading, ...]:
    readings = [Reading(text, lattice.probability(text)) for text in dict.fromkeys(texts)]
    return tuple(sorted(readings, key=lambda reading: (-reading.probability, reading.text))[:count])
