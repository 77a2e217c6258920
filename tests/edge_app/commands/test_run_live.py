"""`python -m edge_app run`, the real command."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convert.report.card import ROOT
from edge_app.page.drawing import save_image
from edge_app.page.orientation import turned
from tests.mosquitto import wait_until

from ..pages import blank, write

PAGE = ROOT / "tests" / "pages" / "example.jpg"
# A busy machine takes its time; what is looked for is a wait without an end.
PATIENCE_S = 60
NUMBERS = ["6639031729", "826", "92650", "761045536", "30", "8", "14"]


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command, ended after it."""
    with subprocess.Popen(
        [sys.executable, "-m", "edge_app", "run", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, when it ended by itself."""
    command = [sys.executable, "-m", "edge_app", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def gone(pids: list[int]) -> bool:
    """Whether these processes end, however busy the machine is."""
    return wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def children(pid: int) -> list[int]:
    """Its child processes."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("arguments", [("run",), ()])
def test_a_page_in_front_of_the_camera_is_told_once(arguments: tuple[str, ...]) -> None:
    """JSON Lines on stdout, logs on stderr; `run` is what no command means."""
    done = finished(*arguments, "--camera", str(PAGE), "--frames", "20")
    assert done.returncode == 0
    assert [json.loads(each)["text"] for each in done.stdout.splitlines()] == NUMBERS
    assert "camera: " in done.stderr


def test_a_region_of_a_camera_upside_down(tmp_path: Path) -> None:
    """Its numbers carry its name, with boxes in pixels of the frame."""
    save_image(turned(write(blank(), "3 7 4 2", (60, 400), 90), 180), tmp_path / "sheet.png")
    camera = "--camera", str(tmp_path / "sheet.png"), "--frames", "12"
    done = finished("run", *camera, "--region", "total=0,0,640,240")
    (event,) = map(json.loads, done.stdout.splitlines())
    assert (event["event"], event["region"], event["text"]) == ("read", "total", "3742")
    assert event["box"][1] < 240
    done = finished("run", *camera, "--region", "total=600,0,100,100")
    assert (done.returncode, done.stdout) == (1, "")
    assert "edge_app: error: expected region total within 640x480 pixels, got " in done.stderr


def test_a_camera_that_is_not_there_is_one_line() -> None:
    """Exit code 1, with the path."""
    done = finished("run", "--camera", "nowhere.png")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("edge_app: error: expected a picture, a folder or a video")


def test_flags_that_cannot_be_used_are_usage() -> None:
    """Exit code 2."""
    for wrong in (["--size", "64"], ["--fps", "0"], ["--fps", "nan"], ["--preview-port", "70000"], ["--frames", "0"]):
        assert finished("run", *wrong).returncode == 2, wrong


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_frees_the_camera(number: signal.Signals) -> None:
    """Cleanly, and the process that holds the camera is gone with it."""
    with running("--camera", str(PAGE)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        held = children(process.pid)
        assert held
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
    assert gone(held)


def test_a_hanging_camera_does_not_hold_up_the_end() -> None:
    """SIGTERM works while the camera's process is stopped, before the app gives it up."""
    with running("--camera", str(PAGE)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        held = children(process.pid)
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert "again" not in process.stderr.read()
    assert gone(held)


def test_the_camera_is_freed_when_the_app_is_killed() -> None:
    """Its process notices, and ends."""
    with running("--camera", str(PAGE)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        held = children(process.pid)
        process.kill()
        process.wait()
    assert gone(held)


def test_nobody_reading_stdout_does_not_hold_up_the_end() -> None:
    """A full pipe blocks printing; SIGTERM ends it all the same."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    while select.select([], [write], [], 0)[1]:
        os.write(write, b"x" * 4096)
    os.set_blocking(write, True)
    command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PAGE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "camera: " not in process.stderr.readline():
            pass
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
            os.close(read)
            os.close(write)
