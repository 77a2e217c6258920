"""A form before the camera: what is asked, and what becomes of what a person says."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_app.cameras.camera import Frame
from edge_app.errors import FormError
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.locate import WholeImage
from edge_app.forms.reading import FieldReading, FormReading
from edge_app.live import form_watch
from edge_app.live.form_watch import FieldNow, FormWatch
from edge_app.review.corrections import Corrections
from edge_app.review.live import MOST_WAITING, LiveReview
from edge_app.review.question import RulesError
from edge_app.review.steady_doubts import STEADY

METER = Field("meter", (0.0, 0.0, 0.5, 1.0), "[0-9]{4}", only_rises=True)
CODE = Field("code", (0.5, 0.0, 1.0, 1.0), "[0-9]{3}")
FORM = Form("gauge", (METER, CODE))
LUMA = np.full((64, 256), 200, np.uint8)


def reading_of(code: FieldReading, meter: str = "1230") -> FormReading:
    """A frame's reading."""
    return FormReading(
        "gauge", (FieldReading("meter", "read", meter, confidence=0.95), code), 256, 64, located=WholeImage().find(LUMA)
    )


def doubtful(guess: str) -> FieldReading:
    """Of the code."""
    return FieldReading("code", "doubtful", None, guess, confidence=0.4)


READ = FieldReading("code", "read", "007", confidence=0.97)


class Camera:
    """Shows readings to a watch and a review, as `run --form` puts them together."""

    form = FORM

    def __init__(self, folder: Path) -> None:
        self.corrections = Corrections(folder / "corrections.jsonl")
        self.review = LiveReview(FORM, self.corrections)
        self.fields: tuple[FieldNow, ...] = ()
        self.watch = FormWatch(self, self._tell, folder / "form.json", self.review.see)
        self.review.tell(self.watch.confirm)
        self._reading = reading_of(READ)
        self.seen = 0

    def read(self, _photo: object) -> FormReading:
        """What is to be shown next."""
        return self._reading

    def show(self, reading: FormReading, times: int = 1) -> None:
        """As many frames."""
        self._reading = reading
        for _ in range(times):
            before, end_s = self.seen, time.monotonic() + 10
            self.watch.see(Frame(LUMA, 0, time.monotonic()))
            while self.seen == before and time.monotonic() < end_s:
                time.sleep(0.001)
        # The review is told after the outputs.
        time.sleep(0.02)

    def _tell(self, fields: tuple[FieldNow, ...]) -> None:
        self.fields = fields
        self.seen += 1


@pytest.fixture
def camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Camera]:
    """Without a second between two readings."""
    monkeypatch.setattr(form_watch, "INTERVAL_S", 0.001)
    opened = Camera(tmp_path)
    yield opened
    opened.watch.close()
    opened.review.close()


def asked(camera: Camera) -> list[tuple[str, str, str | None]]:
    """What waits."""
    return [(each.field.name, each.state, each.guess) for each in camera.review.questions(None, 9)]


def test_only_what_stays_in_doubt_is_asked_and_once(camera: Camera) -> None:
    """With its picture; held readings come first."""
    camera.show(reading_of(doubtful("123")), STEADY - 1)
    assert asked(camera) == []
    camera.show(reading_of(doubtful("123")), 5)
    assert asked(camera) == [("meter", "held", "1230"), ("code", "doubtful", "123")]
    held = camera.review.questions(None, 1)[0]
    assert held.note == "it is the first reading"
    assert str(camera.review.picture(held.id))[:8] == str(b"\x89PNG")[:8]
    assert camera.review.picture("99") == "expected a field that waits, got one that has gone; load the page again"


def test_a_held_reading_is_confirmed_by_a_person(camera: Camera) -> None:
    """It is taken, told at once, and what was said is kept."""
    camera.show(reading_of(READ), STEADY)
    held = camera.review.questions(None, 1)[0]
    camera.review.answer(held, "1230", force=False)
    assert (camera.fields[0].text, camera.fields[0].held) == ("1230", None)
    assert [each.how for each in camera.corrections.all()] == ["taken"]
    assert asked(camera) == []
    camera.show(reading_of(READ), STEADY)
    assert (asked(camera), camera.fields[0].text) == ([], "1230")


def test_what_is_held_can_be_corrected_but_not_against_the_rules(camera: Camera) -> None:
    """Later readings are compared with it; that nothing stands there is none to compare with."""
    camera.show(reading_of(READ), STEADY)
    held = camera.review.questions(None, 1)[0]
    for force in (False, True):
        with pytest.raises(FormError, match="later readings are compared with it") as caught:
            camera.review.answer(held, "99", force=force)
        assert not isinstance(caught.value, RulesError)
    camera.review.answer(held, "1225", force=False)
    assert (camera.fields[0].text, camera.fields[0].held) == ("1225", None)
    camera.show(reading_of(READ, "1100"), STEADY)
    fell = camera.review.questions(None, 1)[0]
    assert fell.note == "it is smaller than before; before: 1225"
    camera.review.answer(fell, "", force=False)
    assert (camera.fields[0].text, camera.fields[0].held) == ("1225", None)


def test_what_frames_decide_is_asked_no_more(camera: Camera) -> None:
    """A held reading that is taken or contradicted meanwhile."""
    camera.show(reading_of(READ), STEADY)
    assert [each[1] for each in asked(camera)] == ["held"]
    camera.show(reading_of(READ), 10)
    assert (asked(camera), camera.fields[0].text) == ([], "1230")


def test_what_has_left_is_corrected_but_not_taken_for_what_is_seen_now(camera: Camera) -> None:
    """Another sheet lies there meanwhile."""
    camera.show(reading_of(doubtful("123")), STEADY)
    code = camera.review.questions(None, 9)[-1]
    camera.show(reading_of(READ))
    assert ("code", "doubtful", "123") in asked(camera)
    camera.review.answer(code, "128", force=False)
    assert camera.fields[1].text == "007"
    assert [(each.text, each.how) for each in camera.corrections.all()] == [("128", "corrected")]
    (page,) = camera.review.pages()
    assert page.source.startswith("camera 20")


def test_a_doubtful_field_says_what_a_person_says(camera: Camera) -> None:
    """Until it is read again."""
    camera.show(reading_of(doubtful("123")), STEADY)
    code = camera.review.questions(None, 9)[-1]
    camera.review.answer(code, "128", force=False)
    assert camera.fields[1].text == "128"
    camera.show(reading_of(doubtful("123")), STEADY)
    assert camera.fields[1].text == "128"
    assert "code" not in [each[0] for each in asked(camera)]
    given = camera.review.question(code.id)
    assert given is not None
    camera.review.take_back(given)
    assert camera.corrections.all() == ()
    assert "code" in [each[0] for each in asked(camera)]


def test_questions_are_bounded(camera: Camera) -> None:
    """The oldest go."""
    frame = Frame(LUMA, 0, time.monotonic())
    now = (FieldNow("meter", "1230", None, "read", 0.9), FieldNow("code", None, None, "doubtful", 0.4))
    for number in range(MOST_WAITING + 20):
        fields = (now[0], replace(now[1], guess=f"{number:03d}"))
        for _ in range(STEADY):
            camera.review.see(frame, reading_of(doubtful(f"{number:03d}")), fields)
    assert camera.review.waiting == MOST_WAITING
    assert camera.review.questions(None, 1)[0].guess == "020"
