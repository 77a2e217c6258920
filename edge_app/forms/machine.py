"""Rules as state machines over symbols, so that one search keeps several of them at once."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

# What can be written in a field: digits, and the signs that stand among them. X is ten at the end of an ISBN-10.
DIGITS = "0123456789"
SIGNS = "+-.,:/ X"
ALPHABET = frozenset(DIGITS + SIGNS)


class Machine(Protocol):
    """Reads symbols one by one; its states are hashable and few."""

    @property
    def start(self) -> Hashable:
        """The state before the first symbol."""

    def step(self, state: Any, symbol: str) -> Hashable | None:
        """The state after one more symbol, or None if nothing that begins like this is allowed."""

    def accepts(self, state: Any) -> bool:
        """Whether the text may end here."""


@dataclass(frozen=True)
class Together:
    """Allows what each of some machines allows; of none, everything.

    Attributes:
        machines: the rules.
    """

    machines: tuple[Machine, ...]

    @property
    def start(self) -> tuple[Hashable, ...]:
        """Where all of them start."""
        return tuple(machine.start for machine in self.machines)

    def step(self, state: tuple[Any, ...], symbol: str) -> tuple[Hashable, ...] | None:
        """One step of each, or None if one of them has none."""
        after = []
        for machine, each in zip(self.machines, state, strict=True):
            following = machine.step(each, symbol)
            if following is None:
                return None
            after.append(following)
        return tuple(after)

    def accepts(self, state: tuple[Any, ...]) -> bool:
        """Whether the text may end here for all of them."""
        return all(machine.accepts(each) for machine, each in zip(self.machines, state, strict=True))


def allows(machine: Machine, text: str) -> bool:
    """Whether a whole text is allowed."""
    state: Hashable | None = machine.start
    for symbol in text:
        state = machine.step(state, symbol)
        if state is None:
            return False
    return machine.accepts(state)


def allows_something(machine: Machine, symbols: Iterable[str], most_states: int) -> bool:
    """Whether some text is allowed; True, too, if that is still open after that number of states."""
    known, waiting, ordered = {machine.start}, [machine.start], sorted(symbols)
    while waiting and len(known) <= most_states:
        state = waiting.pop()
        if machine.accepts(state):
            return True
        for symbol in ordered:
            after = machine.step(state, symbol)
            if after is not None and after not in known:
                known.add(after)
                waiting.append(after)
    return bool(waiting)
