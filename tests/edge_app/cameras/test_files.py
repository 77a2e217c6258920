"""Files that stand in for a camera."""

import contextlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_app.cameras import files
from edge_app.cameras.camera import Frame
from edge_app.cameras.files import SHOWN_S, FileCamera
from edge_app.errors import CameraError, EndOfFrames, ImageError
from edge_app.files import heif
from edge_app.page.drawing import save_image

from ..pages import blank


def grey(level: int, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """An image of one level."""
    return blank(height, width, level)


def frames(camera: FileCamera, count: int) -> list[Frame]:
    """So many frames."""
    return [camera.read() for _ in range(count)]


class Clock:
    """Time that passes only while one sleeps: what comes when does not hang on how busy the machine is."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def monotonic(self) -> float:
        """Seconds so far."""
        return self._now_s

    def sleep(self, seconds: float) -> None:
        """At once, a hair later than asked for, as a real one."""
        self._now_s += seconds + 1e-6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The camera's clock."""
    monkeypatch.setattr(files, "time", Clock())


def test_a_picture_is_a_still_scene(tmp_path: Path) -> None:
    """The same picture again and again, numbered, at the camera's pace."""
    save_image(grey(90), tmp_path / "a.png")
    with FileCamera(tmp_path / "a.png", fps=200) as camera:
        shown = frames(camera, 10)
    assert all((frame.luma == 90).all() for frame in shown)
    assert [frame.number for frame in shown] == sorted({frame.number for frame in shown})
    assert shown[-1].captured_s - shown[0].captured_s >= 9 / 200 - 1e-6


def test_large_pictures_are_fitted_and_photographed_whole(tmp_path: Path) -> None:
    """Live frames fit the size that was asked for in the picture's own shape; a photograph is as large as the file."""
    save_image(grey(90, 600, 1200), tmp_path / "a.png")
    with FileCamera(tmp_path / "a.png", (640, 480)) as camera:
        assert camera.read().luma.shape == (320, 640)
        assert camera.photograph().shape == (600, 1200)


def test_an_iphone_s_photo_is_a_picture(tmp_path: Path) -> None:
    """Alone and in a folder."""
    heif.load_plugin()
    Image.fromarray(grey(90)).save(tmp_path / "a.HEIC")
    for path in (tmp_path / "a.HEIC", tmp_path):
        with FileCamera(path, fps=200) as camera:
            assert np.abs(camera.read().luma.astype(int) - 90).max() <= 2


@pytest.mark.usefixtures("clock")
def test_further_pages_of_a_tiff_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The first page is shown; one line says that there are more."""
    page, other = (Image.fromarray(grey(level)) for level in (90, 200))
    page.save(tmp_path / "a.tif", save_all=True, append_images=[other])
    other.save(tmp_path / "b.tif")
    with FileCamera(tmp_path, fps=1 / SHOWN_S) as camera:
        shown = [int(camera._source.at(number, 1 / SHOWN_S)[0, 0]) for number in range(4)]
    assert shown == [90, 200, 90, 200]
    assert caplog.messages == [f"{tmp_path / 'a.tif'} has 2 pages, of which the first is shown"]


def test_a_pdf_is_no_video(tmp_path: Path) -> None:
    """OpenCV would open it as one: it is refused in one line, whatever it is called."""
    for name in ("a.pdf", "scan"):
        Image.fromarray(grey(90)).save(tmp_path / name, "PDF")
        with pytest.raises(CameraError, match=r"^expected a picture, .*got a PDF, .*; read it with .*edge_app read"):
            FileCamera(tmp_path / name)


@pytest.mark.usefixtures("clock")
def test_a_folder_is_shown_picture_after_picture(tmp_path: Path) -> None:
    """Each for a second, by name, round and round; other files are left out."""
    for level, name in ((10, "b.png"), (200, "a.png")):
        save_image(grey(level), tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    per_picture = 200 * SHOWN_S
    with FileCamera(tmp_path, fps=200) as camera:
        shown = [(frame.number, int(frame.luma[0, 0])) for frame in frames(camera, round(2.2 * per_picture))]
    assert {level for number, level in shown if number < per_picture} == {200}
    assert {level for number, level in shown if per_picture <= number < 2 * per_picture} == {10}
    assert {level for number, level in shown if number >= 2 * per_picture} == {200}


@pytest.mark.usefixtures("clock")
def test_a_video_ends(tmp_path: Path) -> None:
    """A video is shown once, at its own speed, to its end."""
    writer = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 50, (64, 48))
    for level in range(0, 250, 10):
        writer.write(np.dstack([grey(level)] * 3))
    writer.release()
    levels: list[int] = []
    with FileCamera(tmp_path / "a.avi", fps=50) as camera, contextlib.suppress(EndOfFrames):
        while len(levels) < 1000:
            levels.append(int(camera.read().luma[0, 0]))
    assert levels[0] < 10
    assert levels[-1] > 200
    assert levels == sorted(levels)
    assert len(levels) <= 25


def test_what_cannot_be_shown_is_said(tmp_path: Path) -> None:
    """Nothing there, no pictures in the folder, no picture or video, a damaged picture."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("no video")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    for name, kind in (
        ("none", CameraError),
        ("empty", CameraError),
        ("text.txt", CameraError),
        ("bad.png", ImageError),
    ):
        with pytest.raises(kind, match="expected"):
            FileCamera(tmp_path / name)


@pytest.mark.usefixtures("clock")
def test_a_picture_among_others_that_cannot_be_read_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once; the one before it stays in view, and those behind it are shown."""
    for name, level in (("a", 10), ("c", 200)):
        save_image(grey(level), tmp_path / f"{name}.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    with FileCamera(tmp_path, fps=2) as camera:
        shown = [int(frame.luma[0, 0]) for frame in frames(camera, 14)]
    assert shown[:8] == [10, 10, 10, 10, 200, 200, 10, 10]
    assert sum("left out" in record.getMessage() for record in caplog.records) == 1
