"""One field that a person is asked about, and what he may say."""

from dataclasses import dataclass
from typing import Any

from ..errors import FormError
from ..forms.fields import Field, shown
from ..forms.machine import ALPHABET
from ..forms.number import MAX_SYMBOLS
from .correction import Correction

# A reading that waits for a second one, see forms/history.py; the other states are reading.STATES.
HELD = "held"
# States of which nobody is asked before all others.
SURE = ("read", "blank")


@dataclass(frozen=True)
class Question:
    """A field to look at.

    Attributes:
        id: unlike any other's of its review.
        source: the page's path or URL, or when the camera saw it.
        page: its number in the source, from 1.
        field: what stands there, and its rules.
        state: what reading made of it, one of reading.STATES or HELD.
        guess: what stands there most likely, or None.
        rejected: what the ink seems to say where the rules say otherwise, or None.
        note: why it is held, in words, or None.
        given: what a person has said of it, or None.
    """

    id: str
    source: str
    page: int
    field: Field
    state: str
    guess: str | None = None
    rejected: str | None = None
    note: str | None = None
    given: Correction | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """See Correction.key."""
        return self.source, self.page, self.field.name

    def to_record(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "id": self.id,
            "source": self.source,
            "page": self.page,
            "field": self.field.name,
            "state": self.state,
            "guess": self.guess,
            "rejected": self.rejected,
            "note": self.note,
            "unit": self.field.unit if self.field.scale is None else None,
            "symbols": "".join(sorted(self.field.compiled.symbols)),
            "given": None if self.given is None else {"text": self.given.text, "how": self.given.how},
        }

    def answered(self, text: str | None, force: bool, time_s: float) -> Correction:
        """What a person says of it, to be kept.

        Args:
            text: what stands there; "" for nothing, None if nobody can read it.
            force: whether a text is kept that the field's rules do not allow.
            time_s: seconds since 1970.

        Raises:
            FormError: no text of digits and signs, or one that the rules do not allow.
        """
        if text and (len(text) > MAX_SYMBOLS or not ALPHABET.issuperset(text)):
            raise FormError(f"expected digits and + - . , : / X, at most {MAX_SYMBOLS}, got {shown(text)}; correct it")
        outside = bool(text) and not self.field.allows(text or "")
        if outside and not force:
            raise RulesError(f"expected what fits {self.field.pattern}{_and_more(self.field)}, got {text}; correct it")
        return Correction(*self.key, text, self.state, self.guess, outside, round(time_s, 3), self.id)


class RulesError(FormError):
    """A text that a field's rules do not allow; it may be kept all the same."""


def _and_more(field: Field) -> str:
    """The rules beside the pattern, in words."""
    parts = [] if field.min is None else [f"from {field.min}"]
    parts += [] if field.max is None else [f"up to {field.max}"]
    parts += [] if field.checksum is None else [f"with the check digit of {field.checksum}"]
    return "".join(f", {part}" for part in parts)
