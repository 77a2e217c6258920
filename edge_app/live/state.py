"""What the live loop shows to others: the last frame with its page, the last events, counters."""

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cameras.camera import Frame
from ..page.result import Page
from .drift import Drift, DriftMonitor
from .event import NumberEvent
from .form_watch import FieldNow, Tell

HISTORY = 200
# The frame rate is taken over this many seconds.
RATE_S = 5.0


@dataclass(frozen=True)
class Counters:
    """Sums since the start.

    Attributes:
        frames_read: frames that were read.
        frames_dropped: frames that the camera took while another was read.
        numbers: events by kind.
        refused: pieces of ink looked at and not reported.
        digits: digits read.
        doubtful: digits that are not trusted, "?" in a number.
        camera_restarts: how often the camera had to be started again.
        read_s: seconds spent in reading.
        age_s: sum over frames of the time from capture to the end of reading.
    """

    frames_read: int = 0
    frames_dropped: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    digits: int = 0
    doubtful: int = 0
    camera_restarts: int = 0
    read_s: float = 0.0
    age_s: float = 0.0


@dataclass(frozen=True)
class Snapshot:
    """One moment of the live loop.

    Attributes:
        luma: uint8 (H, W) of the last frame that was read, or None before the first; not to be written to.
        page: what was read off it.
        numbers: the stable numbers in view, as last published.
        frame: its number.
        captured_s: see Frame.
        frames_per_second: over the last seconds.
        camera: its name, or what is wrong with it.
        model_sha256: hash of the model that reads, hexadecimal.
        counters: since the start.
        drift: how doubtfully digits are read.
        fields: of the form that is read, after its last reading; none if there is no form.
    """

    luma: NDArray[np.uint8] | None
    page: Page | None
    numbers: tuple[NumberEvent, ...]
    frame: int
    captured_s: float
    frames_per_second: float
    camera: str
    model_sha256: str
    counters: Counters
    drift: Drift
    fields: tuple[FieldNow, ...] = ()


class LiveState:
    """Written by the live loop, read by any thread; neither waits for the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Snapshot(None, None, (), -1, 0.0, 0.0, "not open yet", "", Counters(), Drift())
        self._history: deque[NumberEvent] = deque(maxlen=HISTORY)
        self._ends: deque[float] = deque(maxlen=1000)
        self._drift = DriftMonitor()
        self._of_forms: list[Tell] = []

    def show(
        self, frame: Frame, page: Page, events: Sequence[NumberEvent], numbers: Sequence[NumberEvent], read_s: float
    ) -> None:
        """Takes a frame that was read, what happened on it, and the numbers in view after it."""
        now_s = time.monotonic()
        with self._lock:
            former = self._now
            sums = former.counters
            kinds = dict(sums.numbers)
            for event in events:
                kinds[event.kind] = kinds.get(event.kind, 0) + 1
                if event.kind != "left":
                    self._drift.add(event.box, page)
            self._history.extend(events)
            self._ends.append(now_s)
            while self._ends[0] < now_s - RATE_S:
                self._ends.popleft()
            doubtful = [digit.label is None for line in page.lines for digit in line.digits]
            counters = replace(
                sums,
                frames_read=sums.frames_read + 1,
                frames_dropped=sums.frames_dropped + max(0, frame.number - former.frame - 1),
                numbers=kinds,
                refused=sums.refused + len(page.refused),
                digits=sums.digits + doubtful.count(False),
                doubtful=sums.doubtful + doubtful.count(True),
                read_s=sums.read_s + read_s,
                age_s=sums.age_s + now_s - frame.captured_s,
            )
            self._now = replace(
                former,
                luma=frame.luma,
                page=page,
                numbers=tuple(numbers),
                frame=frame.number,
                captured_s=frame.captured_s,
                frames_per_second=_rate(self._ends),
                counters=counters,
                drift=self._drift.now(),
            )

    def camera_changed(self, name: str, restarts: int) -> None:
        """Takes the camera's name, or what is wrong with it, and how often it had to be started again."""
        with self._lock:
            counters = replace(self._now.counters, camera_restarts=restarts)
            self._now = replace(self._now, camera=name, counters=counters)

    def model_changed(self, sha256: str, provenance: Mapping[str, Any]) -> None:
        """Takes the hash and the provenance of the model that reads from now on."""
        with self._lock:
            self._drift.model_changed(provenance)
            self._now = replace(self._now, model_sha256=sha256, drift=self._drift.now())

    def when_form_is_read(self, tell: Tell) -> None:
        """Tells somebody the form's fields after each reading, in the thread that reads them."""
        self._of_forms.append(tell)

    def form_read(self, fields: tuple[FieldNow, ...]) -> None:
        """Takes the form's fields after a reading."""
        with self._lock:
            self._now = replace(self._now, fields=fields)
        for tell in self._of_forms:
            tell(fields)

    def now(self) -> Snapshot:
        """The last moment."""
        with self._lock:
            return self._now

    def history(self) -> tuple[NumberEvent, ...]:
        """The last events, oldest first."""
        with self._lock:
            return tuple(self._history)


def _rate(ends: deque[float]) -> float:
    return (len(ends) - 1) / (ends[-1] - ends[0]) if len(ends) > 1 and ends[-1] > ends[0] else 0.0
