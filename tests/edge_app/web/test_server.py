"""The server over real sockets: streams, slow clients, opening and closing."""

import asyncio
import contextlib
import errno
import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest

from edge_app import Page, PageReader
from edge_app.bench.sample_page import draw_page
from edge_app.errors import MissingPartError, OptionError
from edge_app.host.logs import Seldom
from edge_app.live.state import LiveState
from edge_app.page.orientation import turned
from edge_app.store.choice import ModelChoice
from edge_app.web import connection, picture, receiving, uploads
from edge_app.web import server as web_server
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.open import WebSettings, open_web
from edge_app.web.server import WebServer
from tests.mosquitto import wait_until

from ..fake_classifier import TallInk
from ..pages import blank, write
from .feed import Feed, show

PATIENCE_S = 60.0


def unstarted(host: str, port: int, state: LiveState | None = None) -> WebServer:
    """A server whose uploads are read without a model."""
    make_reader = lambda: PageReader(TallInk(7), detector=None, sequence=None)  # noqa: E731
    return WebServer(create_app(state or LiveState(), make_reader, Access(), Info("", "")), host, port)


def started(state: LiveState) -> WebServer:
    """It listens, on any free port."""
    server = unstarted("127.0.0.1", 0, state)
    server.start()
    return server


@pytest.fixture
def state() -> LiveState:
    """A live state with one frame."""
    live = LiveState()
    show(live, draw_page((640, 480)), Page((), 640, 480), 0)
    return live


@pytest.fixture
def server(state: LiveState) -> Iterator[WebServer]:
    """Serves that state."""
    opened = started(state)
    yield opened
    opened.close()


def connect(server: WebServer, request: str = "", address: str = "127.0.0.1") -> socket.socket:
    """A connection from that address that has sent that much."""
    place = urlsplit(server.url)
    opened = socket.create_connection((place.hostname, place.port), PATIENCE_S, (address, 0))
    opened.sendall(request.encode())
    return opened


def get(path: str) -> str:
    """The head of a request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"


def take_until(opened: socket.socket, mark: bytes) -> bytes:
    """All that comes until the mark, or the end of the connection."""
    taken = b""
    while mark not in taken and (more := opened.recv(65536)):
        taken += more
    return taken


def watchers(server: WebServer) -> int:
    """How many watch the stream."""
    with connect(server, get("/metrics").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")) as opened:
        lines = take_until(opened, b"never").decode().splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("edge_app_stream_watchers"))))


def wait_for(server: WebServer, count: int) -> None:
    """Until that number of clients watches."""
    end_s = time.monotonic() + PATIENCE_S
    while watchers(server) != count:
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_a_stream_shows_the_frame_and_goes_on(state: LiveState, server: WebServer) -> None:
    """Who comes gets the last frame at once, complete, and the next one when there is one."""
    with connect(server, get("/stream.mjpg")) as opened:
        first = take_until(opened, b"\xff\xd9\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n")
        assert b"multipart/x-mixed-replace; boundary=frame" in first
        assert first.count(b"\xff\xd8\xff") == 1
        show(state, np.zeros((480, 640), np.uint8), Page((), 640, 480), 1)
        second = take_until(opened, b"\xff\xd9\r\n--frame\r\n")
        assert second.count(b"\xff\xd8\xff") == 1


def test_nobody_looks_nothing_is_painted(state: LiveState, server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames are encoded once for all watchers, and not at all when the last one has gone."""
    painted: list[int] = []

    def paint(now: object) -> bytes:
        painted.append(1)
        return b"\xff\xd8 picture \xff\xd9"

    monkeypatch.setattr(picture, "paint", paint)
    opened = [connect(server, get("/stream.mjpg")) for _ in range(5)]
    for each in opened:
        take_until(each, b"\xff\xd9")
    assert len(painted) == 1
    for each in opened:
        each.close()
    wait_for(server, 0)
    show(state, np.zeros((480, 640), np.uint8), Page((), 640, 480), 1)
    with connect(server, get("/api/events")) as events:
        take_until(events, b"\n\n")
    assert len(painted) == 1


def test_a_client_that_takes_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside one, another client sees new frames; the stuck one is hung up on."""
    monkeypatch.setattr(connection, "TAKE_S", 0.5)
    state = LiveState()
    server = started(state)
    with Feed(state), connect(server, get("/stream.mjpg")) as stuck, connect(server, get("/stream.mjpg")) as quick:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wait_for(server, 2)
        while watchers(server) == 2:
            take_until(quick, b"\xff\xd9\r\n--frame\r\n")
        assert watchers(server) == 1
        take_until(quick, b"\xff\xd9\r\n--frame\r\n")
    server.close()


@pytest.fixture
def flooded(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> WebServer:
    """A server of eight connections, which patiently waits for heads; its log has said nothing yet."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 8)
    monkeypatch.setattr(connection, "HEAD_S", PATIENCE_S)
    monkeypatch.setattr(connection.LOG, "filters", [Seldom()])
    return server


def test_idle_connections_make_room_for_who_asks(flooded: WebServer, caplog: pytest.LogCaptureFixture) -> None:
    """However many send nothing, or a head without an end; few sockets stay, and the log has one line for all."""
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(flooded, "GET / HTTP/1.1\r\nX: " * (n % 2))) for n in range(60)]
        for address in ("127.0.0.1", "127.0.0.2"):
            with connect(flooded, get("/healthz"), address) as opened:
                assert b"200 OK" in take_until(opened, b"}}")
        for each in idle[:40]:
            with contextlib.suppress(ConnectionResetError):
                assert each.recv(100) == b""
        assert len(flooded._server.server_state.connections) <= 9
    assert [record.getMessage() for record in caplog.records if record.name == connection.LOG.name] == [
        "more than 8 connections to the web page, of 127.0.0.1 too: hangs up on idle ones"
    ]


def test_who_asks_in_the_middle_of_a_flood_is_answered(server: WebServer) -> None:
    """Behind hundreds that came while the app was busy, and before hundreds: none of them is in the way."""
    busy, place = threading.Event(), urlsplit(server.url)
    assert server._loop is not None
    server._loop.call_soon_threadsafe(busy.wait, PATIENCE_S)
    with contextlib.ExitStack() as stack:
        stack.callback(busy.set)
        asking = [stack.enter_context(connect(server, get("/healthz")))]
        for _ in range(300):
            idle = stack.enter_context(socket.socket())
            idle.setblocking(False)
            idle.connect_ex((place.hostname, place.port))
        # With a full queue the kernel would not take it: it would try again after a second, and again.
        asking.append(stack.enter_context(socket.create_connection((place.hostname, place.port), 5)))
        asking[1].sendall(get("/healthz").encode())
        busy.set()
        for each in asking:
            assert b"200 OK" in take_until(each, b"}}")


def test_a_flood_hangs_up_on_no_other_address_and_on_nobody_who_is_answered(flooded: WebServer) -> None:
    """A stream from the same address goes on, and so does an idle connection from another, which is kept for later."""
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(connect(flooded, get("/healthz"), "127.0.0.2"))
        assert b"200 OK" in take_until(other, b"}}")
        events = stack.enter_context(connect(flooded, get("/api/events")))
        take_until(events, b"\n\n")
        for _ in range(60):
            stack.enter_context(connect(flooded))
        take_until(events, b"\n\n")
        other.sendall(get("/healthz").encode())
        assert b"200 OK" in take_until(other, b"}}")
        assert take_until(events, b"\n\n") != b""


def test_one_address_may_have_all_connections(flooded: WebServer) -> None:
    """An office behind one proxy is no flood; when all of them are answered, one more is hung up on at once."""
    with contextlib.ExitStack() as stack:
        watching = [stack.enter_context(connect(flooded, get("/api/events"))) for _ in range(8)]
        for each in watching:
            take_until(each, b"\n\n")
        with connect(flooded) as one_more, contextlib.suppress(ConnectionResetError):
            assert one_more.recv(100) == b""
        for each in watching:
            assert take_until(each, b"\n\n") != b""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_ipv6_client_counts_by_its_network(address: str, network: str) -> None:
    """It has as many addresses as it likes."""
    assert connection._network(address) == network


def test_a_lack_of_descriptors_is_told_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Asyncio tells it, with its traceback, at each attempt; anything else it says as before."""
    monkeypatch.setattr(web_server.LOG, "filters", [Seldom()])
    loop = asyncio.new_event_loop()
    context = {"message": "socket.accept() out of system resource", "socket": None}
    for _ in range(100):
        web_server._log_failure(loop, {**context, "exception": OSError(errno.EMFILE, "Too many open files")})
    web_server._log_failure(loop, {"message": "a bug", "exception": KeyError("x")})
    loop.close()
    assert [record.name for record in caplog.records] == [web_server.LOG.name, "asyncio"]
    assert caplog.records[0].exc_info is None
    assert caplog.records[0].levelno == logging.WARNING


def test_a_head_that_never_ends_is_given_up(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slowloris: a client that never comes to an end of its request is hung up on."""
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with connect(server, "GET / HTTP/1.1\r\nHost: local") as opened, contextlib.suppress(ConnectionResetError):
        assert opened.recv(1000) == b""


def test_a_connection_is_kept_for_the_next_request(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks again and again is not hung up on, however long it lasts."""
    monkeypatch.setattr(connection, "HEAD_S", 1.0)
    with connect(server) as opened:
        for _ in range(15):
            opened.sendall(get("/healthz").encode())
            assert b"200 OK" in take_until(opened, b"}}")
            time.sleep(0.1)


def test_a_slow_body_is_given_up(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that does not come to an end in time is answered with 408."""
    monkeypatch.setattr(receiving, "BODY_S", 0.1)
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
    with connect(server, head + "x") as opened:
        assert b" 408 " in take_until(opened, b"}")


def test_a_broken_body_is_answered_once(server: WebServer, capfd: pytest.CaptureFixture[str]) -> None:
    """What stops to be HTTP in the middle of a request is 400, with all headers and without a word in the log."""
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with connect(server, head) as opened:
        answer = take_until(opened, b"never").decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert answer.count("HTTP/1.1") == 1
    assert "content-security-policy" in answer.lower()
    assert capfd.readouterr().err == ""


def test_a_size_that_is_too_large_is_refused_before_the_body(server: WebServer) -> None:
    """Nothing of it has to be sent."""
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 99000000\r\n\r\n"
    with connect(server, head) as opened:
        assert b" 413 " in take_until(opened, b"}")


def test_closing_hangs_up_on_watchers(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams, a half-sent upload and one that is being read are hung up on, without a word; twice is once."""
    reading, go_on = threading.Event(), threading.Event()

    def decode(_reader: object, _use: object, file: BinaryIO, *_: object) -> dict[str, object]:
        reading.set()
        go_on.wait()
        file.close()
        return {}

    monkeypatch.setattr(uploads.UploadReader, "_decode_and", decode)
    # A busy machine needs more than half a second; one that waits for somebody needs forever.
    monkeypatch.setattr("edge_app.web.server.CLOSE_S", PATIENCE_S)
    state = LiveState()
    show(state, draw_page((640, 480)), Page((), 640, 480), 0)
    server = started(state)
    opened = [connect(server, get(path)) for path in ("/stream.mjpg", "/api/events", "/stream.mjpg")]
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
    opened.append(connect(server, head))
    opened.append(connect(server, head + "x" * 1000))
    assert reading.wait(PATIENCE_S)
    wait_for(server, 2)
    capfd.readouterr()
    server.close()
    assert "web" not in {thread.name for thread in threading.enumerate()}
    server.close()
    assert capfd.readouterr().err == ""
    go_on.set()
    for each in opened:
        each.close()


def test_who_comes_while_it_closes_is_hung_up_on_too(state: LiveState, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted when the others were hung up on already: nobody would ever answer."""
    server = started(state)
    inner, (ours, theirs) = server._server, socket.socketpair()
    shutdown = inner.shutdown

    async def someone_comes(sockets: list[socket.socket] | None = None) -> None:
        await shutdown(sockets)
        late = connection.PatientProtocol(inner.config, inner.server_state, {})
        await asyncio.get_running_loop().connect_accepted_socket(lambda: late, theirs)

    monkeypatch.setattr(inner, "shutdown", someone_comes)
    ours.settimeout(PATIENCE_S)
    server.close()
    with ours:
        assert ours.recv(100) == b""


def test_a_taken_port_is_one_clear_line(server: WebServer) -> None:
    """It says which port and what to try."""
    port = urlsplit(server.url).port
    assert port is not None
    other = unstarted("127.0.0.1", port)
    with pytest.raises(OptionError, match=rf"port {port}, got: .*; try --preview-port 0"):
        other.start()
    other.close()


def test_an_unknown_host_is_one_clear_line() -> None:
    """It names the flag."""
    server = unstarted("no.such.host.invalid", 0)
    with pytest.raises(OptionError, match="check --preview-host"):
        server.start()


SETTINGS = WebSettings("127.0.0.1", 0, ModelChoice(runtime="litert"))


@pytest.mark.parametrize("port", [-1, 65536])
def test_settings_refuse_a_port_that_is_none(port: int) -> None:
    """Before anything is opened."""
    with pytest.raises(OptionError, match=f"expected 0 to 65535, got {port}"):
        replace(SETTINGS, port=port)


def test_opening_says_where(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """On loopback the address alone; beyond it with a new token, once; a given token is never printed."""
    info = Info("", "")
    with_closing = [open_web(SETTINGS, LiveState(), info)]
    assert capsys.readouterr().err == f"edge_app: web page at {with_closing[0].url}\n"
    with_closing.append(open_web(replace(SETTINGS, host="0.0.0.0"), LiveState(), info))
    assert f"edge_app: web page at {with_closing[1].url}?token=" in capsys.readouterr().err
    (tmp_path / "token").write_text("a-token-of-the-tests")
    with_closing.append(open_web(replace(SETTINGS, token_file=tmp_path / "token"), LiveState(), info))
    assert "a-token-of-the-tests" not in capsys.readouterr().err
    for server in with_closing:
        server.close()


@pytest.mark.parametrize(("turning", "turn"), [(True, 180), (False, None)])
def test_an_upload_may_lie_upside_down(turning: bool, turn: int | None) -> None:
    """However the camera is mounted; the answer says how far it was turned. Unless pictures are to be left alone."""
    sheet = turned(write(write(blank(), "3 7 4 2", (60, 200), 90), "5 7 2 4", (60, 400), 90), 180)
    server = open_web(replace(SETTINGS, turn=turning), LiveState(), Info("", ""))
    try:
        picture = cv2.imencode(".png", sheet)[1].tobytes()
        request = Request(f"{server.url}api/read", picture, {"Content-Type": "image/png"})
        with urlopen(request, timeout=60) as answer:
            record = json.load(answer)
    finally:
        server.close()
    assert record.get("turn") == turn
    assert (record["text"] == "3742\n5724") == (turn == 180)


def test_a_missing_package_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the extra."""
    monkeypatch.delitem(sys.modules, "edge_app.web.app")
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    with pytest.raises(MissingPartError, match=r"pip install 'digits-edge\[live\]'"):
        open_web(SETTINGS, LiveState(), Info("", ""))


def test_a_server_that_ended_is_started_again(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the same port, after a pause."""
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.05)
    first = server._server
    first.should_exit = True
    assert wait_until(lambda: server._server is not first)

    def answered() -> bool:
        with contextlib.suppress(OSError), connect(server) as opened:
            opened.sendall(get("/healthz").encode())
            return b"200 OK" in take_until(opened, b"}}")
        return False

    assert wait_until(answered)
