"""Which camera a flag means."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_app.cameras import choice
from edge_app.cameras.choice import open_camera
from edge_app.errors import CameraError
from edge_app.page.drawing import save_image

from ..pages import blank


def refusing(*_: Any) -> Any:
    """A camera that is not there."""
    raise CameraError("expected it, got none")


def named(name: str) -> Callable[..., str]:
    """A camera that opens."""
    return lambda *_: name


@pytest.mark.parametrize(
    ("pi", "webcam", "taken"),
    [(named("pi"), named("webcam"), "pi"), (refusing, named("webcam"), "webcam")],
)
def test_auto_takes_the_pi_camera_then_a_webcam(
    monkeypatch: pytest.MonkeyPatch, pi: Any, webcam: Any, taken: str
) -> None:
    """In that order."""
    monkeypatch.setattr(choice, "PiCamera", pi)
    monkeypatch.setattr(choice, "V4l2Camera", webcam)
    assert str(open_camera("auto")) == taken


def test_auto_without_a_camera_says_what_to_run_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line as the error, what each kind said in the log."""
    monkeypatch.setattr(choice, "PiCamera", refusing)
    monkeypatch.setattr(choice, "V4l2Camera", refusing)
    with caplog.at_level(logging.INFO), pytest.raises(CameraError, match="rpicam-hello --list-cameras"):
        open_camera("auto")
    assert "no camera by picamera2" in caplog.text
    assert "no camera by v4l2" in caplog.text


def test_a_webcam_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """v4l2:3 is /dev/video3."""
    monkeypatch.setattr(choice, "V4l2Camera", lambda index, *_: f"webcam {index}")
    assert str(open_camera("v4l2:3")) == "webcam 3"
    with pytest.raises(CameraError, match="v4l2:0"):
        open_camera("v4l2:front")


def test_anything_else_is_a_file(tmp_path: Path) -> None:
    """A path is shown."""
    save_image(blank(48, 64), tmp_path / "a.png")
    with open_camera(str(tmp_path / "a.png")) as camera:
        assert camera.read().luma.shape == (48, 64)
