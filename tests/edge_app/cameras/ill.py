"""Cameras that fall ill, opened in the process that holds them; `wanted` is a file that counts how often."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from edge_app.cameras import wire
from edge_app.cameras.camera import Frame
from edge_app.cameras.files import FileCamera
from edge_app.errors import CameraError


class IllCamera:
    """Gives a few frames whose pixels are the number of the opening, then does what it is told."""

    def __init__(self, opening: int, illness: str, well_for: int = 3) -> None:
        self._well_for = well_for
        self.name, self._opening, self._illness, self._number = f"ill {opening}", opening, illness, -1

    def read(self) -> Frame:
        """A frame, or the illness."""
        self._number += 1
        if self._number >= self._well_for:
            if self._illness == "hang":
                time.sleep(1000)
            if self._illness == "fail":
                raise CameraError("expected a frame, got a loose cable")
            if self._illness == "bug":
                raise KeyError("driver")
        return Frame(np.full((48, 64), self._opening, np.uint8), self._number, time.monotonic())

    def photograph(self) -> Any:
        """A larger picture; or the start of one, and the rest too late."""
        picture = np.full((96, 128), 200, np.uint8)
        if self._illness == "stutter":
            # The first argument of the process that holds the camera is its connection.
            os.write(int(sys.argv[1]), wire.HEADER.pack(wire.PHOTO, *picture.shape, 0, 0.0))
            time.sleep(0.9)
            os.write(int(sys.argv[1]), picture.data)
        return picture

    def close(self) -> None:
        """A camera that hangs does not close either."""
        if self._illness == "hang":
            time.sleep(1000)


def count(path: Path) -> int:
    """How often a camera was opened before, and counts this time."""
    with path.open("a+") as file:
        file.seek(0)
        opened = len(file.read())
        file.write(".")
    return opened


def hangs_once(**task: Any) -> IllCamera:
    """The first camera hangs, the next ones are well."""
    opening = count(Path(task["wanted"]))
    return IllCamera(opening, "hang" if opening == 0 else "")


def hangs_twice(**task: Any) -> IllCamera:
    """The first camera hangs, and so does the next one at once: starting the camera again is not enough."""
    opening = count(Path(task["wanted"]))
    return IllCamera(opening, "hang" if opening < 2 else "", 3 if opening == 0 else 0)


def fails_once(**task: Any) -> IllCamera:
    """The first camera fails, the next ones are well."""
    opening = count(Path(task["wanted"]))
    return IllCamera(opening, "fail" if opening == 0 else "")


def breaks_once(**task: Any) -> IllCamera:
    """The first camera's driver raises what nobody expected."""
    opening = count(Path(task["wanted"]))
    return IllCamera(opening, "bug" if opening == 0 else "")


def stutters_once(**task: Any) -> IllCamera:
    """The first camera stops for a while amid a photograph, the next ones are well."""
    opening = count(Path(task["wanted"]))
    return IllCamera(opening, "stutter" if opening == 0 else "")


class GarbageCamera(IllCamera):
    """Gives what no reader can read between what one can, each of another size; their pixels are 7."""

    def __init__(self) -> None:
        super().__init__(7, "")
        sevens = np.full((4, 40, 10_000), 7, np.uint8)
        self._good = [sevens[0, :32, :64], sevens[0, ::-1, 96::-3], sevens[0], sevens[0, :40, :50].T]
        self._bad: list[Any] = [
            np.zeros((480, 640), np.float32),
            np.zeros((0, 0), np.uint8),
            np.zeros((1, 1), np.uint8),
            np.zeros((10_000, 1), np.uint8),
            sevens[:3],
            np.zeros(640, np.uint8),
            np.full((48, 64), np.nan),
        ]

    def read(self) -> Frame:
        """Two that are none, then one that is."""
        self._number += 1
        good, bad = self._number // 3 % len(self._good), self._number % len(self._bad)
        luma = self._good[good] if self._number % 3 == 2 else self._bad[bad]
        return Frame(luma, self._number, time.monotonic())

    def photograph(self) -> Any:
        """Floats, once; then a picture that does not lie in one piece."""
        self._illness, was = "photographed", self._illness
        return np.full((96, 128), 200, np.uint8)[::2, ::2] if was else np.zeros((96, 128))


def garbage(**_task: Any) -> GarbageCamera:
    """A camera that gives garbage."""
    return GarbageCamera()


def hangs_when_told(**task: Any) -> FileCamera:
    """A picture's camera that hangs while a file beside the picture holds a mark, and takes one mark away each time."""
    marks = Path(task["wanted"]).with_suffix(".hang")

    class Hanging(FileCamera):
        def read(self) -> Frame:
            left = marks.read_text() if marks.exists() else ""
            if left:
                marks.write_text(left[1:])
                time.sleep(1000)
            return super().read()

    return Hanging(Path(task["wanted"]), task["size_wh"], task["fps"])
