"""A form before the camera: what it says now, what is held, and what is kept over a restart."""

import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.cameras.camera import Frame
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.history import CONFIRMING_FRAMES
from edge_app.forms.reading import FieldReading, FormReading
from edge_app.live import form_watch
from edge_app.live.form_watch import FieldNow, FormWatch

from ...mosquitto import wait_until

METER = Field("meter", (0.0, 0.0, 0.5, 1.0), "[0-9]{4}", only_rises=True, scale=Decimal("0.1"))
CODE = Field("code", (0.5, 0.0, 1.0, 1.0), "[0-9]{3}")
FORM = Form("gauge", (METER, CODE))
UNREAD = FieldReading("meter", "doubtful", None, "1234", None, 0.4, (0, 0, 9, 9), "7234")


class Script:
    """Reads a frame as what its first pixel stands for."""

    form = FORM

    def __init__(self, *texts: str | FieldReading | Exception) -> None:
        self._texts = texts
        self.reads = 0

    def read(self, photo: NDArray[np.uint8]) -> FormReading:
        """What was written down for it."""
        self.reads += 1
        text = self._texts[int(photo[0, 0])]
        if isinstance(text, Exception):
            raise text
        meter = (
            text if isinstance(text, FieldReading) else FieldReading("meter", "read", text, None, Decimal(text), 0.95)
        )
        return FormReading("gauge", (meter, FieldReading("code", "read", "007", None, Decimal(7), 0.97)), 2, 2)


class Told:
    """Shows frames one after the other, each until it is told."""

    def __init__(self, *texts: str | FieldReading | Exception, kept: Path | None = None) -> None:
        self.fields: list[tuple[FieldNow, ...]] = []
        self._new = threading.Event()
        self.script = Script(*texts)
        self.watch = FormWatch(self.script, self._tell, kept)

    def show(self, number: int) -> FieldNow:
        """The meter after a frame."""
        self._new.clear()
        self.watch.see(Frame(np.full((2, 2), number, np.uint8), number, time.monotonic()))
        assert self._new.wait(5)
        return self.fields[-1][0]

    def _tell(self, fields: tuple[FieldNow, ...]) -> None:
        self.fields.append(fields)
        self._new.set()


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second between two readings."""
    monkeypatch.setattr(form_watch, "INTERVAL_S", 0.01)


def test_a_first_reading_is_held_until_frames_confirm_it() -> None:
    """Then it is taken, with its value; what does not look back is taken at once."""
    told = Told("1230")
    first = told.show(0)
    assert (first.text, first.value, first.held, first.reason) == (None, None, "1230", "first")
    assert first.to_record()["doubtful"] is True
    for _ in range(CONFIRMING_FRAMES - 1):
        last = told.show(0)
    assert (last.text, last.value, last.held) == ("1230", Decimal("123.0"), None)
    assert last.to_record()["value"] == 123
    assert told.fields[0][1].text == "007"
    told.watch.close()


def test_what_falls_is_held_and_what_is_unread_changes_nothing(tmp_path: Path) -> None:
    """The last reading stands meanwhile, also over a restart."""
    kept = tmp_path / "form.json"
    told = Told("1230", "1199", UNREAD, kept=kept)
    for _ in range(CONFIRMING_FRAMES):
        told.show(0)
    fell = told.show(1)
    assert (fell.text, fell.held, fell.reason) == ("1230", "1199", "fell")
    unread = told.show(2)
    assert (unread.text, unread.state, unread.guess, unread.rejected) == ("1230", "doubtful", "1234", "7234")
    told.watch.close()
    again = Told("1240", kept=kept)
    assert again.show(0).text == "1240"
    again.watch.close()


def test_a_frame_that_fails_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is read."""
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.01)
    told = Told("1230", ValueError("no"))
    told.watch.see(Frame(np.full((2, 2), 1, np.uint8), 1, time.monotonic()))
    wait_until(lambda: told.script.reads == 1)
    assert told.show(0).held == "1230"
    told.watch.close()
    assert not told.watch._thread.is_alive()


def test_only_the_newest_frame_is_read() -> None:
    """A slow reader lags behind no camera."""
    told = Told(*("1230",) * 3)
    slow = threading.Event()
    read = told.script.read
    seen: list[int] = []

    def slowly(photo: NDArray[np.uint8]) -> FormReading:
        seen.append(int(photo[0, 0]))
        slow.wait(5)
        return read(photo)

    told.script.read = slowly  # type: ignore[method-assign]
    for number in range(3):
        told.watch.see(Frame(np.full((2, 2), number, np.uint8), number, time.monotonic()))
        wait_until(lambda: bool(seen))
    slow.set()
    wait_until(lambda: len(seen) == 2)
    assert seen == [0, 2]
    told.watch.close()


def test_a_disk_that_fails_does_not_keep_readings_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says so."""
    (tmp_path / "file").touch()
    told = Told("1230", kept=tmp_path / "file" / "form.json")
    assert told.show(0).held == "1230"
    told.watch.close()
    assert "cannot be kept" in caplog.text


def test_a_held_reading_is_in_doubt_though_it_is_read() -> None:
    """Whoever watches the attribute sees it."""
    now = FieldNow("meter", "1230", Decimal(123), "read", 0.99)
    assert now.to_record()["doubtful"] is False
    assert replace(now, held="7", reason="fell").to_record()["doubtful"] is True
