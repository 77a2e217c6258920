"""Pieces of generated C."""

from collections.abc import Iterable


def guarded(name: str, body: str) -> str:
    """A header's text, read once."""
    return f"#ifndef {name}\n#define {name}\n\n{body}\n#endif\n"


def rows(numbers: Iterable[int], a_line: int) -> str:
    """The lines between an array's braces."""
    texts = [str(number) for number in numbers]
    lines = (texts[start : start + a_line] for start in range(0, len(texts), a_line))
    return "".join(f"    {', '.join(line)},\n" for line in lines)
