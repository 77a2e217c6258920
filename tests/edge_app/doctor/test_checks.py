"""What the doctor looks at, on machines that the tests lay out."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from edge_app.bench.sample_page import draw_page
from edge_app.doctor import camera, computer
from edge_app.doctor import software as reading
from edge_app.doctor.camera import check_camera, holders, judge, measure
from edge_app.host import python_process
from edge_app.host.machine import Condition


def test_old_and_32_bit_python() -> None:
    """Too old is a failure, 32 bits a warning."""
    assert reading.check_python((3, 9, 2), 64).status == "failure"
    assert reading.check_python((3, 11, 2), 32).status == "warning"
    assert reading.check_python((3, 13, 5), 64).status == "ok"


def test_a_runtime_that_does_not_fit_numpy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its failure names the fix; it is a warning as long as another one works."""
    broken = tmp_path / "tflite_runtime"
    broken.mkdir()
    (broken / "__init__.py").touch()
    (broken / "interpreter.py").write_text("raise ImportError('numpy.core.multiarray failed to import')")
    monkeypatch.setenv("PATH", "/nowhere")  # no other Python is asked
    ours = python_process.python_environment()
    ahead = {**ours, "PYTHONPATH": os.pathsep.join([str(tmp_path), ours["PYTHONPATH"]])}
    monkeypatch.setattr(python_process, "python_environment", lambda: ahead)
    monkeypatch.setattr(reading, "_installed", lambda _: True)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.9")
    found = {each.name: each for each in reading.check_runtimes()}
    assert found["tflite-runtime"].status in {"warning", "failure"}
    assert found["tflite-runtime"].fix == "pip install 'numpy<2'"


def test_a_runtime_that_crashes_or_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor outlives both; with no other runtime they are failures."""
    monkeypatch.setattr(reading, "_installed", lambda package: package == "ai-edge-litert")
    for script, said in (("import os; os.abort()", "ended with -6"), ("import time; time.sleep(60)", "no answer")):
        monkeypatch.setattr(reading, "PROBE", script)
        monkeypatch.setattr(reading, "PROBE_S", 1)
        (found,) = reading.check_runtimes()
        assert found.status == "failure"
        assert said in found.found


def test_no_runtime_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names what to install."""
    monkeypatch.setattr(reading, "_installed", lambda _: False)
    (found,) = reading.check_runtimes()
    assert (found.status, found.fix) == ("failure", "pip install 'digits-edge[edge]'")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (Condition(None, None, None), "absent"),
        (Condition(51.0, 1500.0, ()), "ok"),
        (Condition(85.0, 1500.0, ()), "warning"),
        (Condition(51.0, 600.0, ("throttled now",)), "warning"),
        (Condition(51.0, 1500.0, ("under-voltage before",)), "warning"),
    ],
)
def test_heat_and_power(monkeypatch: pytest.MonkeyPatch, condition: Condition, status: str) -> None:
    """Hot, throttled, or with too weak a supply."""
    monkeypatch.setattr(computer, "condition_now", lambda _: condition)
    assert computer.check_heat_and_power().status == status


def test_memory(tmp_path: Path) -> None:
    """Little is a warning; a machine that does not report it is none."""
    assert computer.check_memory(tmp_path).status == "absent"
    (tmp_path / "proc").mkdir()
    for free_kb, status in ((100_000, "warning"), (900_000, "ok")):
        (tmp_path / "proc" / "meminfo").write_text(f"MemTotal: 1000000 kB\nMemAvailable:   {free_kb} kB\n")
        assert computer.check_memory(tmp_path).status == status


def test_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Little is a warning."""
    assert computer.check_disk(tmp_path).status == "ok"
    monkeypatch.setattr(computer, "LEAST_DISK_MB", 10**9)
    assert computer.check_disk(tmp_path).status == "warning"


def test_a_port_in_use() -> None:
    """The web page's port is better free; a broker may be there or not."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert computer.check_web_port(port=port).status == "warning"
        assert computer.check_broker(port=port).status == "ok"
    assert computer.check_web_port(port=port).status == "ok"
    assert computer.check_broker(port=port).status == "absent"


def test_apts_picamera2_that_the_venv_does_not_see(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The classic: a venv without --system-site-packages; and pip's numpy in front of apt's."""
    apt = tmp_path / computer.APT_PACKAGES
    (apt / "picamera2").mkdir(parents=True)
    found = computer.check_picamera2(tmp_path)
    assert found.status == "failure"
    assert "--system-site-packages" in found.fix
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    (apt / "numpy-7.24.2.dist-info").mkdir()
    (apt / "numpy-7.24.2.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 7.24.2\n")
    found = computer.check_picamera2(tmp_path)
    assert found.status == "failure"
    assert "constraints-pi.txt" in found.fix


def test_an_account_that_may_not_open_cameras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Group video is missing; without a camera it need not be there."""
    assert computer.check_group(tmp_path).status == "absent"
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "video0").touch()
    assert computer.check_group(tmp_path).status == "ok"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert computer.check_group(tmp_path).fix.startswith("sudo usermod -aG video")


def test_who_holds_a_camera(tmp_path: Path) -> None:
    """By name and process."""
    assert holders(tmp_path)[0].status == "ok"
    process = tmp_path / "proc" / "321"
    (process / "fd").mkdir(parents=True)
    (process / "comm").write_text("rpicam-vid\n")
    (process / "fd" / "7").symlink_to("/dev/video0")
    (process / "fd" / "8").symlink_to("/dev/null")
    (found,) = holders(tmp_path)
    assert found.found == "rpicam-vid (process 321) has /dev/video0 open"


def test_a_picture_is_judged() -> None:
    """Lens cap, lamp, blur, an empty wall, and a page."""
    page = measure(draw_page((640, 480)))
    assert judge(**page).status == "ok"
    for mean, span, sharpness, said in ((20, 60, 99, "dark"), (240, 60, 99, "bright"), (150, 60, 5, "blurred")):
        assert said in judge(mean, span, sharpness).fix
    assert "contrast" in judge(150, 10, 99).fix
    blurred = measure(np.full((480, 640), 150, np.uint8))
    assert judge(**blurred).status == "warning"


def test_a_camera_that_hangs_or_crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor outlives both."""
    monkeypatch.setattr(camera, "LOOK_S", 1)
    for script, said in (
        ("import os; os.abort()", "ended with -6"),
        ("import time; time.sleep(60)", "no frame in 1 s"),
    ):
        monkeypatch.setattr(camera, "LOOK", script)
        (found,) = check_camera("auto", (640, 480), 30)
        assert found.status == "failure"
        assert said in found.found


@pytest.mark.parametrize(("devices", "status"), [([], "absent"), (["video0"], "failure")])
def test_no_camera_is_right_unless_a_device_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, devices: list[str], status: str
) -> None:
    """A device that gives no frames is a failure; both name the first thing to try."""
    (tmp_path / "dev").mkdir()
    for device in devices:
        (tmp_path / "dev" / device).touch()
    error = "expected a camera, got none; first try rpicam-hello --list-cameras"
    monkeypatch.setattr(camera, "LOOK", f"import json; print(json.dumps({{'error': {error!r}}}))")
    (found,) = check_camera("auto", (640, 480), 30, tmp_path)
    assert (found.status, found.fix) == (status, "first try rpicam-hello --list-cameras")


def test_what_a_camera_says_reaches_the_doctor() -> None:
    """An error of the app is its own line: what is there, and the fix."""
    (found,) = check_camera("nowhere.png", (640, 480), 30)
    assert found.status == "failure"
    assert "nowhere.png" in found.found
