"""Uploads that take much time or memory, over real sockets: the others are read."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import PageReader
from edge_app.live.state import LiveState
from edge_app.web import uploads
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.server import WebServer

from ..documents.bombs import deep_png, phone_jpeg, scans_jpeg
from ..documents.made import as_file, as_pages
from ..fake_classifier import TallInk
from ..pages import blank, write

PATIENCE_S = 60.0
# Some minutes of scans.
BOMB = scans_jpeg((4000, 4000), 30_000)


def started() -> WebServer:
    """Reads uploads without a model: each digit is a 7."""
    make_reader = lambda: PageReader(TallInk(7), detector=None, sequence=None)  # noqa: E731
    opened = WebServer(create_app(LiveState(), make_reader, Access(), Info("", "")), "127.0.0.1", 0)
    opened.start()
    return opened


@pytest.fixture
def server() -> Iterator[WebServer]:
    """As it is."""
    with contextlib.closing(started()) as opened:
        yield opened


def sent(server: WebServer, content: bytes) -> socket.socket:
    """A connection on which an upload was sent."""
    place = urlsplit(server.url)
    opened = socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S)
    head = f"Host: localhost\r\nConnection: close\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}"
    opened.sendall(f"POST /api/read HTTP/1.1\r\n{head}\r\n\r\n".encode() + content)
    return opened


def answered(opened: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and record."""
    with opened:
        answer = b""
        while more := opened.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def test_a_bomb_is_refused_in_time_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a line that says why."""
    monkeypatch.setattr(uploads, "DECODING", replace(uploads.DECODING, cpu_s=1))
    with contextlib.closing(started()) as server:
        status, record = answered(sent(server, BOMB))
        assert (status, "got one that takes longer, the upload" in str(record["error"])) == (422, True)
        assert answered(sent(server, as_file("1")))[0] == 200


def test_who_has_gone_leaves_his_place(server: WebServer) -> None:
    """Bombs of clients that hang up hold nobody up, though each would take its whole time."""
    for _ in range(2 * uploads.MAX_IN_HAND):
        sent(server, BOMB).close()
    started_s = time.monotonic()
    status = 503
    while status == 503:
        assert time.monotonic() - started_s < uploads.DECODING.wall_s
        status, _ = answered(sent(server, as_file("1")))
    assert status == 200


def test_who_waits_for_others_bombs_is_told_in_time(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """To come again."""
    monkeypatch.setattr(uploads, "TURN_S", 0.5)
    bomb, other = sent(server, BOMB), sent(server, as_file("1"))
    started_s = time.monotonic()
    assert {answered(bomb)[0], answered(other)[0]} <= {503, 200}
    assert time.monotonic() - started_s < uploads.DECODING.wall_s


def test_the_bytes_in_hand_are_bounded(server: WebServer) -> None:
    """A second picture of 20 MB has to wait; it would be the memory of a small computer."""
    head = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 20000000\r\n\r\n"
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) as slow:
        slow.sendall(head.encode() + b"x")
        status = 200
        while status != 503:
            with socket.create_connection((place.hostname, place.port), timeout=0.2) as opened:
                opened.sendall(head.encode())
                with contextlib.suppress(TimeoutError):
                    status = int(opened.recv(100).split()[1])
        assert answered(sent(server, as_file("1")))[0] == 200


def test_a_phone_s_48_megapixels_are_read_in_their_own_pixels(server: WebServer) -> None:
    """Read at half the size, told in the pixels of the photo as it stands upright."""
    page = write(blank(480, 360), "7", (160, 260), 120)
    status, record = answered(sent(server, phone_jpeg((8064, 6048), page)))
    assert (status, record["width"], record["height"], record["text"]) == (200, 6048, 8064, "7")
    small = answered(sent(server, as_png(page)))[1]
    box, expected = (np.array(each["lines"][0]["digits"][0]["box"]) for each in (record, small))  # type: ignore[index]
    assert np.abs(box / 16.8 - expected).max() < 2


def as_png(page: NDArray[np.uint8]) -> bytes:
    """The page as it is."""
    import cv2

    return cv2.imencode(".png", page)[1].tobytes()


@pytest.mark.parametrize("content", [as_pages(["1"], "PDF"), deep_png(7000, 8000)])
def test_what_is_not_read_is_one_line(content: bytes, server: WebServer) -> None:
    """A PDF is for `read` and `batch`."""
    status, record = answered(sent(server, content))
    assert status == 422
    assert str(record["error"]).startswith("expected ")
