"""A form beside the numbers of `run`, with and without a page to ask on."""

import contextlib
import time
from pathlib import Path

import numpy as np
import pytest

from edge_app.cameras.camera import Frame
from edge_app.collect.collector import Collector
from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue
from edge_app.commands.run_form import watch_form
from edge_app.forms.described import DescribedForm
from edge_app.live.state import LiveState
from edge_app.model.classifier import DigitClassifier

from ...mosquitto import wait_until
from ..pages import blank, write
from ..review.drawn import FORM


def test_a_person_is_asked_about_what_the_camera_sees_and_his_digits_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From frames to labelled crops, as `run --form --collect` puts it together."""
    monkeypatch.setattr("edge_app.live.form_watch.INTERVAL_S", 0.01)
    state, collector = LiveState(), Collector(CropQueue(tmp_path / "own", "ann"))
    page = np.asarray(write(write(blank(), "10007", (60, 170), 90), "7111", (60, 410), 90))
    with contextlib.ExitStack() as stack:
        stack.callback(collector.close)
        described, folder = DescribedForm(FORM), tmp_path / "state"
        watched = watch_form(described, DigitClassifier.load(), state, folder, True, collector, stack)
        review = watched.review
        assert review is not None

        def seen() -> bool:
            watched.watch.see(Frame(page, 0, time.monotonic()))
            return review.waiting > 0

        assert wait_until(seen)
        question = review.questions(None, 9)[0]
        assert question.field.name == "pieces"
        # More than the form allows, which a person may still say.
        review.answer(question, "7111", force=True)
        assert state.now().fields[1].text == "7111"
    assert {crop.label for crop in read_crops(tmp_path / "own")} == {1, 7}


def test_where_nothing_can_be_kept_the_form_is_read_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why there is no page."""
    (tmp_path / "file").touch()
    with contextlib.ExitStack() as stack:
        described, classifier = DescribedForm(FORM), DigitClassifier.load()
        watched = watch_form(described, classifier, LiveState(), tmp_path / "file", True, None, stack)
    assert watched.review is None
    assert "no review page: expected" in caplog.text
