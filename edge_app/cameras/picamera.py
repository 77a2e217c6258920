"""A Raspberry Pi's camera, through picamera2: a small stream for live reading and a large one for photographs."""

import importlib
import logging
import os
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CameraError
from ..files.image import to_luma
from .camera import Camera, Frame

# Exposure is settled when exposure time times gain changes by less than this from frame to frame.
SETTLED_CHANGE = 0.02
SETTLED_FRAMES = 3
SETTLING_S = 2.0
# Formats whose buffer starts with a full-size plane of luma.
PLANAR = {"YUV420", "YVU420", "NV12", "NV21", "NV16", "NV61"}
APT = "on a Raspberry Pi: sudo apt install python3-picamera2, and a venv made with --system-site-packages"


class PiCamera(Camera):
    """The first camera that libcamera finds.

    Args:
        size_wh: of live frames; the camera may round it.
        fps: frames a second.

    Raises:
        CameraError: picamera2 is not installed, no camera is there, or it is busy.
    """

    def __init__(self, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0) -> None:
        self._camera = _open()
        self._number, self._started = -1, False
        try:
            photo_wh = photo_size(self._camera.sensor_resolution, size_wh)
            streams = {
                "main": {"size": photo_wh, "format": "YUV420"},
                "lores": {"size": size_wh, "format": "YUV420"},
            }
            offered = self._camera.camera_controls
            # Autofocus that goes on by itself, where the lens can move.
            controls = {"AfMode": 2} if "AfMode" in offered else {}
            if "FrameDurationLimits" in offered:
                controls["FrameDurationLimits"] = (round(1e6 / fps),) * 2  # type: ignore[assignment]
            self._camera.configure(
                self._camera.create_video_configuration(**streams, buffer_count=4, controls=controls)
            )
            # What came, not what was asked for: sizes are aligned, and a camera may offer NV12 alone.
            self._streams = {name: self._camera.camera_configuration()[name] for name in streams}
            self._camera.start()
            self._started = True
            self._settle()
        except Exception as error:  # libcamera raises RuntimeError, IndexError, ValueError by release
            self.close()
            raise CameraError(
                f"expected a camera that starts, got: {error}; try rpicam-hello, and close what else uses the camera"
            ) from error
        model = self._camera.camera_properties.get("Model", "camera")
        self.name = f"picamera2 {model} {'x'.join(map(str, self._streams['lores']['size']))}"

    def read(self) -> Frame:
        """Waits for the next frame, see Camera."""
        luma, captured_s = self._take("lores")
        self._number += 1
        return Frame(luma, self._number, captured_s)

    def photograph(self) -> NDArray[np.uint8]:
        """The large stream's next frame."""
        return self._take("main")[0]

    def close(self) -> None:
        """Stops the camera and frees it."""
        camera, self._camera = self._camera, None
        if camera is not None:
            if self._started:
                camera.stop()
            camera.close()

    def _take(self, stream: str) -> tuple[NDArray[np.uint8], float]:
        camera = self._camera
        if camera is None:
            raise CameraError("expected an open camera, got a closed one")
        request = camera.capture_request()
        try:
            stamp_ns = request.get_metadata().get("SensorTimestamp")
            return luma_of(request.make_buffer(stream), self._streams[stream]), captured_at(stamp_ns)
        finally:
            request.release()

    def _settle(self) -> None:
        """Waits until exposure has settled, at most two seconds; at once where the camera does not report it."""
        end_s, former, calm = time.monotonic() + SETTLING_S, 0.0, 0
        while calm < SETTLED_FRAMES and time.monotonic() < end_s:
            metadata = self._camera.capture_metadata()
            if "ExposureTime" not in metadata:
                return
            exposure = float(metadata["ExposureTime"]) * float(metadata.get("AnalogueGain", 1.0))
            calm = calm + 1 if abs(exposure - former) <= SETTLED_CHANGE * exposure else 0
            former = exposure


def photo_size(sensor_wh: tuple[int, int], live_wh: tuple[int, int]) -> tuple[int, int]:
    """Half the sensor each way (what it reads out at full rate), in the live frames' shape, in steps of 32 pixels."""
    scale = min(sensor_wh[0] / 2 / live_wh[0], sensor_wh[1] / 2 / live_wh[1])
    if scale <= 1:
        return live_wh
    return int(live_wh[0] * scale) // 32 * 32, int(live_wh[1] * scale) // 32 * 32


def luma_of(buffer: NDArray[np.uint8], stream: dict[str, Any]) -> NDArray[np.uint8]:
    """Cuts the luma out of a frame buffer.

    Args:
        buffer: uint8 (N,), rows padded to the stride.
        stream: "format", "size" (width, height) and "stride" as libcamera configured them.

    Returns:
        uint8 (H, W), its own memory.

    Raises:
        CameraError: a format that is not known here.
    """
    (width, height), stride, kind = stream["size"], stream["stride"], stream["format"]
    rows = buffer[: stride * height].reshape(height, stride)
    if kind in PLANAR:
        return np.ascontiguousarray(rows[:, :width])
    if kind in {"YUYV", "YVYU"}:
        return np.ascontiguousarray(rows[:, : 2 * width : 2])
    if kind in {"RGB888", "BGR888"}:
        # libcamera names the bytes from the last to the first.
        pixels = rows[:, : 3 * width].reshape(height, width, 3)
        return to_luma(np.ascontiguousarray(pixels[..., ::-1] if kind == "RGB888" else pixels))
    raise CameraError(f"expected frames in one of {', '.join(sorted(PLANAR))}, got {kind}; set the camera to YUV420")


def captured_at(stamp_ns: int | None) -> float:
    """The sensor's time stamp (nanoseconds since boot, sleep included) on the clock of time.monotonic()."""
    now_s = time.monotonic()
    if stamp_ns is None:
        return now_s
    age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - stamp_ns / 1e9
    return now_s - age_s if 0 <= age_s < 1 else now_s


def _open() -> Any:
    # Both log every step.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    logging.getLogger("picamera2").setLevel(logging.WARNING)
    try:
        picamera2 = importlib.import_module("picamera2")
    except ImportError as error:
        raise CameraError(f"expected picamera2, got: {error}; {APT}") from error
    except ValueError as error:  # pip's numpy over apt's: "numpy.dtype size changed"
        raise CameraError(
            f"expected picamera2 and numpy to fit, got: {error}; install with -c edge_app/constraints-pi.txt"
        ) from error
    if not picamera2.Picamera2.global_camera_info():
        raise CameraError("expected a camera, got none; try rpicam-hello --list-cameras, and check the ribbon cable")
    try:
        return picamera2.Picamera2()
    except (RuntimeError, IndexError) as error:
        raise CameraError(f"expected a free camera, got: {error}; close what else uses it") from error
