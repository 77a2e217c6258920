"""The likeliest texts of a lattice that a field's rules allow, and how likely it is that they are kept at all."""

import heapq
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from .fields import Field
from .lattice import UNKNOWN, Lattice, Place
from .machine import Machine, Together, allows

# A rule may pick only among alternatives with at least this probability; what is less likely was not seen.
LEAST = 0.01
# Up to this number of states at a place the search is exact; of more, the likeliest are followed.
MAX_STATES = 2000
# As many beginnings of texts are followed: those of equal ones might be without number.
MAX_FOLLOWED = 50_000
# Alternatives that together change no probability that is looked at.
_NOTHING = 1e-6
# Texts are found by the best way to place them, and ordered by all ways: so some more are looked at.
_MORE = 3
# How much likelier than it is a text counts for each place that it is ahead: far above what rounding makes of equals.
_HEADWAY = 1e-9

_Choices = list[tuple[str, float]]


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
        choices = _choices(place, _NOTHING, unknown=False)
        for state, chance in chances.items():
            for symbol, more in choices:
                target = steps.to(state, symbol)
                if target is not None:
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
        """The state after a symbol, or None; a skip, "", stays where it is."""
        if not symbol:
            return state
        key = (state, symbol)
        if key not in self._known:
            self._known[key] = self._machine.step(state, symbol)
        return self._known[key]


def _placed(places: Sequence[Place], rules: Machine, count: int, least: float, unknown: bool = False) -> list[str]:
    """The likeliest texts by the best way to place each, the likeliest first.

    A* over beginnings of texts (Hart, Nilsson and Raphael, 1968): what is ahead of each is known exactly, so that it
    follows hardly any that does not end among the first.
    """
    steps, choices = _Steps(rules), [_choices(place, least, unknown) for place in places]
    ahead = _ahead(_reached(choices, steps, rules.start), choices, steps, rules)
    found: list[str] = []
    known: set[tuple[int, str]] = set()
    waiting = [(0.0, 0, "", rules.start, 1.0)] if rules.start in ahead[0] else []
    while waiting and len(found) < count and len(known) < MAX_FOLLOWED:
        _, behind, text, state, so_far = heapq.heappop(waiting)
        place = -behind
        # The text gives the state, so that the first way to come here is the best.
        if (place, text) in known:
            continue
        known.add((place, text))
        if place == len(choices):
            found.append(text)
            continue
        for symbol, chance in choices[place]:
            target = steps.to(state, symbol)
            whole = so_far * chance * ahead[place + 1].get(target, 0.0)
            if whole > 0:
                # Of equals the one that is further on goes first, so that few others are begun.
                order = -math.log(whole) + behind * _HEADWAY
                heapq.heappush(waiting, (order, behind - 1, text + symbol, target, so_far * chance))
    return found


def _reached(choices: list[_Choices], steps: _Steps, start: Hashable) -> list[dict[Hashable, float]]:
    """Before each place and behind the last, the states that can be reached, with the best way to each."""
    reached: list[dict[Hashable, float]] = [{start: 1.0}]
    for options in choices:
        after: dict[Hashable, float] = {}
        for state, so_far in reached[-1].items():
            for symbol, chance in options:
                target = steps.to(state, symbol)
                if target is not None and so_far * chance > after.get(target, 0.0):
                    after[target] = so_far * chance
        reached.append(dict(heapq.nlargest(MAX_STATES, after.items(), key=lambda item: item[1])))
    return reached


def _ahead(
    reached: list[dict[Hashable, float]], choices: list[_Choices], steps: _Steps, rules: Machine
) -> list[dict[Hashable, float]]:
    """The same states, with the best way from each to an end that is allowed; none that has no such way."""
    ahead: list[dict[Hashable, float]] = [{state: 1.0 for state in reached[-1] if rules.accepts(state)}]
    for states, options in zip(reached[-2::-1], choices[::-1], strict=True):
        behind, best = ahead[-1], {}
        for state in states:
            ways = [chance * behind.get(steps.to(state, symbol), 0.0) for symbol, chance in options]
            if max(ways, default=0.0) > 0:
                best[state] = max(ways)
        ahead.append(best)
    return ahead[::-1]


def _choices(place: Place, least: float, unknown: bool) -> _Choices:
    """Each symbol that may be taken with its probability, "" being a skip."""
    choices = [*place.alternatives.items(), ("", place.skip)]
    if unknown:
        choices.append((UNKNOWN, place.unknown))
    return [(symbol, chance) for symbol, chance in choices if chance > 0 and chance >= least]


def _ordered(lattice: Lattice, texts: Iterable[str], count: int) -> tuple[Reading, ...]:
    readings = [Reading(text, lattice.probability(text)) for text in dict.fromkeys(texts)]
    return tuple(sorted(readings, key=lambda reading: (-reading.probability, reading.text))[:count])
