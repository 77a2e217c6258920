"""What a person said of one field, as a line of the file of corrections has it."""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal

Key = tuple[str, int, str]
How = Literal["taken", "corrected", "blank", "unreadable"]


@dataclass(frozen=True)
class Correction:
    """What a person said of one field.

    Attributes:
        source: see Question.
        page: see Question.
        field: its name.
        text: what stands there; "" for nothing, None if nobody can read it.
        state: what reading had made of it.
        guess: what it had guessed, or None.
        outside_rules: whether the field's rules do not allow the text, and the person insisted.
        time_s: when, seconds since 1970.
        question: id of the question that was asked.
        collected: ids of its digits' crops among one's own, see collect/queue.py; None if none were looked for yet.
    """

    source: str
    page: int
    field: str
    text: str | None
    state: str
    guess: str | None
    outside_rules: bool
    time_s: float
    question: str
    collected: tuple[str, ...] | None = None

    @property
    def key(self) -> Key:
        """The field of a page that it is about."""
        return self.source, self.page, self.field

    @property
    def how(self) -> How:
        """The same in a word."""
        if not self.text:
            return "unreadable" if self.text is None else "blank"
        return "taken" if self.text == self.guess else "corrected"


def read_correction(table: dict[str, Any]) -> Correction:
    """Out of a line of the file; raises ValueError, TypeError or KeyError for what is none."""
    text, guess, crops = table["text"], table["guess"], table["collected"]
    found = Correction(
        **{each.name: table[each.name] for each in fields(Correction)}
        | {"collected": None if crops is None else tuple(as_text(crop) for crop in crops)}
    )
    for each in (text, guess):
        if each is not None:
            as_text(each)
    if type(found.outside_rules) is not bool or not math.isfinite(found.time_s):
        raise ValueError("no correction")
    as_text(found.state), as_text(found.question)
    return found


def as_text(value: Any) -> str:
    """The value, if it is a text; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def as_whole(value: Any) -> int:
    """The value, if it is a whole number; raises TypeError."""
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
