"""What passes between the app and the process that holds its camera."""

import socket
import time
from collections.abc import Iterator

import pytest

from edge_app.cameras import wire

PICTURE = wire.Message(wire.FRAME, bytes(range(6)), 2, 3, 7, 1.5, 4)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the camera's process, the app."""
    theirs, ours = socket.socketpair()
    with theirs, ours:
        yield theirs, ours


def received(connection: socket.socket) -> wire.Message:
    """What comes within a moment."""
    return wire.receive(connection, time.monotonic() + 0.05, lambda: False)


def whole() -> bytes:
    """The bytes of PICTURE."""
    theirs, ours = socket.socketpair()
    with theirs, ours:
        wire.send(theirs, PICTURE)
        return ours.recv(1000)


def test_a_message_comes_as_it_was_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    """Picture, size, number, time and scene."""
    wire.send(ends[0], PICTURE)
    assert received(ends[1]) == PICTURE


def test_nothing_in_time_can_be_waited_for_again(ends: tuple[socket.socket, socket.socket]) -> None:
    """The connection is still good."""
    with pytest.raises(TimeoutError):
        received(ends[1])
    wire.send(ends[0], PICTURE)
    assert received(ends[1]) == PICTURE


@pytest.mark.parametrize("there", [1, wire.HEADER.size, wire.HEADER.size + 5])
def test_half_a_message_ends_the_connection(ends: tuple[socket.socket, socket.socket], there: int) -> None:
    """What comes of it later is not taken for the start of another message."""
    ends[0].sendall(whole()[:there])
    with pytest.raises(EOFError, match="half a message"):
        received(ends[1])
    with pytest.raises(BrokenPipeError):
        ends[0].sendall(whole()[there:])
    with pytest.raises(EOFError):
        received(ends[1])


def test_an_end_is_told_from_a_wait(ends: tuple[socket.socket, socket.socket]) -> None:
    """The other end has gone."""
    ends[0].close()
    with pytest.raises(EOFError):
        received(ends[1])


@pytest.mark.parametrize("about", [(b"f", 2**32 - 1, 2**32 - 1), (b"?", 2, 3)], ids=["huge", "unknown kind"])
def test_no_header_ends_the_connection(
    ends: tuple[socket.socket, socket.socket], about: tuple[bytes, int, int]
) -> None:
    """No memory is taken for what it promises."""
    ends[0].sendall(wire.HEADER.pack(*about, 0, 0.0, 0))
    with pytest.raises(EOFError, match="something else than messages"):
        received(ends[1])
    with pytest.raises(EOFError):
        received(ends[1])
