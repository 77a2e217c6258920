"""A picture, a folder of pictures or a video that stands in for a camera, at a camera's pace."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..documents.document import PDF_MARK, PDF_MARK_BYTES
from ..errors import CameraError, EndOfFrames, ImageError
from ..files.image import to_luma, to_pixels
from ..files.opening import SINGLE_SUFFIXES, TIFF_SUFFIXES, open_image, page_count
from .camera import Camera, Frame
from .scene import same_scene

IMAGE_SUFFIXES = {*SINGLE_SUFFIXES, *TIFF_SUFFIXES, ".pgm", ".ppm"}
# Seconds that each picture of a folder is shown, as if somebody changed the sheet.
SHOWN_S = 1.0
LOG = logging.getLogger(__name__)


class FileCamera(Camera):
    """Shows files as frames: pictures in a loop, a second each, a video once.

    Frames that nobody fetched in time are skipped, as a camera's are. A picture that does not show the same place as
    the one before begins another scene.

    Args:
        path: of a picture, a folder of pictures (in the order of their names) or a video.
        size_wh: pictures are fitted into this many pixels, never enlarged.
        fps: frames a second.

    Raises:
        CameraError: nothing there that can be shown.
        ImageError: the first picture cannot be read.
    """

    def __init__(self, path: Path, size_wh: tuple[int, int] = (640, 480), fps: float = 30.0) -> None:
        self._fps, self._size_wh = fps, size_wh
        self._source = _Video(path) if path.is_file() and path.suffix.lower() not in IMAGE_SUFFIXES else _Pictures(path)
        self._full = self._source.at(0, fps)
        self._started_s = time.monotonic()
        self._number = -1
        self.name = f"{path} {'x'.join(map(str, self._fitted().shape[::-1]))}"

    def read(self) -> Frame:
        """Waits for the next frame, see Camera; raises EndOfFrames after a video's last one."""
        due = int((time.monotonic() - self._started_s) * self._fps)
        self._number = max(self._number + 1, due)
        captured_s = self._started_s + self._number / self._fps
        time.sleep(max(0.0, captured_s - time.monotonic()))
        self._full = self._source.at(self._number, self._fps)
        return Frame(self._fitted(), self._number, captured_s, self._source.scene)

    def photograph(self) -> NDArray[np.uint8]:
        """The last frame at the file's own size, uint8 (H, W)."""
        return to_luma(self._full)

    def close(self) -> None:
        """Closes the file."""
        self._source.close()

    def _fitted(self) -> NDArray[np.uint8]:
        height, width = self._full.shape[:2]
        scale = min(self._size_wh[0] / width, self._size_wh[1] / height)
        if scale >= 1:
            return to_luma(self._full)
        fitted_wh = max(32, round(width * scale)), max(32, round(height * scale))
        return np.asarray(cv2.resize(to_luma(self._full), fitted_wh, interpolation=cv2.INTER_AREA), np.uint8)


class _Pictures:
    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise CameraError(f"expected a picture, a folder or a video for --camera, got {path}, which is not there")
        self._paths = [path] if path.is_file() else sorted(_pictures(path))
        if not self._paths:
            raise CameraError(f"expected pictures in {path}, got none; put JPEG or PNG files there")
        self._shown, self._reported = -1, set[Path]()
        self._image = np.zeros((0, 0), np.uint8)
        self.scene = 0

    def at(self, number: int, fps: float) -> NDArray[np.uint8]:
        shown = int(number / (fps * SHOWN_S)) % len(self._paths)
        if shown != self._shown:
            former, self._image, self._shown = self._image, self._load_or_keep(self._paths[shown]), shown
            if former.size and not same_scene(to_luma(former), to_luma(self._image)):
                self.scene += 1
        return self._image

    def _load_or_keep(self, path: Path) -> NDArray[np.uint8]:
        """A picture; among several one that cannot be read is left out, and reported once."""
        try:
            return self._load(path)
        except ImageError as error:
            if not self._image.size:
                raise
            if path not in self._reported:
                self._reported.add(path)
                LOG.warning("left out: %s", error)
            return self._image

    def _load(self, path: Path) -> NDArray[np.uint8]:
        with open_image(path, str(path)) as image:
            pixels, pages = to_pixels(image, str(path)), page_count(image)
        if pages > 1 and path not in self._reported:
            self._reported.add(path)
            LOG.warning("%s has %d pages, of which the first is shown", path, pages)
        return pixels

    def close(self) -> None:
        self._shown = -1


def _is_pdf(path: Path) -> bool:
    """OpenCV would open it as a video."""
    with suppress(OSError), path.open("rb") as file:
        return PDF_MARK in file.read(PDF_MARK_BYTES)
    return False


def _pictures(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    except OSError as error:
        raise CameraError(f"expected a folder of pictures, got {folder} ({error.strerror}); check it") from error


class _Video:
    scene = 0

    def __init__(self, path: Path) -> None:
        if _is_pdf(path):
            raise CameraError(
                f"expected a picture, a folder or a video for --camera, got a PDF, {path}; "
                f"read it with python -m edge_app read {path}"
            )
        self._video = cv2.VideoCapture(str(path))
        if not self._video.isOpened():
            raise CameraError(f"expected a picture or a video, got {path}, which is neither; check the file")
        self._own_fps = self._video.get(cv2.CAP_PROP_FPS) or 30.0
        self._at = -1
        self._frame = np.zeros((0, 0), np.uint8)

    def at(self, number: int, fps: float) -> NDArray[np.uint8]:
        """The frame that the video shows at that time of the camera's clock."""
        while self._at < int(number / fps * self._own_fps):
            there, frame = self._video.read()
            if not there:
                raise EndOfFrames("expected another frame, got the end of the video")
            self._frame = np.asarray(frame[..., ::-1], np.uint8)
            self._at += 1
        return self._frame

    def close(self) -> None:
        self._video.release()
