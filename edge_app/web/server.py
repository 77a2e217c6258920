"""uvicorn in a thread beside the live loop."""

import asyncio
import errno
import functools
import logging
import socket
import threading
from typing import Any

import uvicorn
from starlette.applications import Starlette

from ..errors import OptionError
from ..host.lasting_thread import LastingThread
from ..host.logs import Seldom
from .access import is_loopback
from .connection import PatientProtocol

LOG = logging.getLogger(__name__)
LOG.addFilter(Seldom())

# Who waits in the kernel, where a connection costs no descriptor; with a full queue everyone's next attempt is a second
# later. And how many are accepted before others of the app's connections have their turn: a few, so that whoever sends
# a request is read before later ones make it give way.
QUEUE, AT_ONCE = 512, 16
MAX_HEAD_BYTES = 16 * 1024
# A slow client on the stream then is a few frames behind, not the minutes that the kernel would keep for it.
SEND_BUFFER_BYTES = 128 * 1024
CLOSE_S = 0.5


class WebServer:
    """Serves an app over HTTP/1.1 until it is closed.

    Args:
        app: what is served.
        host: name or address to listen on.
        port: 0 for any free one.
        flags: what the flags of both begin with, for messages.
    """

    def __init__(self, app: Starlette, host: str, port: int, flags: str = "--preview-") -> None:
        self._host, self._port, self._flags = host, port, flags
        self._config = _config(app)
        self._server = uvicorn.Server(self._config)
        self._listener: socket.socket | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """Where a browser finds it, such as "http://127.0.0.1:8080/"."""
        host = _reached_at(self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}/"

    def start(self) -> None:
        """Listens and returns; raises OptionError if it cannot listen there."""
        self._listener = _listen(self._host, self._port, self._flags)
        self._port = self._listener.getsockname()[1]
        started = threading.Event()
        self._thread = LastingThread("web", functools.partial(self._serve, started), self._ended)
        self._thread.start()
        started.wait()

    def close(self) -> None:
        """Closes every connection, within half a second; may be called twice."""
        self._ended.set()
        if self._thread is None or self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._hang_up)
        except RuntimeError:  # it has ended already
            return
        self._thread.join(CLOSE_S)

    def _serve(self, started: threading.Event) -> None:
        listener, self._listener = self._listener or _listen(self._host, self._port, self._flags), None
        self._server = uvicorn.Server(self._config)

        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._loop.set_exception_handler(_log_failure)
            # It listens already: whoever connects from now on waits a moment at most.
            started.set()
            await self._server.serve([listener])
            # Who came between the hanging up and the last accepted connection; their sockets would stay open.
            self._abort()

        with listener:
            asyncio.run(serve())
        if not self._ended.is_set():
            raise RuntimeError("the web server ended")

    def _hang_up(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._abort()

    def _abort(self) -> None:
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()


class _Listener(socket.socket):
    """What asyncio accepts from; it takes one number for how many wait and how many are accepted at once."""

    def listen(self, _at_once: int = QUEUE, /) -> None:
        super().listen(QUEUE)


def _log_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs what goes wrong in the loop; a lack of descriptors, which may last, only seldom."""
    error = context.get("exception")
    if "socket" in context and isinstance(error, OSError):
        LOG.warning("no connection to the web page is accepted: %s; tries again", error)
    else:
        loop.default_exception_handler(context)


def _config(app: Starlette) -> uvicorn.Config:
    options: dict[str, Any] = {
        "http": PatientProtocol,
        "ws": "none",
        "lifespan": "off",
        "loop": "asyncio",
        "log_config": None,
        # Bugs with their traceback; a client's malformed request is not worth a line.
        "log_level": "error",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "backlog": AT_ONCE,
        "timeout_graceful_shutdown": 1,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
    }
    return uvicorn.Config(app, **options)


def _listen(host: str, port: int, flags: str) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = _Listener(fileno=socket.create_server(address[:2], family=family, backlog=QUEUE).detach())
    except OSError as error:
        fix = f"try {flags}port 0 for any free one" if error.errno == errno.EADDRINUSE else f"check {flags}host"
        if error.errno == errno.EACCES:
            fix = "ports below 1024 belong to root, try 8080"
        raise OptionError(f"expected to listen on {host} port {port}, got: {error.strerror}; {fix}") from error
    # Connections inherit it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listener


def _reached_at(host: str) -> str:
    """An address for a browser: of "any address" the one by which this machine goes out."""
    if is_loopback(host) or host not in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        try:
            # Nothing is sent: only the route is looked up (RFC 5737's address for documents).
            outward.connect(("192.0.2.1", 9))
            return str(outward.getsockname()[0])
        except OSError:
            return socket.gethostname()
