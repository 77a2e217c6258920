"""A Raspberry Pi's camera; test_virtual_camera.py has the real library, here are shapes that no virtual camera has."""

import time

import numpy as np
import pytest

from edge_app.cameras.picamera import captured_at, luma_of, photo_size
from edge_app.errors import CameraError


@pytest.mark.parametrize("kind", ["YUV420", "NV12"])
def test_luma_is_cut_out_of_padded_rows(kind: str) -> None:
    """Rows are longer in memory than the picture is wide; chroma follows and is left."""
    luma = np.arange(4 * 6, dtype=np.uint8).reshape(4, 6)
    padded = np.full((6, 8), 255, np.uint8)
    padded[:4, :6] = luma
    assert (luma_of(padded.reshape(-1), {"format": kind, "size": (6, 4), "stride": 8}) == luma).all()


def test_luma_of_interleaved_pixels() -> None:
    """YUYV has a luma in every other byte; RGB888 is blue first in memory."""
    luma = np.arange(4 * 6, dtype=np.uint8).reshape(4, 6)
    yuyv = np.dstack([luma, np.full_like(luma, 128)]).reshape(-1)
    assert (luma_of(yuyv, {"format": "YUYV", "size": (6, 4), "stride": 12}) == luma).all()
    blue = np.zeros((4, 6, 3), np.uint8)
    blue[..., 0] = 255
    assert (luma_of(blue.reshape(-1), {"format": "RGB888", "size": (6, 4), "stride": 18}) == 29).all()


def test_a_format_without_luma_is_said() -> None:
    """A raw stream cannot be read."""
    with pytest.raises(CameraError, match="SRGGB10"):
        luma_of(np.zeros(100, np.uint8), {"format": "SRGGB10", "size": (6, 4), "stride": 12})


def test_photographs_keep_the_live_frames_shape() -> None:
    """Half the sensor each way, never smaller than a live frame."""
    assert photo_size((4608, 2592), (640, 480)) == (1728, 1280)
    assert photo_size((640, 480), (640, 480)) == (640, 480)


def test_a_sensors_time_is_turned_into_the_apps() -> None:
    """Nanoseconds since boot; nonsense and nothing mean now."""
    half_a_second_ago = round((time.clock_gettime(time.CLOCK_BOOTTIME) - 0.5) * 1e9)
    assert 0.4 < time.monotonic() - captured_at(half_a_second_ago) < 0.9
    assert time.monotonic() - captured_at(None) < 0.3
    assert time.monotonic() - captured_at(10**18 * 9) < 0.3
