"""What passes between the app and the process that holds its camera: one-byte commands there, messages back."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

NEXT, PHOTOGRAPH, RESTART = b"n", b"p", b"r"
KINDS = OPENED, FRAME, PHOTO, END, ERROR = b"o", b"f", b"P", b"z", b"e"
# Kind, two sizes (height and width of a picture; bytes of a text and 1), number, captured_s, scene.
HEADER = struct.Struct("!cIIQdQ")
# More comes from no camera: what says so is no header.
MAX_BYTES = 1 << 28
# How long a wait goes on before it asks whether to give up.
SLICE_S = 0.1


@dataclass(frozen=True)
class Message:
    """What the camera's process says.

    Attributes:
        kind: OPENED (payload: name), FRAME, PHOTO (payload: luma), END or ERROR (payload: text).
        payload: bytes of uint8 (height, width) luma, or UTF-8.
        height: rows of a picture.
        width: columns of a picture.
        number: see Frame.
        captured_s: see Frame.
        scene: see Frame.
    """

    kind: bytes
    payload: bytes | bytearray | memoryview
    height: int = 0
    width: int = 1
    number: int = 0
    captured_s: float = 0.0
    scene: int = 0


def send(connection: socket.socket, message: Message) -> None:
    """Sends a message whole; raises OSError if the other end has gone."""
    payload = memoryview(message.payload).cast("B")
    height = message.height or len(payload)
    about = height, message.width, message.number, message.captured_s, message.scene
    connection.sendall(HEADER.pack(message.kind, *about))
    connection.sendall(payload)


def receive(connection: socket.socket, until_s: float, stopped: Callable[[], bool]) -> Message:
    """Receives a message.

    Args:
        connection: to the camera's process.
        until_s: time.monotonic() by when all of it must be here.
        stopped: asked often; ends the wait.

    Raises:
        TimeoutError: nothing came.
        InterruptedError: stopped.
        EOFError: the other end has gone; or half a message or none of these came, which ends the connection.
    """
    header = _receive(connection, HEADER.size, until_s, stopped)
    kind, height, width, number, captured_s, scene = HEADER.unpack(header)
    if kind not in KINDS or height * width > MAX_BYTES:
        _end(connection)
        raise EOFError("something else than messages from the process of the camera")
    payload = _receive(connection, height * width, until_s, stopped, begun=True)
    return Message(kind, payload, height, width, number, captured_s, scene)


def _receive(
    connection: socket.socket, size: int, until_s: float, stopped: Callable[[], bool], begun: bool = False
) -> bytearray:
    received = bytearray(size)
    view, filled = memoryview(received), 0
    while filled < size:
        if stopped():
            raise InterruptedError
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            if not begun and not filled:
                raise TimeoutError
            _end(connection)
            raise EOFError("half a message from the process of the camera")
        if not select.select([connection], [], [], min(SLICE_S, left_s))[0]:
            continue
        try:
            got = connection.recv_into(view[filled:])
        except ConnectionError:
            got = 0
        if not got:
            raise EOFError
        filled += got
    return received


def _end(connection: socket.socket) -> None:
    """What still comes, the rest of a message, must not be taken for the start of another."""
    with contextlib.suppress(OSError):  # the other end has gone meanwhile
        connection.shutdown(socket.SHUT_RDWR)
        while connection.recv(1 << 16):
            pass
