"""A camera that keeps running: held by a process of its own, which is killed and started again when no frames come."""

import contextlib
import json
import logging
import socket
import subprocess
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import CameraError, EndOfFrames
from ..host.python_process import python_command, python_environment
from . import wire
from .camera import Camera, Frame

LOG = logging.getLogger(__name__)

# Seconds without a frame before the camera is started again, and then before its process is.
HANG_S, RESTART_S = 5.0, 2.0
# From the start of a process to the first frame; importing picamera2 alone takes seconds on a Raspberry Pi.
START_S = 45.0
CLOSE_S = 0.4
# Before each attempt when a camera that once worked cannot be opened.
BACK_OFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
FACTORY = "edge_app.cameras.choice:open_camera"
HOLDER = "from edge_app.cameras.holder import main; main()"


class SupervisedCamera(Camera):
    """A Camera whose frames come from a process of its own, the newest first; it is restarted automatically.

    Args:
        wanted: see open_camera.
        size_wh: see open_camera.
        fps: see open_camera.
        stop: ends any wait.
        changed: called with the camera's name, or what is wrong with it, and how often it was started again.
        factory: "module:function" that opens the camera in its process.

    Raises:
        CameraError: it cannot be opened at the start.
    """

    def __init__(
        self,
        wanted: str,
        size_wh: tuple[int, int] = (640, 480),
        fps: float = 30.0,
        stop: threading.Event | None = None,
        changed: Callable[[str, int], None] = lambda _name, _restarts: None,
        factory: str = FACTORY,
    ) -> None:
        self._task = json.dumps({"wanted": wanted, "size_wh": size_wh, "fps": fps, "factory": factory})
        self._stop, self._changed = stop or threading.Event(), changed
        self._process: subprocess.Popen[bytes] | None = None
        self._asked, self._failures, self._restarts = False, 0, 0
        # Frames are numbered on over restarts.
        self._last, self._base = -1, 0
        self.name = wanted
        try:
            self._start()
            self._opened(self._receive(START_S))
        except (CameraError, InterruptedError):
            self.close()
            raise
        except (OSError, EOFError) as error:
            self.close()
            raise CameraError(
                f"expected {wanted} to open within {START_S:.0f} s, got {str(error) or 'nothing'}; "
                "try python -m edge_app doctor"
            ) from error
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int | None:
        """Of the process that holds the camera, while there is one."""
        return None if self._process is None else self._process.pid

    def read(self) -> Frame:
        """Waits for a frame not seen before, over any number of restarts.

        Raises:
            EndOfFrames: a video is over.
            InterruptedError: `stop` was set.
        """
        patience_s, restarted = HANG_S, False
        while True:
            try:
                message = self._ask(wire.NEXT, patience_s)
                self._failures = 0
                self._last = self._base + message.number
                return Frame(_picture(message), self._last, message.captured_s, message.scene)
            except (EndOfFrames, InterruptedError):
                raise
            except TimeoutError:
                if not restarted:
                    patience_s, restarted = RESTART_S, True
                    self._tell("no frame for 5 s; starting the camera again")
                    self._command(wire.RESTART)
                    self._asked = False
                    continue
                self._again("the camera hangs; starting its process again")
            except (EOFError, OSError, CameraError) as error:
                self._again(f"{str(error) or 'the process of the camera ended'}; starting it again")
            patience_s, restarted = START_S, True

    def photograph(self) -> NDArray[np.uint8]:
        """One large picture; raises CameraError if none comes now."""
        try:
            return _picture(self._ask(wire.PHOTOGRAPH, HANG_S))
        except InterruptedError:
            raise
        except (TimeoutError, EOFError, OSError) as error:
            raise CameraError(f"expected a photograph from {self.name}, got none; try again") from error

    def kill(self) -> None:
        """Ends the process of the camera at once; from any thread."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Frees the camera: asks, and after a moment ends its process."""
        process, self._process = self._process, None
        if process is None:
            return
        self._connection.close()
        try:
            process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self._connection, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as failed:
            failed.callback(self._connection.close)
            self._process = subprocess.Popen(
                python_command("-c", HOLDER, str(theirs.fileno()), self._task),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=python_environment(),
            )
            failed.pop_all()
        # Asked at once, so that a camera that cannot be opened has something to answer.
        self._command(wire.NEXT)
        self._asked = True

    def _ask(self, command: bytes, patience_s: float) -> wire.Message:
        """Asks, and waits for what answers it; other messages are dealt with on the way."""
        wanted = wire.FRAME if command == wire.NEXT else wire.PHOTO
        if not (command == wire.NEXT and self._asked):
            self._command(command)
        self._asked = self._asked or command == wire.NEXT
        until_s = time.monotonic() + patience_s
        while True:
            message = self._receive(until_s - time.monotonic())
            if message.kind == wire.FRAME:
                self._asked = False
            if message.kind == wanted:
                return message
            if message.kind not in {wire.FRAME, wire.PHOTO}:
                self._opened(message)

    def _opened(self, message: wire.Message) -> None:
        text = bytes(message.payload).decode(errors="replace")
        if message.kind == wire.END:
            raise EndOfFrames(text)
        if message.kind == wire.ERROR:
            raise CameraError(text)
        self.name, self._base = text, self._last + 1
        self._changed(text, self._restarts)

    def _again(self, why: str) -> None:
        """Ends the process, waits a little longer each time, and starts another, as soon as the machine can."""
        self._tell(why)
        self.kill()
        self.close()
        refused = False
        while True:
            wait_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
            self._failures += 1
            if self._stop.wait(wait_s):
                raise InterruptedError
            try:
                return self._start()
            except OSError as error:
                if not refused:
                    LOG.warning("%s: its process cannot be started (%s); trying again", self.name, error)
                refused = True

    def _tell(self, why: str) -> None:
        self._restarts += 1
        LOG.warning("%s: %s", self.name, why)
        self._changed(why, self._restarts)

    def _command(self, command: bytes) -> None:
        with contextlib.suppress(OSError):  # the answer, or its absence, shows
            self._connection.sendall(command)

    def _receive(self, patience_s: float) -> wire.Message:
        return wire.receive(self._connection, time.monotonic() + patience_s, self._stop.is_set)


def _picture(message: wire.Message) -> NDArray[np.uint8]:
    return np.frombuffer(message.payload, np.uint8).reshape(message.height, message.width)
