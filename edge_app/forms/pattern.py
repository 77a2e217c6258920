"""A pattern as a deterministic automaton of few states.

V. M. Glushkov, "The abstract theory of automata", Russian Mathematical Surveys 16(5), 1961: each symbol of the pattern
is a position, and a set of positions that were just read is a state. No text makes it go back, as `re` may for ages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ..errors import FormError
from .machine import ALPHABET
from .pattern_syntax import parse
from .pattern_tree import Choice, Node, Repeat, Sequence, Symbols, longest, shortest

MAX_STATES = 1000


@dataclass(frozen=True, eq=False)
class Pattern:
    """A Machine for the texts that fit a pattern as a whole.

    Attributes:
        text: the pattern as it was written.
        shortest: length of the shortest text that fits.
        longest: length of the longest one, or None if there is none.
        symbols: all that can stand in a text that fits.
    """

    text: str
    shortest: int
    longest: int | None
    symbols: frozenset[str]
    _steps: tuple[dict[str, int], ...] = field(repr=False)
    _accepting: frozenset[int] = field(repr=False)

    @property
    def start(self) -> int:
        """The state before the first symbol."""
        return 0

    @property
    def states(self) -> int:
        """How many there are, at most MAX_STATES."""
        return len(self._steps)

    def step(self, state: int, symbol: str) -> int | None:
        """The state after one more symbol, or None if no text that fits begins like this."""
        return self._steps[state].get(symbol)

    def accepts(self, state: int) -> bool:
        """Whether a text that ends here fits."""
        return state in self._accepting


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> Pattern:
    """Makes the automaton of a pattern, in bounded time and memory; raises FormError if it has too many states."""
    tree = parse(text)
    positions = _Positions()
    whole = positions.add(tree)
    masks = {symbol: positions.mask_of(symbol) for symbol in sorted(ALPHABET)}
    masks = {symbol: mask for symbol, mask in masks.items() if mask}
    # Before the first symbol, what comes next is what the whole begins with; so the start is no set of positions.
    known: dict[int | None, int] = {None: 0}
    waiting: list[int | None] = [None]
    steps: list[dict[str, int]] = []
    accepting = {0} if whole.nullable else set()
    for state in waiting:
        following = whole.first if state is None else positions.following(state)
        targets = {symbol: following & mask for symbol, mask in masks.items() if following & mask}
        for target in targets.values():
            if target in known:
                continue
            if len(known) >= MAX_STATES:
                raise FormError(
                    f"expected a pattern of at most {MAX_STATES} states, got more from {text!r}; "
                    "put what is the same for several parts before them"
                )
            known[target] = len(known)
            waiting.append(target)
            if target & whole.last:
                accepting.add(known[target])
        steps.append({symbol: known[target] for symbol, target in targets.items()})
    return Pattern(text, shortest(tree), longest(tree), frozenset(masks), tuple(steps), frozenset(accepting))


@dataclass(frozen=True)
class _Part:
    """What of a part can come first and last, as bits of positions, and whether it may be missing."""

    nullable: bool
    first: int
    last: int


class _Positions:
    """The symbols of a pattern with its counts written out, and which may follow which."""

    def __init__(self) -> None:
        self._among: list[frozenset[str]] = []
        self._after: list[int] = []

    def mask_of(self, symbol: str) -> int:
        return sum(1 << place for place, among in enumerate(self._among) if symbol in among)

    def following(self, state: int) -> int:
        after = 0
        for place in _bits(state):
            after |= self._after[place]
        return after

    def add(self, node: Node) -> _Part:
        if isinstance(node, Symbols):
            self._among.append(node.among)
            self._after.append(0)
            bit = 1 << (len(self._among) - 1)
            return _Part(False, bit, bit)
        if isinstance(node, Choice):
            parts = [self.add(part) for part in node.parts]
            first = last = 0
            for part in parts:
                first, last = first | part.first, last | part.last
            return _Part(any(part.nullable for part in parts), first, last)
        if isinstance(node, Sequence):
            return self._joined([self.add(part) for part in node.parts])
        return self._repeated(node)

    def _repeated(self, node: Repeat) -> _Part:
        parts = [self.add(node.part) for _ in range(node.copies)]
        if node.most is None:
            self._link(parts[-1].last, parts[-1].first)
        return self._joined(
            [part if copy < node.least else _Part(True, part.first, part.last) for copy, part in enumerate(parts)]
        )

    def _joined(self, parts: list[_Part]) -> _Part:
        joined = parts[0]
        for part in parts[1:]:
            self._link(joined.last, part.first)
            joined = _Part(
                joined.nullable and part.nullable,
                joined.first | part.first if joined.nullable else joined.first,
                joined.last | part.last if part.nullable else part.last,
            )
        return joined

    def _link(self, last: int, first: int) -> None:
        for place in _bits(last):
            self._after[place] |= first


def _bits(mask: int) -> Iterable[int]:
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
