"""What the live state is in words: numbers in view, history, and whether all is well."""

import json
import time
from dataclasses import asdict
from typing import Any

from ..live.state import LiveState, Snapshot

# A camera without a frame for this many seconds is away.
AWAY_S = 5.0
# As many as the page lists.
PAGE_HISTORY = 50


def trouble(now: Snapshot, clock_s: float) -> str | None:
    """Why nothing is read at the moment, or None if a frame was read in the last seconds."""
    if now.frame < 0:
        return "no frame has been read yet"
    age_s = clock_s - now.captured_s
    return None if age_s <= AWAY_S else f"no frame has been read for {age_s:.0f} s"


def numbers_record(state: LiveState, history: int | None = None) -> dict[str, Any]:
    """The JSON object of /api/numbers.

    Args:
        state: the live loop's.
        history: how many of the last events, or None for all that are kept; oldest first.
    """
    now, events = state.now(), state.history()
    return {
        "trouble": trouble(now, time.monotonic()),
        "camera": now.camera,
        "model_sha256": now.model_sha256,
        "frame": now.frame,
        "frames_per_second": round(now.frames_per_second, 1),
        "drift": asdict(now.drift),
        "text": now.page.text if now.page else "",
        "numbers": [number.to_record() for number in now.numbers],
        "history": [event.to_record() for event in (events if history is None else events[-history:])],
    }


class News:
    """Makes server-sent events out of the live state: one when something happens, else one a second."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._sent: tuple[object, ...] = ()
        self._sent_s = 0.0

    async def next_event(self, anyway: bool) -> bytes | None:
        """The whole record as one event, or None if there is nothing new."""
        now, clock_s = self._state.now(), time.monotonic()
        key = (now.numbers, now.camera, now.counters.numbers, now.drift.alarm, now.model_sha256)
        if not anyway and key == self._sent and clock_s - self._sent_s < 1:
            return None
        self._sent, self._sent_s = key, clock_s
        return b"data: " + json.dumps(numbers_record(self._state, PAGE_HISTORY)).encode() + b"\n\n"
