"""Rules that look back: a reading that falls or jumps is held until several frames or a person confirm it.

A state is never changed, a new one is made; so it can be shown by one thread while another goes on.
"""

from dataclasses import dataclass, replace
from typing import Literal

from ..errors import FormError
from .fields import Field

# How many frames in a row must say the same before what was held is taken; how many ended ones are kept for telling.
CONFIRMING_FRAMES, KEPT = 10, 100

# Nothing to compare with, smaller though it only rises, further away than max_step.
Reason = Literal["first", "fell", "jumped"]
End = Literal["confirmed by frames", "confirmed by a person", "contradicted", "rejected by a person"]
REASONS: tuple[Reason, ...] = ("first", "fell", "jumped")
ENDS: tuple[End, ...] = ("confirmed by frames", "confirmed by a person", "contradicted", "rejected by a person")


@dataclass(frozen=True)
class Held:
    """A reading that waits.

    Attributes:
        text: as it was last read.
        reason: why it was not taken.
        frames: how many in a row have said it, or what may follow it.
        since_s: when the first of them was captured, seconds since 1970.
    """

    text: str
    reason: Reason
    frames: int
    since_s: float


@dataclass(frozen=True)
class Ended:
    """A reading that waited, and what became of it.

    Attributes:
        held: as it was in the end.
        former: the reading that stood while it waited, or None.
        end: what became of it.
        time_s: when, seconds since 1970.
    """

    held: Held
    former: str | None
    end: End
    time_s: float


@dataclass(frozen=True)
class FieldState:
    """What a field's rules look back to.

    Attributes:
        taken: the last reading that is believed, or None before the first.
        held: the one that waits, or None. After `offered` it is None exactly if what was offered is taken.
        ended: those that waited, the latest last, at most KEPT.
    """

    taken: str | None = None
    held: Held | None = None
    ended: tuple[Ended, ...] = ()


def offered(field: Field, state: FieldState, text: str, time_s: float, frames: int = CONFIRMING_FRAMES) -> FieldState:
    """The state after a frame whose field was read; frames without a reading are not offered.

    Args:
        field: its rules; one that does not look back takes everything.
        state: before it.
        text: a reading that pattern, range and checksum allow.
        time_s: when the frame was captured, seconds since 1970.
        frames: how many in a row confirm a reading, at least 1.

    Raises:
        FormError: the rules look back, and the text is no number.
    """
    if not field.looks_back:
        return replace(state, taken=text)
    reason = _reason(field, state.taken, text)
    if reason is None:
        return _taken(state, text, "contradicted", time_s)
    held = state.held
    if held is not None and _reason(field, held.text, text) is None:
        held = replace(held, text=text, frames=held.frames + 1)
    else:
        state = _ended(state, "contradicted", time_s)
        held = Held(text, reason, 1, time_s)
    state = replace(state, held=held)
    return _taken(state, text, "confirmed by frames", time_s) if held.frames >= frames else state


def confirmed(field: Field, state: FieldState, text: str, time_s: float) -> FieldState:
    """The state after a person has said what stands there, whatever it was before.

    Raises:
        FormError: the rules do not allow the text.
    """
    if not field.allows(text):
        raise FormError(f"expected a text that fits {field.pattern!r} of {field.name!r}, got {text[:80]!r}; correct it")
    same = state.held is not None and state.held.text == text
    return _taken(state, text, "confirmed by a person" if same else "rejected by a person", time_s)


def rejected(state: FieldState, time_s: float) -> FieldState:
    """The state after a person has said that what is held is wrong; what was taken before it stands."""
    return _ended(state, "rejected by a person", time_s)


def _reason(field: Field, former: str | None, text: str) -> Reason | None:
    """Why a reading may not follow another, or None if it may."""
    number = field.number(text)
    if former is None:
        return "first"
    step = number - field.number(former)
    if field.only_rises and step < 0:
        return "fell"
    return "jumped" if field.max_step is not None and abs(step) > field.max_step else None


def _taken(state: FieldState, text: str, end: End, time_s: float) -> FieldState:
    return replace(_ended(state, end, time_s), taken=text)


def _ended(state: FieldState, end: End, time_s: float) -> FieldState:
    if state.held is None:
        return state
    ended = Ended(state.held, state.taken, end, time_s)
    return replace(state, held=None, ended=(*state.ended, ended)[-KEPT:])
