"""Which camera `--camera` means."""

import logging
from collections.abc import Callable
from pathlib import Path

from ..errors import CameraError
from .camera import Camera
from .files import FileCamera
from .picamera import PiCamera
from .v4l2 import V4l2Camera

LOG = logging.getLogger(__name__)


def open_camera(wanted: str, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0) -> Camera:
    """Opens a camera.

    Args:
        wanted: "auto" (picamera2, then v4l2), "picamera2", "v4l2", "v4l2:N" or the path of a picture, folder or video.
        size_wh: of live frames, as far as the camera can.
        fps: frames a second, as far as the camera can.

    Raises:
        CameraError: what is wrong and the first thing to try.
    """
    kinds: dict[str, Callable[[], Camera]] = {
        "picamera2": lambda: PiCamera(size_wh, fps),
        "v4l2": lambda: V4l2Camera(None, size_wh, fps),
    }
    if wanted == "auto":
        return _first(kinds)
    if wanted in kinds:
        return kinds[wanted]()
    kind, colon, index = wanted.partition(":")
    if kind == "v4l2" and colon:
        if not index.isdecimal():
            raise CameraError(f"expected v4l2:N, such as v4l2:0, got {wanted}")
        return V4l2Camera(int(index), size_wh, fps)
    return FileCamera(Path(wanted), size_wh, fps)


def _first(kinds: dict[str, Callable[[], Camera]]) -> Camera:
    for kind, opened in kinds.items():
        try:
            return opened()
        except CameraError as error:
            LOG.info("no camera by %s: %s", kind, error)
    raise CameraError(
        "expected a camera, got none; first try rpicam-hello --list-cameras (Pi camera) or v4l2-ctl --list-devices "
        "(USB webcam), then python -m edge_app doctor; --camera FILE shows a picture instead"
    )
