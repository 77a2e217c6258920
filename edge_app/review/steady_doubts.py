"""What a camera leaves in doubt long enough for somebody to be asked: hands go through the picture, too."""

from dataclasses import dataclass, replace

from ..live.form_watch import FieldNow
from .question import HELD

# Readings in a row that say the same.
STEADY = 3
REASONS = {"first": "it is the first reading", "fell": "it is smaller than before", "jumped": "it is far from the last"}
IN_DOUBT = (HELD, "doubtful", "refused")


@dataclass(frozen=True)
class Doubt:
    """What is in doubt in a field.

    Attributes:
        state: one of IN_DOUBT.
        guess: what stands there most likely, or None.
        readings: how many in a row have said so.
        question: id of the one that was asked, or None.
    """

    state: str
    guess: str | None
    readings: int = 1
    question: str | None = None


class SteadyDoubts:
    """The doubts of the fields that a camera sees."""

    def __init__(self) -> None:
        self._doubts: dict[str, Doubt] = {}

    def see(self, name: str, state: str, guess: str | None) -> Doubt | None:
        """Takes what a reading makes of a field; returns the doubt that this ends, or None."""
        former = self._doubts.pop(name, None)
        goes_on = former is not None and (former.state, former.guess) == (state, guess)
        if former is not None and goes_on:
            self._doubts[name] = replace(former, readings=former.readings + 1)
        elif state in IN_DOUBT:
            self._doubts[name] = Doubt(state, guess)
        return None if goes_on else former

    def due(self, name: str) -> bool:
        """Whether somebody should be asked about a field now."""
        doubt = self._doubts.get(name)
        return doubt is not None and doubt.readings >= STEADY and doubt.question is None

    def asked(self, name: str, question: str) -> None:
        """Notes that somebody was asked."""
        self._doubts[name] = replace(self._doubts[name], question=question)


def why_held(now: FieldNow) -> str | None:
    """In words, or None if nothing is held."""
    if now.held is None:
        return None
    return REASONS[str(now.reason)] + ("" if now.text is None else f"; before: {now.text}")
