"""Runs the app against the real picamera2 and libcamera; `run` beside this says how."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from convert.report.card import ROOT

RUN = Path(__file__).with_name("run")
PACKAGES = "ai-edge-litert pillow opencv-python-headless starlette uvicorn python-multipart prometheus-client paho-mqtt"
NEEDS = ("debootstrap", "gcc")


def run_before_camera(frames: list[NDArray[np.uint8]], command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command with edge_app at hand while a camera shows frames, uint8 (480, 640), one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        shown, source = Path(folder) / "frames", Path(folder) / "source"
        shown.mkdir()
        for number, frame in enumerate(frames):
            cv2.imwrite(str(shown / f"{number:03}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, 95])
        for package in ("edge_app", "tests/virtual_camera"):
            shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
        (source / "models").mkdir()
        for model in (ROOT / "models").glob("*_int8.tflite"):
            shutil.copy(model, source / "models")
        environment = {**os.environ, "VIRTUAL_CAMERA_PIP": PACKAGES}
        environment["PATH"] = os.pathsep.join([environment["PATH"], "/usr/sbin", "/sbin"])
        return subprocess.run(
            [str(RUN), str(shown), str(source), *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
