"""What systemd is told."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_app.host.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A listening socket, and its address as systemd gives it."""
    name = f"@edge-app-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(1)
        yield listening, name


def test_systemd_is_told_of_the_start_life_and_end(systemd: tuple[socket.socket, str]) -> None:
    """READY with a status in one line, then the watchdog, then the end."""
    listening, name = systemd
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"})
    notifier.ready("reading\na camera")
    for _ in range(100):
        notifier.alive()
    notifier.status("busy")
    notifier.stopping()
    told = [listening.recv(100) for _ in range(4)]
    assert told == [b"READY=1\nSTATUS=reading a camera", b"WATCHDOG=1", b"STATUS=busy", b"STOPPING=1"]


def test_the_watchdog_is_not_fed_once_a_thread_has_ended(
    systemd: tuple[socket.socket, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status says which; systemd starts the app again then."""
    listening, name = systemd
    monkeypatch.setattr("edge_app.host.notify.ended_threads", lambda: ("mqtt-delivery", "web"))
    Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"}).alive()
    assert listening.recv(100) == b"STATUS=ended: mqtt-delivery, web"


def test_the_watchdog_of_another_process_is_not_fed(systemd: tuple[socket.socket, str]) -> None:
    """Nor one that systemd did not set."""
    listening, name = systemd
    for more in (
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "x"},
    ):
        Notifier({"NOTIFY_SOCKET": name, **more}).alive()
    Notifier({"NOTIFY_SOCKET": name}).stopping()
    assert listening.recv(100) == b"STOPPING=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    """No socket, a nonsense one, or one that nobody listens on any more."""
    for environment in ({}, {"NOTIFY_SOCKET": "nonsense"}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        Notifier(environment).ready("reading")
