"""What a camera's form leaves in doubt or holds: fields seen lately, for a person to say what they are.

Pictures wait in memory, a bounded number of them; what is said is on disk at once.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..cameras.camera import Frame
from ..errors import FormError
from ..forms.form import Form
from ..forms.look import FieldLook
from ..forms.reading import FieldReading, FormReading
from ..live.form_watch import FieldNow
from .correction import Correction
from .corrections import Corrections
from .cutting import as_png, field_picture
from .digits import DigitCollection
from .export import ReviewedField, ReviewedPage
from .question import HELD, Question, RulesError
from .steady_doubts import Doubt, SteadyDoubts, why_held

# Questions that wait, some 60 KB each; answers that are kept for export.
MOST_WAITING, MOST_ANSWERS = 200, 10_000


@dataclass(frozen=True)
class _Asked:
    """A question, its picture as PNG, what reading saw, and whether the camera still sees it so."""

    question: Question
    picture: bytes
    look: FieldLook | None
    current: bool = True


class LiveReview:
    """Asks about what the form's watch tells it; see web/review.py for how it is asked. Thread-safe.

    Args:
        form: what stands where.
        corrections: what people say.
        collection: gets the digits of what they say, or None.
    """

    live = True

    def __init__(self, form: Form, corrections: Corrections, collection: DigitCollection | None = None) -> None:
        self._form, self._corrections, self.collection = form, corrections, collection
        self._lock, self._writer = threading.Lock(), ThreadPoolExecutor(1, "review")
        self._asked: dict[str, _Asked] = {}
        self._doubts = SteadyDoubts()
        self._number = 0
        self._confirm: Callable[[str, str | None], None] = lambda _name, _text: None

    def tell(self, confirm: Callable[[str, str | None], None]) -> None:
        """Whom to tell what stands in a field that the camera sees: its name, and the text, None for "not so"."""
        self._confirm = confirm

    def see(self, frame: Frame, reading: FormReading, fields: tuple[FieldNow, ...]) -> None:
        """Takes a reading; in the thread that reads."""
        time_s = time.time() - (time.monotonic() - frame.captured_s)
        with self._lock:
            for index, (each, now) in enumerate(zip(reading.fields, fields, strict=True)):
                self._look_at(index, each, now, (frame, reading, time_s))
            waiting = [key for key, asked in self._asked.items() if asked.question.given is None]
            for key in [*waiting[:-MOST_WAITING], *list(self._asked)[: -2 * MOST_WAITING]]:
                self._asked.pop(key, None)

    @property
    def waiting(self) -> int:
        """How many questions nobody has answered."""
        with self._lock:
            return sum(each.question.given is None for each in self._asked.values())

    @property
    def done(self) -> int:
        """How many answers are kept."""
        return len(self._corrections.all())

    def questions(self, after: str | None, most: int, others: bool = False) -> list[Question]:
        """What nobody has said anything of, held readings first; `others` there are none."""
        with self._lock:
            asked = [each.question for each in self._asked.values() if each.question.given is None and not others]
        later = [each for each in asked if after is None or _number(each.id) > _number(after)]
        return sorted(later, key=lambda each: (each.state != HELD, _number(each.id)))[:most]

    def question(self, question_id: str) -> Question | None:
        """A question by its id, with what was said of it; None if there is none such any more."""
        with self._lock:
            asked = self._asked.get(question_id)
        return None if asked is None else asked.question

    def picture(self, question_id: str) -> bytes | str | None:
        """The field's picture as PNG, or why there is none."""
        with self._lock:
            asked = self._asked.get(question_id)
        return (
            "expected a field that waits, got one that has gone; load the page again"
            if asked is None
            else asked.picture
        )

    def answer(self, question: Question, text: str | None, force: bool) -> None:
        """Keeps what a person says, and takes it for the field's reading while the camera sees the field.

        Raises:
            FormError: see Question.answered; a field whose rules look back takes nothing that they do not allow.
            OutputError: it cannot be kept.
        """
        looks_back = question.field.looks_back
        try:
            correction = question.answered(text, force and not looks_back, time.time())
        except RulesError as error:
            raise (FormError(f"{error}; later readings are compared with it") if looks_back else error) from error
        self._corrections.add(correction)
        with self._lock:
            asked = self._asked.get(question.id)
            if asked is not None:
                self._asked[question.id] = replace(asked, question=replace(question, given=correction))
        if asked is not None and asked.current:
            # Nothing is no number to look back to.
            self._confirm(question.field.name, text or (None if looks_back else text))
        if asked is not None and self.collection is not None:
            former = (question.given and question.given.collected) or ()
            self._writer.submit(self._collect, self.collection, asked, correction, former)

    def take_back(self, question: Question) -> None:
        """Forgets what a person said; a reading that was taken stays. Raises OutputError."""
        former = self._corrections.take_back(question.key)
        with self._lock:
            if question.id in self._asked:
                asked = self._asked[question.id]
                self._asked[question.id] = replace(asked, question=replace(question, given=None))
        if former is not None and former.collected and self.collection is not None:
            self._writer.submit(self.collection.take_back, former.collected)

    def close(self) -> None:
        """Ends once the digits of what was said are written."""
        self._writer.shutdown()

    def pages(self) -> Iterator[ReviewedPage]:
        """What was said, moment by moment."""
        for said in self._corrections.all():
            field = ReviewedField(said.field, "", said.state, said.guess, said, said.text)
            yield ReviewedPage(said.source, said.page, (field,))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fields."""
        return tuple(field.name for field in self._form.fields)

    def _look_at(
        self, index: int, reading: FieldReading, now: FieldNow, seen: tuple[Frame, FormReading, float]
    ) -> None:
        state, guess = (reading.state, reading.guess) if now.held is None else (HELD, now.held)
        ended = self._doubts.see(now.name, state, guess)
        if ended is not None:
            self._no_longer(ended)
        frame, whole, time_s = seen
        if whole.located is None or reading.state == "not found" or not self._doubts.due(now.name):
            return
        self._number += 1
        field = self._form.fields[index]
        moment = datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")
        question = Question(
            str(self._number), f"camera {moment}", 1, field, state, guess, reading.rejected, why_held(now)
        )
        picture = as_png(field_picture(frame.luma, whole.located, field))
        self._asked[question.id] = _Asked(question, picture, None if self.collection is None else reading.look)
        self._doubts.asked(now.name, question.id)

    def _no_longer(self, doubt: Doubt) -> None:
        """What is held no longer is taken, or contradicted: nobody is asked any more. Ink may still be told."""
        asked = self._asked.get(doubt.question or "")
        if asked is None:
            return
        if doubt.state == HELD and asked.question.given is None:
            del self._asked[asked.question.id]
        else:
            self._asked[asked.question.id] = replace(asked, current=False)

    def _collect(
        self, collection: DigitCollection, asked: _Asked, correction: Correction, former: Sequence[str]
    ) -> None:
        crops = collection.keep(asked.look, correction.text, former)
        if not self._corrections.collected(correction, crops):
            collection.take_back(crops)
            return
        with self._lock:
            now = self._asked.get(correction.question)
            if now is not None and now.question.given == correction:
                question = replace(now.question, given=replace(correction, collected=crops))
                self._asked[question.id] = replace(now, question=question)


def _number(question_id: str) -> int:
    return int(question_id) if question_id.isdecimal() and len(question_id) < 19 else -1
