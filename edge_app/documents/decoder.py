"""Decodes documents in a process of its own, which is ended when a page takes too long or too much memory."""

import itertools
import json
import math
import select
import signal
import socket
import subprocess
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import DigitsError, ImageError, MissingPartError
from ..files.image import FIRST_ON_ITS_SIDE, upright
from ..files.opening import BAND_PIXELS, clear_errors
from ..files.shared import shared_file
from ..host.python_process import python_command, python_environment
from .decoder_process import LENGTH, packed
from .pdf import DPI

PROCESS = "from edge_app.documents.decoder_process import main; main()"
# What is free goes back to the system at once: the process waits most of the time. One arena and one thread, as one
# picture is decoded at a time.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "8388608", "MALLOC_TRIM_THRESHOLD_": "8388608", "MALLOC_ARENA_MAX": "1"}
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# How long a wait goes on before it asks whether to give up.
SLICE_S = 0.1
KEYS = itertools.count()


@dataclass(frozen=True)
class Limits:
    """What decoding may take.

    Attributes:
        memory_bytes: for a page, beside the process itself.
        cpu_s: seconds of a processor, for opening a document and for each page.
        wall_s: seconds until the process is ended whatever it does.
        shrink_above: of an image with more megapixels every second row and column is enough, or every fourth; None
            leaves all at their own size.
    """

    memory_bytes: int
    cpu_s: int
    wall_s: float
    shrink_above: float | None = None


# Of one's own files: time for a large page on a slow computer that does other things as well.
FILES = Limits(1 << 30, cpu_s=10, wall_s=20.0)


@dataclass(frozen=True)
class Decoded:
    """A page.

    Attributes:
        pixels: uint8 (H, W) luma or (H, W, 3) RGB, upright.
        size_wh: of the upright page before it was shrunk.
    """

    pixels: NDArray[np.uint8]
    size_wh: tuple[int, int]


def never() -> bool:
    """Nobody stops it."""
    return False


class Decoder:
    """Starts the process when it is needed, and again after it was ended. For one thread.

    Args:
        limits: of each page.
    """

    def __init__(self, limits: Limits = FILES) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._name, self._until_s, self._stopped = "", 0.0, never

    def start(self) -> None:
        """Starts the process, unless it runs; it gets ready while others do something else."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                python_command("-c", PROCESS, str(theirs.fileno()), json.dumps(asdict(self._limits))),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**python_environment(), **MALLOC, **THREADS},
            )
        # A run that ends by an error closes nothing.
        self._end = weakref.finalize(self, _end, self._process, self._connection)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._end()
            self._process = None

    @contextmanager
    def open(
        self, file: BinaryIO, name: str, dpi: int | None = DPI, stopped: Callable[[], bool] = never
    ) -> Iterator["OpenDocument"]:
        """Opens a document.

        Args:
            file: of it, that can be sought in.
            name: of it, for its suffix and for messages.
            dpi: dots an inch at which a PDF is drawn; None takes none.
            stopped: asked often; ends the decoding.

        Raises:
            ImageError: no document, a damaged or encrypted one, without a page, or one that takes too much to open.
            MissingPartError: a PDF, or HEIC, whose package is not installed.
            InterruptedError: stopped.
        """
        with ExitStack() as stack:
            with clear_errors(file, name):
                shared = stack.enter_context(shared_file(file))
            request = {"document": next(KEYS), "name": name, "dpi": dpi}
            stack.callback(self._forget)
            pages = self.ask({**request, "page": None}, shared, stopped)["pages"]
            yield OpenDocument(self, shared, request, stopped, pages)

    def ask(self, request: dict[str, Any], file: BinaryIO, stopped: Callable[[], bool]) -> dict[str, Any]:
        """What the process says to a request; see decoder_process."""
        self.start()
        self._name, self._stopped = request["name"], stopped
        self._until_s = time.monotonic() + self._limits.wall_s
        with suppress(OSError):  # that there is no answer tells
            socket.send_fds(self._connection, [packed(request)], [file.fileno()])
        (length,) = LENGTH.unpack(self.receive(LENGTH.size))
        answer: dict[str, Any] = json.loads(self.receive(length))
        if "error" in answer:
            error: type[DigitsError] = MissingPartError if answer["missing"] else ImageError
            raise error(answer["error"])
        return answer

    def receive(self, size: int) -> bytearray:
        """So many bytes of an answer.

        Raises:
            ImageError: they do not come in time, or the process has ended.
            InterruptedError: stopped.
        """
        received = bytearray(size)
        view = memoryview(received)
        while view:
            left_s = self._until_s - time.monotonic()
            if self._stopped():
                self.close()
                raise InterruptedError
            if left_s <= 0:
                raise self._given_up(self._limits.wall_s)
            if select.select([self._connection], [], [], min(SLICE_S, left_s))[0]:
                view = view[self._received(view) :]
        return received

    def _received(self, view: memoryview) -> int:
        try:
            if got := self._connection.recv_into(view):
                return got
        except ConnectionError:
            pass
        raise self._ended()

    def _ended(self) -> ImageError:
        code: int | None = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=1.0)
        if code == -signal.SIGXCPU:
            return self._given_up(self._limits.cpu_s)
        self.close()
        return ImageError(
            f"expected a page that can be decoded, got one that ended the process that tried ({code}), {self._name}; "
            "save it as another kind of image"
        )

    def _given_up(self, limit_s: float) -> ImageError:
        self.close()
        return ImageError(
            f"expected a page that is decoded within {limit_s:.0f} s, got one that takes longer, {self._name}; "
            "save it as another kind of image"
        )

    def _forget(self) -> None:
        """Lets the process close its document, and give its memory back."""
        if self._process is not None:
            with suppress(OSError):
                self._connection.sendall(packed({"document": None}))


class OpenDocument:
    """A document; from Decoder.open.

    Attributes:
        pages: how many; at least 1.
    """

    def __init__(
        self, decoder: Decoder, file: BinaryIO, request: dict[str, Any], stopped: Callable[[], bool], pages: int
    ) -> None:
        self.pages = pages
        self._decoder, self._file, self._request, self._stopped = decoder, file, request, stopped

    def page(self, number: int, luma: bool = False) -> Decoded:
        """Decodes page number, from 1; after a page that was given up the others can still be decoded.

        Args:
            number: of the page.
            luma: colours become luma too, the same as image.to_luma's.

        Raises:
            ImageError: this page is damaged, too large or too small, or takes too much.
            InterruptedError: stopped.
        """
        answer = self._decoder.ask({**self._request, "page": number, "luma": luma}, self._file, self._stopped)
        (height, width, channels), lies = answer["shape"], answer["lies"]
        try:
            pixels = upright(self._bands(height, width, channels), (height, width), lies)
        except BaseException:
            # The rest of the answer must not be taken for the next one.
            self._decoder.close()
            raise
        wide, high = answer["size_wh"]
        return Decoded(pixels, (wide, high) if lies < FIRST_ON_ITS_SIDE else (high, wide))

    def _bands(self, height: int, width: int, channels: int) -> Iterator[NDArray[np.uint8]]:
        rows = max(1, BAND_PIXELS // width)
        for top in range(0, height, rows):
            shape = min(rows, height - top), width, channels
            band = np.frombuffer(self._decoder.receive(math.prod(shape)), np.uint8).reshape(shape)
            yield band[..., 0] if channels == 1 else band


def _end(process: subprocess.Popen[bytes], connection: socket.socket) -> None:
    connection.close()
    process.kill()
    process.wait()
