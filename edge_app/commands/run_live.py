"""`python -m edge_app run`: camera, reader, outputs and web page put together, and ended together."""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import cv2

from ..cameras.camera import Frame
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
from ..page.result import Page
from ..page.views import View
from ..web.info import Info

LOG = logging.getLogger(__name__)

# After SIGTERM everything has so long to end, then it is ended.
END_S = 0.9


def run(options: argparse.Namespace) -> int:
    """Reads live until SIGTERM, Ctrl-C, the end of a video or --frames; returns the exit code.

    Raises:
        DigitsError: what cannot be opened at the start.
    """
    log_to_stderr()
    stop, state, photographs = threading.Event(), LiveState(), Photographs()
    notifier = Notifier()
    held: list[SupervisedCamera] = []
    with contextlib.ExitStack() as stack:
        # First in, last out: a signal's time limit holds for all the closing below.
        stack.enter_context(_signals(stop, held))
        stack.callback(notifier.stopping)
        cv2.setNumThreads(options.threads)
        reader = CurrentReader(options, steady=True, switched=state.model_changed)
        if options.collect is not None:
            require_writable(options.collect, "--collect")
        collector = None if options.collect is None else Collector(CropQueue(options.collect, options.writer))
        if collector is not None:
            stack.callback(collector.close)
        # Before the camera: what is wrong with a flag shows at once.
        outputs = _outputs(options, state, stack)
        with contextlib.suppress(InterruptedError):
            camera = SupervisedCamera(options.camera, options.size, options.fps, stop, state.camera_changed)
            held.append(stack.enter_context(camera))
            LOG.info("camera: %s", camera.name)
            if options.preview_port is not None:
                from ..web.open import open_web

                stack.callback(open_web(options, state, Info(reader.classifier.runtime), photographs, collector).close)

            def collect(frame: Frame, page: Page) -> None:
                if collector is not None:
                    collector.see(frame.luma, page, reader.classifier, reader.classifier.model_sha256)

            view = SteadyViewReader(reader, View.of(options))
            LiveLoop(camera, view, outputs, state, stop, notifier, photographs, collect).run(options.frames)
    return 0


def _outputs(options: argparse.Namespace, state: LiveState, stack: contextlib.ExitStack) -> list[Output]:
    outputs: list[Output] = [Console(options.json or not sys.stdout.isatty())]
    if options.mqtt is not None:
        from ..mqtt.open import open_outputs

        outputs += open_outputs(options, state)
    for output in outputs:
        stack.callback(output.close)
    return outputs


@contextlib.contextmanager
def _signals(stop: threading.Event, cameras: list[SupervisedCamera]) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop the loop; if that takes too long, the process ends without ceremony."""
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
