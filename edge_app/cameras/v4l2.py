"""A USB webcam, through OpenCV."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import CameraError
from ..files.image import to_luma
from .camera import Camera, Frame

# Until a webcam has found its exposure.
SETTLING_FRAMES = 10
NODES = Path("/dev")


def nodes(folder: Path = NODES) -> list[Path]:
    """The video devices that are there, by number."""
    found = [node for node in folder.glob("video*") if node.name[5:].isdecimal()]
    return sorted(found, key=lambda node: int(node.name[5:]))


class V4l2Camera(Camera):
    """A camera behind /dev/videoN.

    Args:
        index: N; None takes the first one that gives a frame.
        size_wh: asked for; what comes is in the name.
        fps: asked for.

    Raises:
        CameraError: none there, busy, or without frames.
    """

    def __init__(self, index: int | None = None, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0) -> None:
        candidates = [index] if index is not None else [int(node.name[5:]) for node in nodes()]
        self._number = -1
        for candidate in candidates:
            opened = _open(candidate, size_wh, fps)
            if opened is not None:
                self._capture, first = opened
                break
        else:
            there = ", ".join(map(str, nodes())) or "no /dev/video*"
            raise CameraError(
                f"expected a webcam that gives frames, got {there}; try v4l2-ctl --list-devices, and close what uses it"
            )
        self.name = f"v4l2 /dev/video{candidate} {first.shape[1]}x{first.shape[0]}"

    def read(self) -> Frame:
        """Waits for the next frame, see Camera."""
        luma = _luma(self._capture)
        if luma is None:
            raise CameraError(f"expected a frame, got none from {self.name}; check its cable")
        self._number += 1
        return Frame(luma, self._number, time.monotonic())

    def photograph(self) -> NDArray[np.uint8]:
        """The next frame; a webcam has no larger one without a new start."""
        return self.read().luma

    def close(self) -> None:
        """Frees the device."""
        self._capture.release()


def _open(index: int, size_wh: tuple[int, int], fps: float) -> tuple[cv2.VideoCapture, NDArray[np.uint8]] | None:
    with _quiet():
        capture = cv2.VideoCapture(index, cv2.CAP_V4L2)
        if capture.isOpened():
            # One buffer: the frame that is read is the newest.
            wanted = {
                cv2.CAP_PROP_FRAME_WIDTH: size_wh[0],
                cv2.CAP_PROP_FRAME_HEIGHT: size_wh[1],
                cv2.CAP_PROP_FPS: fps,
                cv2.CAP_PROP_BUFFERSIZE: 1,
            }
            for name, value in wanted.items():
                capture.set(name, value)
            frames = [_luma(capture) for _ in range(SETTLING_FRAMES)]
            if frames[-1] is not None:
                return capture, frames[-1]
        capture.release()
    return None


def _luma(capture: cv2.VideoCapture) -> NDArray[np.uint8] | None:
    there, frame = capture.read()
    return to_luma(np.ascontiguousarray(frame[..., ::-1])) if there else None


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV warns on stderr of each device that is no camera."""
    former = cv2.getLogLevel()
    cv2.setLogLevel(0)
    try:
        yield
    finally:
        cv2.setLogLevel(former)
