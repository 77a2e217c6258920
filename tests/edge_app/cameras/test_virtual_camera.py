"""The real picamera2 and libcamera, with libcamera's virtual camera in front."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import load_image
from edge_app.files.image import to_luma
from tests.parts import require
from tests.virtual_camera.camera import NEEDS, run_before_camera

from ..commands.test_run_live import NUMBERS, PAGE

# A root file system is made first.
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _parts() -> None:
    require(NEEDS, as_root=True)


@pytest.fixture
def frames() -> list[NDArray[np.uint8]]:
    """README's page as the camera sees it, each frame with noise of its own."""
    page, generator = to_luma(load_image(PAGE)).astype(float), np.random.default_rng(0)
    return [np.clip(page + generator.normal(0, 3, page.shape), 0, 255).astype(np.uint8) for _ in range(4)]


@pytest.mark.parametrize("camera", ["picamera2", "auto"])
def test_a_page_before_a_raspberry_pis_camera_is_read(frames: list[NDArray[np.uint8]], camera: str) -> None:
    """README's numbers, each once, from frames in NV12."""
    done = run_before_camera(frames, ["python3", "-m", "edge_app", "run", "--camera", camera, "--frames", "30"])
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == NUMBERS
    assert "picamera2 Virtual Video Device 640x480" in done.stderr
