"""`python -m edge_app run`: camera, reader, outputs and web page put together, and ended together."""

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import cv2

from ..cameras.camera import Frame
from ..cameras.settings import CameraSettings
from ..cameras.supervised import SupervisedCamera
from ..collect.collector import Collector
from ..collect.queue import CropQueue
from ..files.atomic import require_writable
from ..host.logs import log_to_stderr
from ..host.notify import Notifier
from ..live.console import Console
from ..live.current_reader import CurrentReader
from ..live.event import Output
from ..live.loop import LiveLoop
from ..live.photographs import Photographs
from ..live.state import LiveState
from ..live.steady_view import SteadyViewReader
from ..page.recognition import Classifier
from ..page.result import Page
from ..page.views import View
from ..store.choice import ModelChoice
from ..web.info import Info

if TYPE_CHECKING:
    from ..forms.described import DescribedForm
    from ..mqtt.open import MqttSettings
    from ..web.open import WebSettings
    from .run_form import WatchedForm

LOG = logging.getLogger(__name__)

# Seconds that everything has to end after SIGTERM; then it is killed.
END_S = 0.9


@dataclass(frozen=True)
class LiveSettings:
    """What is read live, and who is told.

    Attributes:
        camera: gives the frames.
        view: of each frame.
        model: reads them.
        frames: how many, or None for no end.
        json: whether stdout gets JSON Lines even if it is a terminal.
        collect: folder for crops of what was refused or unsure, or None.
        writer: whose digits those are.
        web: of the page, or None.
        mqtt: of the broker, or None.
        form: that is read beside the numbers, or None.
        state: folder of what must outlive a run; None for the usual one.
    """

    camera: CameraSettings
    view: View
    model: ModelChoice
    frames: int | None = None
    json: bool = False
    collect: Path | None = None
    writer: str = "me"
    web: "WebSettings | None" = None
    mqtt: "MqttSettings | None" = None
    form: "DescribedForm | None" = None
    state: Path | None = None


def run(settings: LiveSettings) -> int:
    """Reads live until SIGTERM, Ctrl-C, the end of a video or --frames; returns the exit code.

    Raises:
        DigitsError: what cannot be opened at the start.
    """
    log_to_stderr()
    stop, state, photographs = threading.Event(), LiveState(), Photographs()
    notifier = Notifier()
    held: list[SupervisedCamera] = []
    with contextlib.ExitStack() as stack:
        # Entered first, left last: a signal's time limit covers all the closing below.
        stack.enter_context(_signals(stop, held))
        stack.callback(notifier.stopping)
        cv2.setNumThreads(settings.model.threads)
        reader = CurrentReader(settings.model, steady=True, switched=state.model_changed)
        collector = _collector(settings, stack)
        # Before the camera, so that a wrong flag shows at once.
        outputs = _outputs(settings, state, stack)
        with contextlib.suppress(InterruptedError):
            asked = settings.camera
            camera = SupervisedCamera(asked.source, asked.size_wh, asked.fps, stop, state.camera_changed)
            held.append(stack.enter_context(camera))
            LOG.info("camera: %s", camera.name)
            watched = _watched(settings, reader.classifier, state, collector, stack)
            if settings.web is not None:
                from ..web.open import open_web

                info, review = Info(reader.classifier.runtime), None if watched is None else watched.review
                stack.callback(open_web(settings.web, state, info, photographs, collector, review).close)

            def collect(frame: Frame, page: Page) -> None:
                if watched is not None:
                    watched.watch.see(frame)
                if collector is not None:
                    collector.see(frame.luma, page, reader.classifier, reader.classifier.model_sha256)

            view = SteadyViewReader(reader, settings.view)
            LiveLoop(camera, view, outputs, state, stop, notifier, photographs, collect).run(settings.frames)
    return 0


def _collector(settings: LiveSettings, stack: contextlib.ExitStack) -> Collector | None:
    if settings.collect is None:
        return None
    require_writable(settings.collect, "--collect")
    collector = Collector(CropQueue(settings.collect, settings.writer))
    stack.callback(collector.close)
    return collector


def _watched(
    settings: LiveSettings,
    classifier: Classifier,
    state: LiveState,
    collector: Collector | None,
    stack: contextlib.ExitStack,
) -> "WatchedForm | None":
    if settings.form is None:
        return None
    from ..mqtt.open import state_folder
    from .run_form import watch_form

    folder, asked = state_folder(settings.state), settings.web is not None
    return watch_form(settings.form, classifier, state, folder, asked, collector, stack)


def _outputs(settings: LiveSettings, state: LiveState, stack: contextlib.ExitStack) -> list[Output]:
    outputs: list[Output] = [Console(settings.json or not sys.stdout.isatty())]
    if settings.mqtt is not None:
        from ..mqtt.open import open_outputs

        outputs += open_outputs(settings.mqtt, state)
    for output in outputs:
        stack.callback(output.close)
    return outputs


@contextlib.contextmanager
def _signals(stop: threading.Event, cameras: list[SupervisedCamera]) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop the loop; if that takes too long, the process exits at once."""
    timers: list[threading.Timer] = []

    def end() -> None:
        for camera in cameras:
            camera.kill()
        os._exit(0)

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        timers.append(threading.Timer(END_S, end))
        timers[-1].daemon = True
        timers[-1].start()

    former = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        for timer in timers:
            timer.cancel()
