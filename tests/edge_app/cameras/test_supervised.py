"""A camera that stays up."""

import errno
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app.cameras import supervised
from edge_app.cameras.supervised import SupervisedCamera
from edge_app.errors import CameraError
from edge_app.page.drawing import save_image

from ..pages import blank, write

ILL = "tests.edge_app.cameras.ill:"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hangs are noticed soon enough for a test."""
    monkeypatch.setattr(supervised, "HANG_S", 0.6)
    monkeypatch.setattr(supervised, "RESTART_S", 0.6)
    monkeypatch.setattr(supervised, "BACK_OFF_S", (0.0, 0.1))


@pytest.fixture
def page_path(tmp_path: Path) -> Path:
    """A page in a file."""
    save_image(write(blank(), "274", (100, 150)), tmp_path / "page.png")
    return tmp_path / "page.png"


@pytest.fixture
def told() -> list[tuple[str, int]]:
    """What the camera said of itself."""
    return []


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with it."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def values(camera: SupervisedCamera, frames: int) -> list[int]:
    """One pixel of each frame."""
    return [int(camera.read().luma[0, 0]) for _ in range(frames)]


def test_frames_come_from_another_process_newest_first(page_path: Path) -> None:
    """Each frame is new, its time is true, and what nobody fetched is skipped."""
    with SupervisedCamera(str(page_path), fps=50) as camera:
        first = camera.read()
        time.sleep(0.5)
        second, third = camera.read(), camera.read()
        assert camera.pid not in {None, os.getpid()}
    assert first.luma.shape == (480, 640)
    assert second.number >= first.number + 10
    assert third.number > second.number
    assert 0 <= time.monotonic() - third.captured_s < 5


def test_what_is_wrong_at_the_start_is_an_error_of_the_app(tmp_path: Path) -> None:
    """The camera's own message comes through, and its process is gone."""
    with pytest.raises(CameraError, match="not there"):
        SupervisedCamera(str(tmp_path / "nothing.png"))


def test_a_camera_that_hangs_is_started_again(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """In the same process, as long as that is enough."""
    with SupervisedCamera(
        str(tmp_path / "count"), changed=lambda *each: told.append(each), factory=ILL + "hangs_once"
    ) as camera:
        pid = camera.pid
        assert values(camera, 6)[-3:] == [1, 1, 1]
        assert camera.pid == pid
    assert [restarts for _, restarts in told] == [0, 1, 1]


def test_a_process_that_hangs_is_started_again(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """If the camera hangs again, the process that holds it is replaced, and frames are numbered on."""
    with SupervisedCamera(
        str(tmp_path / "count"), changed=lambda *each: told.append(each), factory=ILL + "hangs_twice"
    ) as camera:
        pid = camera.pid
        numbers = [camera.read().number for _ in range(9)]
        assert camera.pid != pid
    assert numbers == sorted(set(numbers))
    assert told[-1] == ("ill 2", 2)


@pytest.mark.parametrize("illness", ["fails_once", "breaks_once"])
def test_a_camera_that_fails_is_opened_again(tmp_path: Path, illness: str) -> None:
    """A loose cable, or a driver's bug, ends nothing."""
    with SupervisedCamera(str(tmp_path / "count"), factory=ILL + illness) as camera:
        assert values(camera, 6)[-3:] == [1, 1, 1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_is_killed_or_stopped_is_replaced(
    page_path: Path, bystander: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    """Whatever becomes of the camera's process, frames go on, and nobody else is touched."""
    with SupervisedCamera(str(page_path)) as camera:
        camera.read()
        pid = camera.pid
        assert pid is not None
        os.kill(pid, number)
        assert np.ptp(camera.read().luma) > 0
        camera.read()
        assert camera.pid != pid
    assert bystander.poll() is None


def test_stop_ends_any_wait(tmp_path: Path) -> None:
    """A hanging camera does not hold the app's end up."""
    stop = threading.Event()
    camera = SupervisedCamera(str(tmp_path / "count"), stop=stop, factory=ILL + "hangs_twice")
    values(camera, 3)
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(InterruptedError):
        camera.read()
    started_s = time.monotonic()
    camera.close()
    camera.close()
    # A busy machine takes its time; the camera would sleep for a quarter of an hour.
    assert time.monotonic() - started_s < 60


def test_photographs_are_larger(tmp_path: Path) -> None:
    """A photograph is the camera's own size, and frames go on after it."""
    with SupervisedCamera(str(tmp_path / "count"), factory=ILL + "fails_once") as camera:
        camera.read()
        assert camera.photograph().shape == (96, 128)
        assert camera.read().luma.shape == (48, 64)


def test_half_a_photograph_is_not_taken_for_a_frame(tmp_path: Path, told: list[tuple[str, int]]) -> None:
    """The photograph is lost, and frames go on from another process."""
    with SupervisedCamera(
        str(tmp_path / "count"), changed=lambda *each: told.append(each), factory=ILL + "stutters_once"
    ) as camera:
        camera.read()
        with pytest.raises(CameraError, match="photograph"):
            camera.photograph()
        assert values(camera, 2) == [1, 1]
    assert told[-1] == ("ill 1", 1)


def test_a_machine_without_room_for_a_process_is_waited_for(
    page_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Too many open files, or too little memory, while the camera is started again: told once, and frames go on."""
    popen, failures = subprocess.Popen, iter(range(5))
    opened: list[socket.socket] = []
    pair = socket.socketpair

    def start(*arguments: Any, **options: Any) -> Any:
        if next(failures, None) is not None:
            raise OSError(errno.EMFILE, "Too many open files")
        return popen(*arguments, **options)

    def connect() -> tuple[socket.socket, socket.socket]:
        opened.extend(both := pair())
        return both

    with SupervisedCamera(str(page_path)) as camera:
        last = camera.read().number
        monkeypatch.setattr(subprocess, "Popen", start)
        monkeypatch.setattr(socket, "socketpair", connect)
        camera.kill()
        assert camera.read().number > last
        assert sum(each.fileno() >= 0 for each in opened) == 1
    assert ["Too many open files" in record.getMessage() for record in caplog.records].count(True) == 1


def test_no_room_for_a_process_at_the_start_is_an_error_of_the_app(
    page_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clear line."""

    def start(*_arguments: Any, **_options: Any) -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", start)
    with pytest.raises(CameraError, match=r"got .*Too many open files; try"):
        SupervisedCamera(str(page_path))


def test_garbage_between_frames_is_left_out(capfd: pytest.CaptureFixture[str], told: list[tuple[str, int]]) -> None:
    """Floats, nothing, a pixel, a column, colours: told once; frames of any size go on, and nothing is restarted."""
    with SupervisedCamera("", fps=200, changed=lambda *each: told.append(each), factory=ILL + "garbage") as camera:
        shapes = set()
        for _ in range(12):
            luma = camera.read().luma
            shapes.add(luma.shape)
            assert (luma == 7).all()
        assert shapes <= {(32, 64), (40, 33), (40, 10_000), (50, 40)}
        assert len(shapes) > 1
        assert camera.photograph().shape == (48, 64)
    assert told == [("ill 7", 0)]
    assert capfd.readouterr().err.count("expected frames of uint8, (H, W) from 32x32 up, got ") == 1
