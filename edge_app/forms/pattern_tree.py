"""Patterns as trees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbols:
    """One symbol out of some."""

    among: frozenset[str]


@dataclass(frozen=True)
class Sequence:
    """One part after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Repeat:
    """A part from `least` to `most` times, without an end if that is None."""

    part: "Node"
    least: int
    most: int | None

    @property
    def copies(self) -> int:
        """How often the part stands there once the counts are written out."""
        return max(1, self.least) if self.most is None else self.most


Node = Symbols | Sequence | Choice | Repeat


def size(node: Node) -> int:
    """How many symbols a tree has once its counts are written out."""
    if isinstance(node, Symbols):
        return 1
    if isinstance(node, Repeat):
        return size(node.part) * node.copies
    return sum(size(part) for part in node.parts)


def shortest(node: Node) -> int:
    """Length of the shortest text."""
    if isinstance(node, Symbols):
        return 1
    if isinstance(node, Repeat):
        return shortest(node.part) * node.least
    return (min if isinstance(node, Choice) else sum)(shortest(part) for part in node.parts)


def longest(node: Node) -> int | None:
    """Length of the longest text, or None if there is no longest."""
    if isinstance(node, Symbols):
        return 1
    if isinstance(node, Repeat):
        one = longest(node.part)
        return None if one is None or node.most is None else one * node.most
    lengths = [longest(part) for part in node.parts]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    return (max if isinstance(node, Choice) else sum)(known)
