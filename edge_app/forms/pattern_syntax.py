"""The part of regular expressions that a field may use, taken apart into a tree without running any."""

import re

from ..errors import FormError
from .machine import ALPHABET, DIGITS, SIGNS
from .pattern_tree import Choice, Node, Repeat, Sequence, Symbols, size

MAX_TEXT, MAX_DEPTH, MAX_REPEAT = 200, 20, 99
# Symbols of the pattern once its counts are written out: [0-9]{5} has five.
MAX_SYMBOLS = 500
_COUNT = re.compile(r"\{([0-9]{1,2})(,([0-9]{1,2})?)?\}")
_AGAIN: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
# Digits and signs that mean themselves, where they stand alone and between [ and ].
_PLAIN = ALPHABET - set("+.")
_PLAIN_IN_CLASS = ALPHABET - {"-"}


def parse(text: str) -> Node:
    """Takes a pattern apart.

    Returns:
        Its tree, with at most MAX_SYMBOLS symbols once its counts are written out.

    Raises:
        FormError: it is none, uses what fields may not, or would become too large; says so in bounded time.
    """
    if not 0 < len(text) <= MAX_TEXT:
        raise FormError(f"expected a pattern of 1 to {MAX_TEXT} characters, got {len(text)}; try [0-9]+")
    parser = _Parser(text)
    node = parser.choice(0)
    if parser.at < len(text):
        raise parser.error("a ( before each )", "take the ) out, or write \\d for a digit")
    if size(node) > MAX_SYMBOLS:
        raise FormError(
            f"expected a pattern of at most {MAX_SYMBOLS} symbols once its counts are written out, "
            f"got more in {text!r}; count less, or write + or *"
        )
    return node


class _Parser:
    """Goes through a pattern once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self.at = text, 0

    def error(self, expected: str, hint: str) -> FormError:
        found = repr(self._text[self.at]) if self.at < len(self._text) else "its end"
        return FormError(f"expected {expected}, got {found} at place {self.at + 1} of {self._text!r}; {hint}")

    def _next(self) -> str:
        return self._text[self.at : self.at + 1]

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error(f"at most {MAX_DEPTH} groups in each other", "write it with fewer")
        parts = [self._sequence(depth)]
        while self._next() == "|":
            self.at += 1
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._one(depth)))
        if not parts:
            raise self.error("something to match", "write ? behind what may be missing")
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _one(self, depth: int) -> Node:
        symbol = self._next()
        if symbol == "(":
            self.at += 1
            node = self.choice(depth + 1)
            if self._next() != ")":
                raise self.error("a ) for each (", "close the group")
            self.at += 1
            return node
        if symbol == "[":
            self.at += 1
            return Symbols(self._class())
        if symbol == "\\":
            return Symbols(self._escaped())
        if symbol not in _PLAIN:
            raise self.error(
                f"a digit, one of {SIGNS!r}, [, (, or \\ and a sign", "the whole field is matched, without ^ and $"
            )
        self.at += 1
        return Symbols(frozenset(symbol))

    def _escaped(self) -> frozenset[str]:
        self.at += 1
        symbol = self._next()
        if symbol == "" or symbol not in SIGNS.replace("X", "") + "d":
            raise self.error(f"one of {SIGNS.replace('X', '')!r} or d behind \\", "write \\. for a point")
        self.at += 1
        return frozenset(DIGITS if symbol == "d" else symbol)

    def _class(self) -> frozenset[str]:
        among: set[str] = set()
        while self._next() != "]" or not among:
            among |= self._member(first=not among)
        self.at += 1
        return frozenset(among)

    def _member(self, first: bool) -> frozenset[str]:
        digits = re.compile("([0-9])-([0-9])").match(self._text, self.at)
        if digits and digits[1] <= digits[2]:
            self.at += 3
            return frozenset(DIGITS[int(digits[1]) : int(digits[2]) + 1])
        symbol = self._next()
        if symbol == "\\":
            return self._escaped()
        # A - that means itself stands first or last, as else it would name a range.
        behind = self._text[self.at + 1 : self.at + 3]
        plain = symbol in _PLAIN_IN_CLASS and (behind[:1] != "-" or behind == "-]")
        dash = symbol == "-" and (first or behind[:1] == "]")
        if digits or not (plain or dash):
            raise self.error(f"digits, ranges such as 1-7 and {SIGNS!r} between [ and ]", "write - last")
        self.at += 1
        return frozenset(symbol)

    def _repeated(self, node: Node) -> Node:
        least: int
        most: int | None
        if self._next() in _AGAIN:
            least, most = _AGAIN[self._next()]
            self.at += 1
        elif self._next() == "{":
            least, most = self._count()
        else:
            return node
        if self._next() in (*_AGAIN, "{"):
            raise self.error("one count for each part", "put the part between ( and )")
        return Repeat(node, least, most)

    def _count(self) -> tuple[int, int | None]:
        count = _COUNT.match(self._text, self.at)
        if count is None:
            raise self.error(f"a count such as {{5}} or {{1,5}}, up to {MAX_REPEAT}", "write it so")
        least = int(count[1])
        most = least if count[2] is None else None if count[3] is None else int(count[3])
        if most is not None and not 0 < most >= least:
            raise self.error("a count from small to large, and not 0", "turn it round")
        self.at = count.end()
        return least, most
