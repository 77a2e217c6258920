"""The live loop: the newest frame is read, its numbers are followed, and what happened is published."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from ..cameras.camera import Camera, Frame
from ..errors import DigitsError, EndOfFrames
from ..host.failures import Failures
from ..host.lasting_thread import PAUSE_S
from ..host.notify import Notifier
from ..page.reader import ImageReader
from ..page.result import Page
from .event import Change, NumberEvent, Output
from .photographs import Photographs
from .state import LiveState
from .tracker import Tracker


class LiveLoop:
    """Reads frames until it is stopped, the camera ends, or enough have been read.

    Args:
        camera: open; frames that come while one is read are dropped, never queued.
        reader: reads each.
        outputs: get each event, in order.
        state: shown each frame.
        stop: ends the loop between two frames.
        notifier: hears that the loop is alive.
        photographs: what others want of the camera between two frames.
        collect: shown each frame with its page.
    """

    def __init__(
        self,
        camera: Camera,
        reader: ImageReader,
        outputs: Sequence[Output],
        state: LiveState,
        stop: threading.Event,
        notifier: Notifier,
        photographs: Photographs,
        collect: Callable[[Frame, Page], None] = lambda _frame, _page: None,
    ) -> None:
        self._camera, self._reader, self._outputs, self._state = camera, reader, outputs, state
        self._stop, self._notifier, self._photographs = stop, notifier, photographs
        self._collect, self._tracker, self._ready = collect, Tracker(), False
        self._failures, self._camera_failures = Failures("reading"), Failures("camera")

    def run(self, frames: int | None = None) -> int:
        """Reads at most that many frames; returns how many it read.

        Raises:
            DigitsError: the first frame cannot be read; a later one that cannot is left out.
        """
        done = 0
        while not self._stop.is_set() and done != frames:
            try:
                self._photographs.take(self._camera)
                frame = self._camera.read()
            except (EndOfFrames, InterruptedError):
                break
            except Exception as error:
                self._camera_failures.failed(error)
                self._stop.wait(PAUSE_S)
                continue
            done += 1
            try:
                self._read(frame)
            # Nobody listens any more.
            except BrokenPipeError:
                raise
            except Exception as error:
                # What cannot be read at the start, as a region outside the image, is for the user to change.
                if isinstance(error, DigitsError) and not self._ready:
                    raise
                # The watchdog hears nothing, in case that every frame fails.
                self._failures.failed(error)
                continue
            if not self._ready:
                self._notifier.ready(f"reading {self._camera.name}")
                self._ready = True
            self._notifier.alive()
        return done

    def _read(self, frame: Frame) -> None:
        started_s = time.monotonic()
        page = self._reader.read(frame.luma)
        read_s = time.monotonic() - started_s
        events = [_event(change, frame) for change in self._tracker.update(page, frame.captured_s, frame.scene)]
        # First, as an output may publish what these events changed in the state.
        self._show(frame, page, events, read_s)
        for event in events:
            for output in self._outputs:
                self._try(output.publish, event)
        self._try(self._collect, frame, page)

    def _try(self, use: Callable[..., None], *what: Any) -> None:
        """One that fails must not keep anything from the others."""
        try:
            use(*what)
        except BrokenPipeError:
            raise
        except Exception as error:
            self._failures.failed(error)

    def _show(self, frame: Frame, page: Page, events: list[NumberEvent], read_s: float) -> None:
        numbers = [_event(change, frame) for change in self._tracker.numbers()]
        self._state.show(frame, page, events, numbers, read_s)


def _event(change: Change, frame: Frame) -> NumberEvent:
    age_s = time.monotonic() - frame.captured_s
    return NumberEvent(**asdict(change), frame=frame.number, time_s=time.time() - age_s, age_ms=age_s * 1000)
