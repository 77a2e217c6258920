"""The process that holds the camera, so that a camera that hangs can be ended from outside; `supervised` starts it."""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import DigitsError, EndOfFrames
from ..files.opening import MIN_SIDE_PX
from ..host.logs import log_to_stderr
from . import wire
from .camera import Camera, Frame

LOG = logging.getLogger(__name__)


def main() -> None:
    """Serves the camera that the second argument describes on the socket that the first one names."""
    # Ctrl-C goes to the whole group; the app ends this process itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_stderr()
    task = json.loads(sys.argv[2])
    task["size_wh"] = tuple(task["size_wh"])
    module, _, function = task.pop("factory").partition(":")
    factory = getattr(importlib.import_module(module), function)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        serve(connection, lambda: factory(**task), 1 / task["fps"])
    # Not through the interpreter's end: a thread may hang in the camera.
    os._exit(0)


def serve(connection: socket.socket, opened: Callable[[], Camera], interval_s: float) -> None:
    """Answers commands until the other end closes.

    Args:
        connection: see wire.
        opened: opens the camera.
        interval_s: between frames; a camera that is faster is slowed down.
    """
    feed = _Feed(connection, opened, interval_s)
    feed.start()
    while command := _received(connection):
        if command == wire.RESTART:
            # Closing can hang as well.
            threading.Thread(target=feed.close, daemon=True).start()
            feed = _Feed(connection, opened, interval_s)
            feed.start()
        feed.ask(command)
    closing = threading.Thread(target=feed.close, daemon=True)
    closing.start()
    closing.join(timeout=0.5)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1)
    except ConnectionError:  # the app went without reading all that was sent
        return b""


class _Feed(threading.Thread):
    """Takes frame after frame and keeps the newest, which goes out when it is asked for."""

    def __init__(self, connection: socket.socket, opened: Callable[[], Camera], interval_s: float) -> None:
        super().__init__(daemon=True)
        self._connection, self._opened, self._interval_s = connection, opened, interval_s
        self._lock = threading.Lock()
        self._camera: Camera | None = None
        self._newest: Frame | None = None
        self._asked: set[bytes] = set()
        self._problem: wire.Message | None = None
        self._closed = self._told = False

    def run(self) -> None:
        try:
            self._camera = camera = self._opened()
            wire.send(self._connection, wire.Message(wire.OPENED, camera.name.encode()))
            while not self._closed:
                self._take(camera)
        except EndOfFrames as end:
            self._fail(wire.Message(wire.END, str(end).encode()))
        except DigitsError as error:
            self._fail(wire.Message(wire.ERROR, str(error).encode()))
        except OSError:  # the app has gone
            self._closed = True
        except Exception as error:  # whatever a driver raises: it is reported, and the app starts another process
            self._fail(wire.Message(wire.ERROR, f"{type(error).__name__}: {error}".encode()))

    def ask(self, command: bytes) -> None:
        """Takes NEXT or PHOTOGRAPH: answered at once if there is something new, else as soon as there is."""
        with self._lock:
            if command in {wire.NEXT, wire.PHOTOGRAPH}:
                self._asked.add(command)
            self._answer()

    def close(self) -> None:
        """Ends the thread, and the camera."""
        self._closed = True
        if self._camera is not None:
            self._camera.close()

    def _take(self, camera: Camera) -> None:
        started_s = time.monotonic()
        frame = camera.read()
        photo = camera.photograph() if wire.PHOTOGRAPH in self._asked else None
        with self._lock:
            if photo is not None and self._usable(photo):
                self._asked.discard(wire.PHOTOGRAPH)
                wire.send(self._connection, wire.Message(wire.PHOTO, np.ascontiguousarray(photo).data, *photo.shape))
            if self._usable(frame.luma):
                self._newest = frame
            self._answer()
        # Only stand-ins for cameras run much faster than they were asked to.
        time.sleep(max(0.0, 0.9 * self._interval_s - (time.monotonic() - started_s)))

    def _answer(self) -> None:
        if self._closed:
            return
        if self._problem is not None and self._asked:
            self._asked.clear()
            wire.send(self._connection, self._problem)
        elif self._newest is not None and wire.NEXT in self._asked:
            frame, self._newest = self._newest, None
            self._asked.discard(wire.NEXT)
            height, width = frame.luma.shape
            about = height, width, frame.number, frame.captured_s, frame.scene
            wire.send(self._connection, wire.Message(wire.FRAME, np.ascontiguousarray(frame.luma).data, *about))

    def _usable(self, picture: NDArray[np.generic]) -> bool:
        """Whether a picture is one; what is not is left out, and told once."""
        fits = picture.dtype == np.uint8 and picture.ndim == 2 and min(picture.shape) >= MIN_SIDE_PX
        fits = fits and picture.size <= wire.MAX_BYTES
        if not fits and not self._told:
            self._told = True
            told = f"expected frames of uint8, (H, W) from {MIN_SIDE_PX}x{MIN_SIDE_PX} up"
            LOG.warning("camera: %s, got %s %s; left out", told, picture.dtype, picture.shape)
        return fits

    def _fail(self, problem: wire.Message) -> None:
        with self._lock:
            self._problem = problem
            self._answer()
