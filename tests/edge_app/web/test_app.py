"""The web page's API, without a socket."""

import asyncio
import io
import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from edge_app import Page, PageReader
from edge_app.bench.sample_page import ROWS, draw_page
from edge_app.cameras.camera import Frame
from edge_app.cameras.files import FileCamera
from edge_app.documents import decoder
from edge_app.errors import CameraError
from edge_app.files import heif
from edge_app.live.form_watch import FieldNow
from edge_app.live.photographs import Photographs
from edge_app.live.state import LiveState
from edge_app.page.stages import NO_WATCH, Watch
from edge_app.web import receiving, uploads
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.headers import HEADERS
from edge_app.web.info import Info
from edge_app.web.static_files import STATIC
from edge_app.web.view import News

from ...mosquitto import wait_until
from ..fake_classifier import TallInk
from ..files.test_image import png_header
from .feed import make_reader, numbers_of, show

TOKEN = "a-token-of-the-tests"
FORM = "multipart/form-data; boundary=b"
INFO = Info("litert", "1.2.3")


def png(luma: NDArray[np.uint8]) -> bytes:
    """An image file as bytes."""
    file = io.BytesIO()
    Image.fromarray(luma).save(file, "PNG")
    return file.getvalue()


def client_of(state: LiveState, token: str | None = None, host: str = "http://localhost") -> TestClient:
    """A client of an app whose uploads are read without a model."""
    app = create_app(state, lambda: PageReader(TallInk(7), detector=None, sequence=None), Access(token), INFO)
    return TestClient(app, base_url=host, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def state() -> LiveState:
    """A live state that has seen one page."""
    live = LiveState()
    luma = draw_page((640, 480))
    page = make_reader().read(luma)
    live.camera_changed("drawn page", 2)
    live.model_changed("5f" * 32, {})
    show(live, luma, page, 0, numbers_of(page))
    return live


@pytest.fixture
def client(state: LiveState) -> Iterator[TestClient]:
    """On loopback, without a token."""
    with client_of(state) as opened:
        yield opened


def test_numbers_and_history(client: TestClient) -> None:
    """What is in view and what happened, with times."""
    record = client.get("/api/numbers").json()
    assert [number["text"] for number in record["numbers"]] == list(ROWS)
    assert [(event["event"], event["text"]) for event in record["history"]] == [("read", row) for row in ROWS]
    assert record["history"][0]["time"].endswith("Z")
    assert record["text"] == "\n".join(ROWS)
    assert record["trouble"] is None


def test_info(client: TestClient) -> None:
    """What runs here."""
    info = client.get("/api/info").json()
    assert info["version"] == "1.2.3"
    assert info["model_sha256"] == "5f" * 32
    assert info["runtime"] == "litert"
    assert info["camera"] == "drawn page"
    assert info["uptime_s"] >= 0


@pytest.mark.parametrize(("age_s", "status"), [(0, 200), (4, 200), (6, 503)])
def test_health_is_a_frame_in_the_last_seconds(age_s: float, status: int) -> None:
    """Five seconds without a frame, or none at all, is not healthy, and the answer says why."""
    live = LiveState()
    client = client_of(live)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no frame has been read yet", "threads": {}})
    frame = Frame(np.zeros((40, 40), np.uint8), 0, time.monotonic() - age_s)
    live.show(frame, Page((), 40, 40), [], [], 0.0)
    answer = client.get("/healthz")
    assert answer.status_code == status
    assert answer.json()["status"] == ("ok" if status == 200 else f"no frame has been read for {age_s} s")


def test_health_names_threads_that_are_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though frames are read."""
    live = LiveState()
    live.show(Frame(np.zeros((40, 40), np.uint8), 0, time.monotonic()), Page((), 40, 40), [], [], 0.0)
    monkeypatch.setattr("edge_app.web.app.troubled_threads", lambda: {"mqtt-delivery": "ended"})
    answer = client_of(live).get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not all threads are well", "threads": {"mqtt-delivery": "ended"}}


def test_metrics(client: TestClient) -> None:
    """The counters of the live loop, in Prometheus's words."""
    client.post("/api/read", content=png(np.full((90, 90), 200, np.uint8)), headers={"Content-Type": "image/png"})
    lines = client.get("/metrics").text.splitlines()
    assert "edge_app_frames_read_total 1.0" in lines
    assert "edge_app_digits_read_total 10.0" in lines
    assert "edge_app_camera_restarts_total 2.0" in lines
    assert 'edge_app_number_events_total{event="read"} 2.0' in lines
    assert 'edge_app_uploads_total{outcome="read"} 1.0' in lines
    assert "edge_app_reading_seconds_count 1.0" in lines
    assert "edge_app_healthy 1.0" in lines


def test_metrics_of_a_form(client: TestClient, state: LiveState) -> None:
    """Values of its fields, and their doubt; without a form there are none."""
    assert "edge_app_field" not in client.get("/metrics").text
    state.form_read(
        (FieldNow("total", "1250", Decimal("12.5"), "read", 0.99), FieldNow("code", None, None, "doubtful", 0.4))
    )
    lines = client.get("/metrics").text.splitlines()
    assert [line for line in lines if line.startswith("edge_app_field")] == [
        'edge_app_field_value{field="total"} 12.5',
        'edge_app_field_doubtful{field="total"} 0.0',
        'edge_app_field_doubtful{field="code"} 1.0',
    ]


def test_upload_is_read_as_the_command_line_reads(state: LiveState) -> None:
    """A form with a picture gives the same record as `edge_app read --json`, without the client's file name."""
    client = TestClient(create_app(state, make_reader, Access(), INFO), base_url="http://localhost")
    content = png(draw_page((640, 480)))
    record = client.post("/api/read", files={"image": ("../../etc/passwd", content)}).json()
    assert record["source"] == "upload"
    assert record["text"] == "\n".join(ROWS)
    assert (record["width"], record["height"]) == (640, 480)
    assert set(record["lines"][0]["digits"][0]) == {"label", "confidence", "box"}
    raw = client.post("/api/read", content=content, headers={"Content-Type": "image/png"}).json()
    assert {**raw, "latency_ms": 0} == {**record, "latency_ms": 0}


def test_an_iphone_s_photo_is_read(state: LiveState, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever type a browser gives it; without the package the answer names the extra."""
    heif.load_plugin()
    file = io.BytesIO()
    Image.fromarray(draw_page((640, 480))).save(file, "HEIF", quality=95)
    reading = TestClient(create_app(state, make_reader, Access(), INFO), base_url="http://localhost")
    for kind in ("image/heic", "", "application/octet-stream"):
        record = reading.post("/api/read", files={"image": ("IMG_0001.HEIC", file.getvalue(), kind)}).json()
        assert record["text"] == "\n".join(ROWS)
    hidden = "import sys; sys.modules['pillow_heif'] = None; "
    monkeypatch.setattr(decoder, "PROCESS", hidden + decoder.PROCESS)
    answer = client.post("/api/read", files={"image": ("IMG_0001.HEIC", file.getvalue(), "image/heic")})
    assert answer.status_code == 422
    assert "try pip install 'digits-edge[heic]'" in answer.json()["error"]


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (422, b"no image", "image/png"),
        (422, b"", "image/png"),
        (422, png_header(10_000, 6_001), "image/png"),
        (413, b"x" * (receiving.MAX_BODY_BYTES + 1), "image/png"),
        (415, b"x", "text/plain"),
        (415, b"x", "application/x-www-form-urlencoded"),
        (400, b"x", "multipart/form-data"),
        (400, b"x", FORM),
        (400, b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\ntext\r\n--b--\r\n', FORM),
        (400, b"--b\r\nContent-Disposition: form-data\r\n\r\ntext\r\n--b--\r\n", FORM),
    ],
)
def test_bad_uploads_are_refused_in_json(status: int, content: bytes, kind: str, client: TestClient) -> None:
    """Whatever is wrong with a picture, the answer says so in one line."""
    answer = client.post("/api/read", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.json()["error"].startswith("expected ")
    assert "\n" not in answer.json()["error"]


def test_size_is_checked_while_receiving(client: TestClient) -> None:
    """A body without a length is refused as soon as it is too long, not when it ends."""
    sent = []

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            sent.append(1)
            yield b"x" * 10**6

    answer = client.post("/api/read", content=chunks(), headers={"Content-Type": "image/png"})
    assert answer.status_code == 413


def test_too_many_uploads_at_once_are_told_to_come_again(state: LiveState) -> None:
    """One is read, some wait, more are refused with 503; afterwards there is place again."""
    go_on = threading.Event()

    class Slow(PageReader):
        def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
            go_on.wait()
            return super().read(image, watch)

    client = TestClient(
        create_app(state, lambda: Slow(TallInk(), detector=None, sequence=None), Access(), INFO),
        base_url="http://localhost",
    )
    content = png(np.full((90, 90), 200, np.uint8))
    statuses: list[int] = []

    def upload() -> None:
        statuses.append(client.post("/api/read", content=content, headers={"Content-Type": "image/png"}).status_code)

    with client:
        threads = [threading.Thread(target=upload) for _ in range(uploads.MAX_IN_HAND + 3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(statuses) == 3)
        go_on.set()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200] * uploads.MAX_IN_HAND + [503] * 3
        upload()
        assert statuses[-1] == 200


class StillCamera(FileCamera):
    """Takes one large picture."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self.picture = picture

    def photograph(self) -> NDArray[np.uint8]:
        """The picture, or an error if it is empty."""
        if not self.picture.size:
            raise CameraError("expected light, got none")
        return self.picture


def test_the_cameras_own_photograph_is_read(state: LiveState) -> None:
    """Taken by the live loop between two frames; its picture is served until the next one."""
    photographs, ended = Photographs(), threading.Event()
    camera = StillCamera(draw_page((1280, 960)))

    def live_loop() -> None:
        while not ended.wait(0.01):
            photographs.take(camera)

    thread = threading.Thread(target=live_loop)
    thread.start()
    client = TestClient(create_app(state, make_reader, Access(), INFO, photographs), base_url="http://localhost")
    try:
        assert client.get("/photograph.jpg").status_code == 404
        record = client.post("/api/photograph").json()
        assert (record["source"], record["width"], record["text"].split()) == ("photograph", 1280, list(ROWS))
        with Image.open(io.BytesIO(client.get("/photograph.jpg").content)) as picture:
            assert picture.size == (1280, 960)
        camera.picture = np.zeros((0, 0), np.uint8)
        refused = client.post("/api/photograph")
        assert (refused.status_code, "light" in refused.json()["error"]) == (503, True)
    finally:
        ended.set()
        thread.join()


def test_a_camera_that_gives_no_photograph_is_waited_for_in_vain(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not for long."""
    monkeypatch.setattr(uploads, "PHOTO_S", 0.1)
    assert client.post("/api/photograph").status_code == 503


def test_a_bug_shows_no_traceback(state: LiveState) -> None:
    """What goes wrong inside is status 500 with one line; the traceback is for the log."""

    def broken() -> PageReader:
        raise ZeroDivisionError("secret")

    app = create_app(state, broken, Access(), INFO)
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
    answer = client.post("/api/read", content=png(np.zeros((40, 40), np.uint8)), headers={"Content-Type": "image/png"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/static/style.css", 200),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e%2fapp.py", 404),
        ("GET", "/static/sign_in.html/..", 404),
        ("GET", "/etc/passwd", 404),
        ("GET", "/api/unknown", 404),
        ("GET", "/api/read", 405),
        ("POST", "/", 405),
        ("DELETE", "/api/numbers", 405),
        ("HEAD", "/stream.mjpg", 200),
        ("HEAD", "/api/events", 200),
    ],
)
def test_every_answer_has_the_security_headers(method: str, path: str, status: int, client: TestClient) -> None:
    """Pages, refusals and streams alike; errors are JSON under /api and one line of text elsewhere."""
    answer = client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    if status >= 400 and path.startswith("/api/"):
        assert set(answer.json()) == {"error"}
    elif status >= 400:
        assert answer.text.count("\n") == 1


def test_the_page_names_no_other_host_and_no_inline_code() -> None:
    """The strict content security policy can hold: all scripts and styles are files of this server."""
    for path in STATIC.iterdir():
        text = path.read_text()
        assert "https://" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        if path.suffix == ".html":
            assert "style=" not in text
            assert "<style" not in text
            assert "onclick" not in text
            assert text.count("<script") == text.count("<script src=")


def test_stream_seats_are_bounded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all seats are taken the next one is told to come again."""
    monkeypatch.setattr("edge_app.web.broadcast.Broadcast.full", True)
    for path in ("/stream.mjpg", "/api/events"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"


def test_history_is_json_lines_as_events(state: LiveState) -> None:
    """The record of the page's events is the record of /api/numbers."""
    event = asyncio.run(News(state).next_event(anyway=False))
    assert event is not None
    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    assert json.loads(event[6:])["numbers"][0]["text"] == ROWS[0]
