"""The process that decodes, under limits of its own: a hostile file ends it and not the app; `decoder` starts it.

What passes is JSON behind its length: beside a request the descriptor of its file, behind an answer a picture's bands.
"""

import json
import math
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ..errors import DigitsError, MissingPartError
from ..files.opening import bands, too_large_to_decode
from ..host.expendable import become_expendable
from .document import Document, Picture, Room, open_document

LENGTH = struct.Struct("!I")
# The field of /proc/self/statm that RLIMIT_DATA counts.
DATA_FIELD = 5
# Bands in the making, and what belongs to no picture.
SPARE_BYTES = 16 << 20


def main() -> None:
    """Answers on the socket that the first argument names, within the limits that the second describes."""
    # Ctrl-C goes to the whole group; the app ends this process itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits = json.loads(sys.argv[2])
    room = Room(limits["memory_bytes"], limits["shrink_above"])
    _limit(room.memory_bytes)
    # The other end may go at any time, in the middle of an answer, too.
    with socket.socket(fileno=int(sys.argv[1])) as connection, suppress(ConnectionError):
        serve(connection, room, limits["cpu_s"])


def serve(connection: socket.socket, room: Room, cpu_s: int) -> None:
    """Answers until the other end closes.

    Args:
        connection: to the app.
        room: for each page.
        cpu_s: of the processor's time for each request; it ends the process.
    """
    opened = _Opened()
    while True:
        length, descriptors, _, _ = socket.recv_fds(connection, LENGTH.size, 1)
        if not length:
            return
        (size,) = LENGTH.unpack(length)
        request = json.loads(connection.recv(size, socket.MSG_WAITALL))
        used = resource.getrusage(resource.RUSAGE_SELF)
        _allow(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + cpu_s)
        _answer(connection, opened, request, descriptors, room)


def _answer(
    connection: socket.socket, opened: "_Opened", request: dict[str, Any], descriptors: list[int], room: Room
) -> None:
    try:
        document = opened.document(request, descriptors)
        if document is None:
            return
        if request["page"] is None:
            _tell(connection, {"pages": document.pages})
        else:
            _send(connection, document.picture(request["page"], room), request["luma"])
    except DigitsError as error:
        _tell(connection, {"error": str(error), "missing": isinstance(error, MissingPartError)})
    except MemoryError:
        _tell(connection, {"error": str(too_large_to_decode(request["name"])), "missing": False})


class _Opened:
    """The document that the last request was about."""

    def __init__(self) -> None:
        self._key, self._stack = -1, ExitStack()
        self._document: Document | None = None

    def document(self, request: dict[str, Any], descriptors: list[int]) -> Document | None:
        """The document of a request, opened if it is another one; None if the last one is only to be closed."""
        if request["document"] != self._key:
            self._stack.close()
            self._key, self._document = -1, None
            if not descriptors:
                return None
            file = self._stack.enter_context(os.fdopen(descriptors.pop(), "rb"))
            file.seek(0)
            self._document = self._stack.enter_context(open_document(file, request["name"], request["dpi"]))
            self._key = request["document"]
        for descriptor in descriptors:
            os.close(descriptor)
        return self._document


def _send(connection: socket.socket, picture: Picture, luma: bool) -> None:
    parts = bands(picture.image, picture.shrink, luma)
    first = next(parts)
    width, height = (-(-side // picture.shrink) for side in picture.image.size)
    about = {"shape": (height, width, len(first.getbands())), "size_wh": picture.size_wh, "lies": picture.lies}
    _tell(connection, about)
    connection.sendall(first.tobytes())
    for part in parts:
        connection.sendall(part.tobytes())


def packed(what: dict[str, Any]) -> bytes:
    """What is sent."""
    text = json.dumps(what).encode()
    return LENGTH.pack(len(text)) + text


def _tell(connection: socket.socket, what: dict[str, Any]) -> None:
    connection.sendall(packed(what))


def _limit(memory_bytes: int) -> None:
    become_expendable()
    # Without Linux there is no telling what it has by now.
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[DATA_FIELD])
        _allow(resource.RLIMIT_DATA, pages * resource.getpagesize() + memory_bytes + SPARE_BYTES)


def _allow(what: int, most: int) -> None:
    """Sets a limit that can be moved later."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
