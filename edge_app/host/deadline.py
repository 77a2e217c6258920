"""One deadline over a whole HTTP exchange: urllib's timeout holds for each wait, and a server can drip for ever."""

import functools
import http.client
import io
import queue
import socket
import threading
import time
import urllib.request
from typing import Any


class Deadline:
    """When all must be done.

    Args:
        wait_s: longest for each wait.
        whole_s: longest for all, from now on.
    """

    def __init__(self, wait_s: float, whole_s: float) -> None:
        self._wait_s, self._end_s = wait_s, time.monotonic() + whole_s

    def is_over(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self._end_s

    def next_wait_s(self) -> float:
        """How long the next wait may last; raises TimeoutError when the deadline has passed."""
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        return min(left_s, self._wait_s)


def handlers(deadline: Deadline) -> tuple[urllib.request.BaseHandler, ...]:
    """What opens http and https for urllib.request.build_opener under a deadline, redirections included."""
    return _Http(deadline), _Https(deadline)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_connection, http.client.HTTPConnection, self._deadline), request)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_connection, http.client.HTTPSConnection, self._deadline), request)


def _connection(
    kind: type[http.client.HTTPConnection], deadline: Deadline, host: str, **options: Any
) -> http.client.HTTPConnection:
    connection = kind(host, **options)
    connection.response_class = functools.partial(_Answer, deadline)  # type: ignore[assignment]
    # A name may stand for many addresses, each of which would be waited for.
    connection._create_connection = functools.partial(_connect, deadline)  # type: ignore[attr-defined]
    return connection


def _connect(deadline: Deadline, address: tuple[str, int], *_: Any) -> socket.socket:
    failure = OSError(f"no address of {address[0]}")
    for found in _addresses(deadline, address):
        try:
            return socket.create_connection((str(found[4][0]), address[1]), deadline.next_wait_s())
        except OSError as error:
            failure = error
    raise failure


def _addresses(deadline: Deadline, address: tuple[str, int]) -> list[Any]:
    """What a name stands for; a thread asks, as nothing ends a look-up that a name server delays."""
    answers: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(*address, type=socket.SOCK_STREAM))
        # The last two are what a name that is none brings.
        except (OSError, ValueError, TypeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.next_wait_s())
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if isinstance(found, OSError):
        raise found
    return found


class _Answer(http.client.HTTPResponse):
    """All of it, from the first 100 Continue to the last trailer, is read under the deadline."""

    def __init__(self, deadline: Deadline, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, deadline))


class _Timed(io.RawIOBase):
    def __init__(self, stream: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._stream, self._sock, self._deadline = stream, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.next_wait_s())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()
