"""A form before the camera: read again and again beside the live loop, its readings held to what came before."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..cameras.camera import Frame
from ..errors import OutputError
from ..forms.fields import Field
from ..forms.form import Form
from ..forms.form_record import as_number
from ..forms.history import FieldState, confirmed, offered, rejected
from ..forms.history_file import load_states, save_states
from ..forms.reading import FieldReading, FormReading, State
from ..host.lasting_thread import LastingThread

LOG = logging.getLogger(__name__)
# Seconds from one reading to the next, and how long the end waits for the one that is going on.
INTERVAL_S, END_S = 1.0, 0.5


class ReadsForms(Protocol):
    """What reads one form off photos."""

    form: Form

    def read(self, photo: NDArray[np.uint8]) -> FormReading:
        """Reads one, uint8 (H, W)."""


@dataclass(frozen=True)
class FieldNow:
    """A field as the camera has it.

    Attributes:
        name: of the field.
        text: the last reading that was taken, or None before the first; it stays while the form is out of view.
        value: its number, scaled, or None.
        state: of the last frame that was looked at.
        confidence: of that reading, in [0, 1].
        guess: of a doubtful one, or None.
        rejected: what the ink seems to say where the rules say otherwise, or None.
        held: a reading that waits until more frames confirm it, or None.
        reason: why it waits, or None.
    """

    name: str
    text: str | None
    value: Decimal | None
    state: State
    confidence: float
    guess: str | None = None
    rejected: str | None = None
    held: str | None = None
    reason: str | None = None

    def to_record(self) -> dict[str, Any]:
        """As published by MQTT."""
        return {
            "text": self.text,
            "value": None if self.value is None else as_number(self.value),
            "state": self.state,
            "doubtful": self.state not in ("read", "blank") or self.held is not None,
            "confidence": round(self.confidence, 2),
            "guess": self.guess,
            "rejected": self.rejected,
            "held": self.held,
            "reason": self.reason,
        }


Tell = Callable[[tuple[FieldNow, ...]], None]
# Looks at a frame whose form was read.
Look = Callable[[Frame, FormReading, tuple[FieldNow, ...]], None]


class FormWatch:
    """Reads the newest frame in a thread of its own, so that numbers are read as fast as without it.

    Args:
        reader: of the form.
        tell: told the fields after each reading, in that thread.
        kept: file of what rules look back to, or None to forget it at the end.
        look: told more of each reading, in that thread.
    """

    def __init__(self, reader: ReadsForms, tell: Tell, kept: Path | None = None, look: Look | None = None) -> None:
        self._reader, self._tell, self._kept, self._look = reader, tell, kept, look
        # Of the states, and of who is told of them.
        self._lock = threading.Lock()
        self._now: tuple[FieldNow, ...] = ()
        self._states = {} if kept is None else load_states(kept, reader.form)
        self._frame: Frame | None = None
        self._something, self._ended = threading.Event(), threading.Event()
        self._thread = LastingThread("form", self._work, self._ended)
        self._thread.start()

    def see(self, frame: Frame) -> None:
        """Takes a frame; returns at once."""
        self._frame = frame
        self._something.set()

    def close(self) -> None:
        """Ends the thread."""
        self._ended.set()
        self._something.set()
        self._thread.join(END_S)

    def confirm(self, name: str, text: str | None) -> None:
        """Takes what a person says stands in a field; None is that what is held does not. From any thread.

        Raises:
            FormError: the field's rules do not allow the text.
        """
        field = next(each for each in self._reader.form.fields if each.name == name)
        with self._lock:
            before, state = dict(self._states), self._states.get(name, FieldState())
            if text is not None and (text or not field.looks_back):
                state = confirmed(field, state, text, time.time()) if field.allows(text) else replace(state, taken=text)
            else:
                state = rejected(state, time.time())
            self._states[name] = state
            self._keep(before)
            self._now = tuple(_told(each, field, state) if each.name == name else each for each in self._now)
            self._tell(self._now)

    def _work(self) -> None:
        self._something.wait(INTERVAL_S)
        self._something.clear()
        frame, self._frame = self._frame, None
        if frame is None or self._ended.is_set():
            return
        started_s = time.monotonic()
        time_s = time.time() - (started_s - frame.captured_s)
        reading = self._reader.read(frame.luma)
        with self._lock:
            before = dict(self._states)
            self._now = tuple(self._looked_at(each, index, time_s) for index, each in enumerate(reading.fields))
            self._keep(before)
            self._tell(self._now)
        if self._look is not None:
            self._look(frame, reading, self._now)
        self._ended.wait(max(0.0, INTERVAL_S - (time.monotonic() - started_s)))

    def _looked_at(self, reading: FieldReading, index: int, time_s: float) -> FieldNow:
        field = self._reader.form.fields[index]
        state = self._states.get(field.name, FieldState())
        # A rule that looks back compares numbers; what is blank is none.
        if reading.text is not None and (reading.text or not field.looks_back):
            state = offered(field, state, reading.text, time_s)
            self._states[field.name] = state
        now = FieldNow(field.name, None, None, reading.state, reading.confidence, reading.guess, reading.rejected)
        return _told(now, field, state)

    def _keep(self, before: Mapping[str, FieldState]) -> None:
        """Writes what was taken or began to wait; a count of frames alone wears no card out."""
        looking_back = [field.name for field in self._reader.form.fields if field.looks_back]
        former, now = (
            {name: states.get(name, FieldState()) for name in looking_back} for states in (before, self._states)
        )
        if self._kept is None or _lasting(former) == _lasting(now):
            return
        try:
            save_states(self._kept, now)
        except OutputError as error:
            LOG.warning("form: what its fields look back to cannot be kept: %s", error)


def _told(now: FieldNow, field: Field, state: FieldState) -> FieldNow:
    """A field with what is taken and held."""
    held = state.held
    return replace(
        now,
        text=state.taken,
        value=None if state.taken is None else field.value(state.taken),
        held=None if held is None else held.text,
        reason=None if held is None else held.reason,
    )


def _lasting(states: Mapping[str, FieldState]) -> dict[str, tuple[str | None, str | None]]:
    return {name: (state.taken, None if state.held is None else state.held.reason) for name, state in states.items()}
