"""The live loop, with a camera of files and a classifier without a model."""

import io
import itertools
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import PageReader
from edge_app.cameras.camera import Frame
from edge_app.cameras.files import FileCamera
from edge_app.errors import CameraError
from edge_app.host.notify import Notifier
from edge_app.live.console import Console, describe
from edge_app.live.event import NumberEvent, Output
from edge_app.live.loop import LiveLoop
from edge_app.live.photographs import WAITING, Photographs
from edge_app.live.state import LiveState
from edge_app.page.drawing import save_image
from edge_app.page.result import Page
from edge_app.page.stages import NO_WATCH, Watch

from ..fake_classifier import TallInk
from ..pages import blank, write


class Slow(PageReader):
    """Needs 50 ms a frame."""

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads one image, slowly."""
        time.sleep(0.05)
        return super().read(image, watch)


def live(
    tmp_path: Path, frames: int, reader: PageReader | None = None, photographs: Photographs | None = None
) -> tuple[LiveState, list[dict[str, object]]]:
    """Runs over a page that says 274 (read as 777), and what was printed."""
    save_image(write(blank(), "274", (100, 150)), tmp_path / "page.png")
    state, printed = LiveState(), io.StringIO()
    with FileCamera(tmp_path / "page.png", fps=200) as camera:
        loop = LiveLoop(
            camera,
            reader or PageReader(TallInk(7), detector=None, sequence=None),
            [Console(True, printed)],
            state,
            threading.Event(),
            Notifier(),
            photographs or Photographs(),
        )
        assert loop.run(frames) == frames
    return state, [json.loads(each) for each in printed.getvalue().splitlines()]


def test_a_number_is_printed_once(tmp_path: Path) -> None:
    """However many frames show it; with the frame's age, and the box in pixels of the frame."""
    state, printed = live(tmp_path, 20)
    assert [(each["event"], each["text"]) for each in printed] == [("read", "777")]
    assert isinstance(printed[0]["age_ms"], float)
    assert [number.text for number in state.now().numbers] == ["777"]
    assert state.now().counters.frames_read == 20


class Watching:
    """An Output that looks at the state whenever it is told."""

    def __init__(self, state: LiveState) -> None:
        self.state, self.drifts = state, list[int]()

    def publish(self, _event: NumberEvent) -> None:
        """How many digits drift has counted."""
        self.drifts.append(self.state.now().drift.digits)

    def close(self) -> None:
        """Nothing."""


def test_the_state_knows_an_event_before_outputs_do(tmp_path: Path) -> None:
    """An alarm by the last number for a long time is told with it, not with the next one."""
    save_image(write(blank(), "274", (100, 150)), tmp_path / "page.png")
    state = LiveState()
    output = Watching(state)
    with FileCamera(tmp_path / "page.png", fps=200) as camera:
        reader = PageReader(TallInk(7), detector=None, sequence=None)
        LiveLoop(camera, reader, [output], state, threading.Event(), Notifier(), Photographs()).run(20)
    assert output.drifts == [3]


class Failing(PageReader):
    """Cannot read the first frames."""

    left = 5

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads one image, or fails."""
        self.left -= 1
        if self.left >= 0:
            raise MemoryError
        return super().read(image, watch)


def test_a_frame_that_cannot_be_read_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next ones are read; it is logged once."""
    state, printed = live(tmp_path, 20, Failing(TallInk(7), detector=None, sequence=None))
    assert [each["text"] for each in printed] == ["777"]
    assert state.now().counters.frames_read == 15
    assert caplog.text.count("reading: failed") == 1


class Breaking:
    """An Output that fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def publish(self, _event: NumberEvent) -> None:
        """Takes none."""
        raise self._error

    def close(self) -> None:
        """Nothing."""


class Watched(Notifier):
    """Counts what the watchdog hears."""

    heard = 0

    def alive(self) -> None:
        """One more."""
        self.heard += 1


def run_with(
    folder: Path, outputs: list[Output], collect: Callable[[Frame, Page], None], reader: PageReader
) -> Watched:
    """Twenty frames of a page that says 274; returns what the watchdog heard."""
    save_image(write(blank(), "274", (100, 150)), folder / "page.png")
    notifier = Watched({})
    with FileCamera(folder / "page.png", fps=200) as camera:
        LiveLoop(camera, reader, outputs, LiveState(), threading.Event(), notifier, Photographs(), collect).run(20)
    return notifier


def test_an_output_that_fails_keeps_nothing_from_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor does collecting end the reading; but when stdout is closed, it ends."""
    printed, reader = io.StringIO(), PageReader(TallInk(7), detector=None, sequence=None)

    def collect(_frame: Frame, _page: Page) -> None:
        raise ZeroDivisionError

    run_with(tmp_path, [Breaking(OSError(28, "No space left")), Console(True, printed)], collect, reader)
    assert json.loads(printed.getvalue())["text"] == "777"
    assert caplog.text.count("reading: failed") == 2
    with pytest.raises(BrokenPipeError):
        run_with(tmp_path, [Breaking(BrokenPipeError())], lambda *_: None, reader)


def test_the_watchdog_hears_nothing_of_frames_that_fail(tmp_path: Path) -> None:
    """It ends the app if none is read any more."""
    assert run_with(tmp_path, [], lambda *_: None, Failing(TallInk(7), detector=None, sequence=None)).heard == 15


def test_a_camera_that_fails_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a pause, whatever it raised."""
    monkeypatch.setattr("edge_app.live.loop.PAUSE_S", 0.01)
    save_image(blank(), tmp_path / "page.png")
    failures = [
        OSError(24, "Too many open files"),
        ValueError("cannot reshape"),
        CameraError("expected light, got none"),
    ]

    class Ill(FileCamera):
        def read(self) -> Frame:
            if failures:
                raise failures.pop()
            return super().read()

    with Ill(tmp_path / "page.png", fps=200) as camera:
        reader = PageReader(TallInk(7), detector=None, sequence=None)
        assert LiveLoop(camera, reader, [], LiveState(), threading.Event(), Notifier(), Photographs()).run(3) == 3


@pytest.mark.parametrize("jump_s", [3600, -3600, 365 * 86400, -365 * 86400])
def test_a_clock_that_is_set_changes_no_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    """Back and forth with each frame: the number is told once, stays in view, and its age is right."""
    right, calls = time.time, itertools.count()
    monkeypatch.setattr("time.time", lambda: right() + jump_s * (next(calls) % 2))
    state, printed = live(tmp_path, 30)
    assert [(each["event"], each["text"]) for each in printed] == [("read", "777")]
    assert 0 <= float(str(printed[0]["age_ms"])) < 60_000
    assert [number.text for number in state.now().numbers] == ["777"]


def test_a_slow_reader_drops_frames(tmp_path: Path) -> None:
    """At 200 frames a second and 50 ms each, about nine of ten are dropped, and none waits."""
    state, _ = live(tmp_path, 8, Slow(TallInk(7), detector=None, sequence=None))
    sums = state.now().counters
    assert sums.frames_dropped >= 5 * sums.frames_read
    assert sums.age_s / sums.frames_read < 1.0


def test_pictures_of_a_folder_that_are_unrelated_change_no_number(tmp_path: Path) -> None:
    """Each ends what the one before showed, and starts its own."""
    for name, at_xy in (("a", (100, 150)), ("b", (120, 180))):
        save_image(write(blank(), "274" if name == "a" else "9036", at_xy), tmp_path / f"{name}.png")
    printed = io.StringIO()
    with FileCamera(tmp_path, fps=20) as camera:
        reader = PageReader(TallInk(7), detector=None, sequence=None)
        loop = LiveLoop(
            camera, reader, [Console(True, printed)], LiveState(), threading.Event(), Notifier(), Photographs()
        )
        loop.run(30)
    events = [json.loads(each) for each in printed.getvalue().splitlines()]
    assert [(each["event"], each["text"]) for each in events] == [("read", "777"), ("left", "777"), ("read", "7777")]


def test_stop_ends_the_loop_before_the_next_frame(tmp_path: Path) -> None:
    """SIGTERM sets it."""
    save_image(blank(), tmp_path / "page.png")
    stop = threading.Event()
    stop.set()
    with FileCamera(tmp_path / "page.png") as camera:
        reader = PageReader(TallInk(), detector=None, sequence=None)
        assert LiveLoop(camera, reader, [], LiveState(), stop, Notifier(), Photographs()).run() == 0


def test_others_get_photographs_between_two_frames(tmp_path: Path) -> None:
    """The camera is the loop's alone; a wish that was taken back is passed over."""
    photographs = Photographs()
    taken_back, wish = photographs.ask(), photographs.ask()
    taken_back.cancel()
    live(tmp_path, 2, photographs=photographs)
    assert wish.result(timeout=0).shape == (480, 640)


def test_too_many_wishes_and_cameras_that_fail_are_said() -> None:
    """The queue is short; what the camera says reaches who asked."""
    photographs = Photographs()
    wishes: list[Future[NDArray[np.uint8]]] = [photographs.ask() for _ in range(WAITING)]
    with pytest.raises(CameraError, match="waiting"):
        photographs.ask()

    class Broken(FileCamera):
        def __init__(self) -> None: ...

        def photograph(self) -> NDArray[np.uint8]:
            raise CameraError("expected light, got none")

    photographs.take(Broken())
    for wish in wishes:
        with pytest.raises(CameraError, match="light"):
            wish.result(timeout=0)


def test_people_get_short_lines() -> None:
    """A sign, the number, and the one before it."""
    event = NumberEvent("changed", "20", "19", 1, (0, 0, 1, 1), 0.9, 3, 0.0, 1.0)
    assert describe(event).endswith(" ~ 20 (was 19)")
    assert describe(replace(event, region="total")).endswith(" ~ total: 20 (was 19)")
    # A region without a name is named by its place in JSON alone.
    assert describe(replace(event, region="1,2,33,40")).endswith(" ~ 20 (was 19)")
