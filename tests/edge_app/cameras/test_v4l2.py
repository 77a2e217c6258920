"""Webcams; there is none in a test, so OpenCV's capture is played."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge_app.cameras import v4l2
from edge_app.cameras.v4l2 import V4l2Camera, nodes
from edge_app.errors import CameraError


class Webcam:
    """OpenCV's capture as far as it is used: device 2 gives frames, 0 opens and gives none, no others."""

    def __init__(self, index: int, _backend: int) -> None:
        self.index, self.given, self.asked, self.released = index, 0, {}, False  # type: ignore[var-annotated]

    def isOpened(self) -> bool:  # noqa: N802
        """Whether it is there."""
        return self.index in {0, 2}

    def set(self, name: int, value: float) -> None:
        """Takes a setting."""
        self.asked[name] = value

    def read(self) -> tuple[bool, Any]:
        """A blue frame, 14 times."""
        self.given += 1
        if self.index != 2 or self.given > 14:
            return False, None
        return True, np.dstack([np.full((48, 64), 255, np.uint8), *[np.zeros((48, 64), np.uint8)] * 2])

    def release(self) -> None:
        """Frees it."""
        self.released = True


@pytest.fixture(autouse=True)
def _webcams(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("video0", "video2", "video10", "video-odd"):
        (tmp_path / name).touch()
    monkeypatch.setattr(cv2, "VideoCapture", Webcam)
    monkeypatch.setattr(v4l2, "nodes", lambda: nodes(tmp_path))


def test_the_first_webcam_that_gives_frames_is_taken() -> None:
    """Devices without frames (a webcam's second node, a codec) are passed over; its exposure has settled by then."""
    with V4l2Camera(None, (640, 480), 30) as camera:
        assert camera.name == "v4l2 /dev/video2 64x48"
        frame = camera.read()
        assert (frame.luma == 29).all()
        assert frame.number == 0
        assert camera.photograph().shape == (48, 64)


def test_a_webcam_that_is_pulled_out_is_said() -> None:
    """No frame is an error, not an empty frame."""
    with V4l2Camera(2) as camera:
        for _ in range(4):
            camera.read()
        with pytest.raises(CameraError, match="cable"):
            camera.read()


def test_no_webcam_is_said() -> None:
    """With what is there and what to try."""
    with pytest.raises(CameraError, match="v4l2-ctl"):
        V4l2Camera(0)


def test_nodes_come_by_number(tmp_path: Path) -> None:
    """10 after 2, and only devices."""
    assert [node.name for node in nodes(tmp_path)] == ["video0", "video2", "video10"]
