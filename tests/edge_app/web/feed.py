"""A stand-in for the live loop: shows frames of a drawn page, read by the real reader, until it is told to stop."""

import itertools
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier, Page, PageReader
from edge_app.bench.sample_page import ROWS, draw_page
from edge_app.cameras.camera import Frame
from edge_app.collect.collector import Collector
from edge_app.live.event import NumberEvent
from edge_app.live.state import LiveState
from edge_app.page.result import Line

CAMERA = "drawn page 640x480"


def make_reader() -> PageReader:
    """The real reader, on the runtime that every machine of the tests has."""
    return PageReader(DigitClassifier.load(runtime="litert"))


def event_of(line: Line, track: int) -> NumberEvent:
    """What a tracker would publish of a line that it reads."""
    boxes = np.array([digit.box for digit in line.digits])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    box = (int(left), int(top), int(right - left), int(bottom - top))
    confidence = min(digit.confidence for digit in line.digits)
    return NumberEvent("read", line.text, None, track, box, confidence, 0, time.time(), 12.0, guess=line.guess)


def numbers_of(page: Page) -> list[NumberEvent]:
    """What a tracker would publish of a page."""
    return [event_of(line, track) for track, line in enumerate(page.lines)]


def show(
    state: LiveState, luma: NDArray[np.uint8], page: Page, number: int, numbers: Sequence[NumberEvent] = ()
) -> None:
    """Shows one frame with the numbers in view; of frame 0 they are told, too."""
    frame = Frame(luma, number, time.monotonic())
    state.show(frame, page, numbers if number == 0 else [], numbers, 0.004)


class Feed:
    """Reads the bench's page in a thread, 30 times a second, and shows it to a collector; a context manager."""

    def __init__(self, state: LiveState, collector: Collector | None = None) -> None:
        self.state, self.shown = state, threading.Event()
        self._collector = collector
        self.texts = ROWS
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """The camera goes away."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        luma, classifier = draw_page((640, 480)), DigitClassifier.load(runtime="litert")
        reader = PageReader(classifier)
        self.state.camera_changed(CAMERA, 0)
        numbers = numbers_of(reader.read(luma))
        for number in itertools.count():
            if self._stop.wait(1 / 30):
                return
            page = reader.read(luma)
            show(self.state, luma, page, number, numbers)
            if self._collector is not None:
                self._collector.see(luma, page, classifier, "ab")
            self.shown.set()
