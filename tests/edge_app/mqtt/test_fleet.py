"""Models for many devices, over mosquitto and an HTTP server."""

import contextlib
import dataclasses
import functools
import hashlib
import json
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from convert.report.card import ROOT
from edge_app.errors import ModelError, OptionError
from edge_app.model.file import embed_contract, read_model, shipped_model_path
from edge_app.mqtt.fleet import Announcement, ModelUpdates, fetch
from edge_app.store import verification
from edge_app.store.signature import make_keys, sign, signature_path
from edge_app.store.store import ModelStore
from tests.hostile_servers import Server, damaged, file
from tests.mosquitto import NEEDS, PASSWORD, Listener, Mosquitto, wait_until
from tests.parts import require

from ..live.test_current_reader import another_model
from ..store.hostile import hostile
from ..store.models import SHIPPED, flatbuffer, variant

PAGE = ROOT / "tests" / "pages" / "example.jpg"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, redirects /moved/, and logs nothing."""

    def do_GET(self) -> None:
        """A file, or a redirection to it."""
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """An HTTP server of a folder, and its address."""
    (tmp_path / "served").mkdir()
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


def announcement(sha256: str, version: str = "2") -> bytes:
    """What an owner sends."""
    return json.dumps({"version": version, "sha256": sha256}).encode()


def serve(folder: Path) -> str:
    """Puts another model there under its hash, and returns that."""
    path = another_model(folder / "new.tflite")
    sha256 = read_model(path).sha256
    path.rename(folder / f"{sha256}.tflite")
    return sha256


def followed(
    folder: Path, url: str, *payloads: bytes, public_key: Path | None = None
) -> tuple[ModelStore, list[dict[str, Any]]]:
    """What is reported of announcements, after the model that was current at the start."""
    store, reports = ModelStore(folder / "store"), list[dict[str, Any]]()
    updates = ModelUpdates(store, url, public_key, reports.append)

    def reported(count: int) -> bool:
        return len(reports) == count

    for count, payload in enumerate(payloads, 2):
        updates.announced(payload)
        assert wait_until(functools.partial(reported, count))
    updates.close()
    assert reports[0] == {"status": "current", "sha256": read_model(shipped_model_path()).sha256}
    return store, reports[1:]


def test_an_announced_model_is_installed_and_reported(tmp_path: Path, server: str) -> None:
    """Once; announced again it is current already."""
    sha256 = serve(tmp_path / "served")
    payload = announcement(sha256)
    store, (first, second) = followed(tmp_path, server + "/{sha256}.tflite", payload, payload)
    assert first == {"status": "installed", "version": "2", "sha256": sha256}
    assert second["status"] == "current"
    assert store.current().sha256 == sha256


def test_a_model_changed_on_the_device_is_reported(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner sees what reads there, not what was installed last."""
    monkeypatch.setattr("edge_app.mqtt.fleet.LOOK_S", 0.05)
    sha256, reports = serve(tmp_path / "served"), list[dict[str, Any]]()
    store = ModelStore(tmp_path / "store")
    updates = ModelUpdates(store, server + "/{sha256}.tflite", None, reports.append)
    updates.announced(announcement(sha256))
    assert wait_until(lambda: len(reports) == 2)
    store.rollback()
    assert wait_until(lambda: len(reports) == 3)
    updates.close()
    assert [report["status"] for report in reports] == ["current", "installed", "current"]
    assert reports[2]["sha256"] == read_model(shipped_model_path()).sha256


def test_of_a_flood_the_newest_is_installed(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a slow server holds up the first; no other is fetched, and nonsense at the end changes nothing."""
    sha256 = serve(tmp_path / "served")
    fetched, released, reports = list[str](), threading.Event(), list[dict[str, Any]]()

    def slowly(url: str) -> bytes:
        fetched.append(url)
        assert released.wait(60)
        return fetch(url)

    monkeypatch.setattr("edge_app.mqtt.fleet.fetch", slowly)
    store = ModelStore(tmp_path / "store")
    updates = ModelUpdates(store, server + "/{sha256}", None, reports.append)
    updates.announced(announcement("0" * 64))
    assert wait_until(lambda: len(fetched) == 1)
    for number in range(1, 1000):
        updates.announced(announcement(f"{number:064x}"))
    (tmp_path / "served" / sha256).write_bytes((tmp_path / "served" / f"{sha256}.tflite").read_bytes())
    updates.announced(announcement(sha256))
    updates.announced(b"")
    released.set()
    assert wait_until(lambda: len(reports) == 3)
    updates.close()
    assert fetched == [f"{server}/{'0' * 64}", f"{server}/{sha256}"]
    assert [report["status"] for report in reports] == ["current", "refused", "installed"]
    assert store.current().sha256 == sha256


@pytest.mark.parametrize("place", ["/moved/{sha256}.tflite", "/other.tflite", "/none/{sha256}.tflite"])
def test_a_bad_one_is_refused_and_reported(tmp_path: Path, server: str, place: str) -> None:
    """A redirection, a file with another hash, none at all: the former model stays."""
    sha256 = serve(tmp_path / "served")
    (tmp_path / "served" / "other.tflite").write_bytes(shipped_model_path().read_bytes())
    store, (report,) = followed(tmp_path, server + place, announcement(sha256))
    assert (report["status"], report["sha256"]) == ("refused", sha256)
    assert report["reason"].startswith("expected ")
    assert store.current().sha256 == read_model(shipped_model_path()).sha256 == report["current"]


@pytest.fixture
def raw() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Answers connections with whatever a function sends; gives the address."""
    with contextlib.ExitStack() as stack:

        def serve_with(answer: Callable[[socket.socket], None]) -> str:
            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    self.request.recv(10_000)
                    with contextlib.suppress(OSError):
                        answer(self.request)

            serving = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))
            thread = threading.Thread(target=serving.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(serving.shutdown)
            return f"http://127.0.0.1:{serving.server_address[1]}"

        yield serve_with


def endless(connection: socket.socket) -> None:
    """A body without a length that does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(1 << 20))


def dripping(connection: socket.socket) -> None:
    """A byte now and then."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (endless, "at most 4 MB, got more"),
        (dripping, "within 1 s, got"),
        (lambda connection: connection.sendall(b"SSH-2.0-nonsense\r\n"), "got: SSH-2.0-nonsense"),
        (
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"),
            "got 4 of 99 bytes",
        ),
        (lambda connection: connection.close(), "closed connection"),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"a" * 200_000 + b"\r\n\r\n"), "expected"),
    ],
    ids=["endless", "dripping", "no HTTP", "truncated", "nothing", "headers"],
)
def test_a_bad_server_is_refused_and_the_next_announcement_taken(
    tmp_path: Path,
    raw: Callable[[Callable[[socket.socket], None]], str],
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[socket.socket], None],
    reason: str,
) -> None:
    """In one line; the device goes on and may be told again."""
    monkeypatch.setattr("edge_app.mqtt.fleet.FETCH_S", 1.0)
    monkeypatch.setattr("edge_app.mqtt.fleet.MAX_BYTES", 1 << 22)
    announcements = announcement("0" * 64), announcement("1" * 64)
    for report in followed(tmp_path, raw(answer) + "/{sha256}.tflite", *announcements)[1]:
        assert report["status"] == "refused"
        assert reason in report["reason"]
        assert "\n" not in report["reason"]


def test_hostile_models_are_refused_and_a_good_or_older_one_taken(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by its hash, as an owner whose machine was taken over might announce it; an older model is no fault."""
    monkeypatch.setattr(verification, "installed_runtimes", lambda: ("litert",))
    refuses = embed_contract(flatbuffer(), dataclasses.replace(SHIPPED.contract, refuse_below=1.0))
    older = dataclasses.replace(SHIPPED.contract, provenance={"made": "long ago"})
    models = (hostile("cut"), refuses, variant(1), embed_contract(flatbuffer(), older))
    payloads = []
    for content in models:
        sha256 = hashlib.sha256(content).hexdigest()
        (tmp_path / "served" / f"{sha256}.tflite").write_bytes(content)
        payloads.append(announcement(sha256))
    store, reports = followed(tmp_path, server + "/{sha256}.tflite", *payloads)
    assert [report["status"] for report in reports] == ["refused", "refused", "installed", "installed"]
    for report, reason in zip(reports, ("that litert can run", "got 0; train it again"), strict=False):
        assert reason in report["reason"]
    assert store.current().contract == older


def test_a_full_disk_is_refused(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nowhere to put it: reported, and the device goes on."""
    sha256 = serve(tmp_path / "served")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    _, (report,) = followed(tmp_path, server + "/{sha256}.tflite", announcement(sha256))
    assert report["reason"].startswith("expected room for a model")


def test_damaged_models_do_not_end_the_updates(tmp_path: Path) -> None:
    """Each is refused, the good one behind them is installed; whoever packs it in another way has to pack it again."""
    files = [*damaged(shipped_model_path().read_bytes()).values(), another_model(tmp_path / "good").read_bytes()]
    answers = {hashlib.sha256(content).hexdigest(): file(content) for content in files}
    with Server(answers) as serving:
        _, reports = followed(tmp_path, serving.url + "/{sha256}", *map(announcement, answers))
    assert [report["status"] for report in reports] == ["refused"] * (len(files) - 1) + ["installed"]
    assert all(report["reason"].startswith("expected ") for report in reports[:-1])
    assert sum("stored or deflated" in report.get("reason", "") for report in reports) == 3


def test_a_bug_does_not_end_the_updates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a check it refuses the model; in telling it, the thread goes on."""
    reports, store = list[dict[str, Any]](), ModelStore(tmp_path)
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.05)
    monkeypatch.setattr("edge_app.mqtt.fleet.LOOK_S", 0.05)

    def report(record: dict[str, Any]) -> None:
        reports.append(record)
        if len(reports) == 1:
            raise ValueError("a bug")

    def fetched(_url: str) -> bytes:
        raise ArithmeticError("a bug")

    monkeypatch.setattr("edge_app.mqtt.fleet.fetch", fetched)
    updates = ModelUpdates(store, "http://127.0.0.1/{sha256}", None, report)
    assert wait_until(lambda: len(reports) == 2)
    updates.announced(announcement("0" * 64))
    assert wait_until(lambda: len(reports) == 3)
    updates.close()
    # The first was not told, and so is told again.
    assert [each["status"] for each in reports] == ["current", "current", "refused"]
    assert "ArithmeticError" in reports[2]["reason"]


def test_signatures_come_with_the_model(tmp_path: Path, server: str) -> None:
    """Signed by the owner it is installed; by another, or not at all, it is refused."""
    sha256 = serve(tmp_path / "served")
    public_key = make_keys(tmp_path / "owner")
    make_keys(tmp_path / "other")
    path, url = tmp_path / "served" / f"{sha256}.tflite", server + "/{sha256}.tflite"
    payload = announcement(sha256)
    _, (unsigned,) = followed(tmp_path, url, payload, public_key=public_key)
    sign(path, tmp_path / "other")
    _, (foreign,) = followed(tmp_path, url, payload, public_key=public_key)
    signature_path(path).write_bytes(b"x" * 70_000)
    _, (long,) = followed(tmp_path, url, payload, public_key=public_key)
    for report, reason in ((unsigned, "404"), (foreign, "signature"), (long, "expected a signature of 64 bytes")):
        assert report["status"] == "refused"
        assert reason in report["reason"]
        # Not of a temporary file that is gone.
        assert url.replace("{sha256}", sha256) in report["reason"]
    signature_path(path).unlink()
    sign(path, tmp_path / "owner")
    store, (signed,) = followed(tmp_path, url, payload, public_key=public_key)
    assert signed["status"] == "installed"
    assert store.current().sha256 == sha256


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"version": 1, "sha256": 2}', announcement("../../etc/passwd")),
        announcement("0" * 64)[:-1] + b" " * 20_000 + b"}",
        *(announcement("A" * 64), announcement("0" * 64, "a b"), announcement("0" * 64, "x" * 100)),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, payload: bytes) -> None:
    """Nothing is fetched for it, and the next announcement is taken."""
    with pytest.raises(ModelError, match="announcement"):
        Announcement.parse(payload)
    _, (report,) = followed(tmp_path, "http://192.0.2.1/{sha256}.tflite", payload)
    assert report["status"] == "refused"


def test_only_web_addresses(tmp_path: Path) -> None:
    """Neither files nor nothing, and no server is a clear error."""
    for url in ("file:///etc/passwd", "ftp://host/a", "nonsense", "http:///a", "http://[a/b"):
        with pytest.raises(OptionError, match="--model-url"):
            ModelUpdates(ModelStore(tmp_path), url, None, print)
    with pytest.raises(ModelError, match="Connection refused"):
        fetch("http://127.0.0.1:9/a.tflite")


def test_the_app_switches_when_it_is_told(tmp_path: Path, server: str) -> None:
    """`run --mqtt --model-url`: announced by the broker, installed, reported; reading goes on."""
    require(NEEDS)
    sha256 = serve(tmp_path / "served")
    (tmp_path / "broker").mkdir()
    with Mosquitto(tmp_path / "broker") as broker:
        listener = Listener(broker)
        assert listener.subscribed.wait(60)
        (tmp_path / "password").write_text(PASSWORD)
        command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PAGE), "--mqtt", broker.url()]
        command += ["--mqtt-password-file", str(tmp_path / "password"), "--state", str(tmp_path / "state")]
        command += ["--store", str(tmp_path / "store"), "--model-url", server + "/{sha256}.tflite"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as app:
            assert wait_until(lambda: listener.last("home/meter/model") is not None)
            listener.send("home/meter/model/set", announcement(sha256))
            assert wait_until(lambda: listener.last("home/meter/model")["status"] == "installed")
            assert app.stderr is not None
            while f"model: now {sha256[:12]}" not in (line := app.stderr.readline()):
                assert line
            app.terminate()
            assert app.wait(60) == 0
        listener.close()
