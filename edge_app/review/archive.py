"""The fields of a result that somebody should look at, one after the other; and the others, if they are asked for."""

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..errors import DigitsError, SourceError
from ..forms.reading import FormReader
from .correction import Correction
from .corrections import Corrections
from .cutting import Cutting
from .digits import DigitCollection
from .export import ReviewedField, ReviewedPage
from .located_pages import LocatedPages
from .question import SURE, Question
from .result import PageRow, Result, text_of

# Parts of the result that are held.
HELD_PARTS = 2
Place = tuple[int, int, int]
_ID = re.compile(r"[0-9]{1,9}-[0-9]{1,9}-[0-9]{1,3}")
LOG = logging.getLogger(__name__)


class ArchiveReview:
    """Asks about a result; see web/review.py for how it is asked. Thread-safe.

    Args:
        result: what was read.
        corrections: what people say.
        collection: gets the digits of what they say, or None.
        make_reader: see LocatedPages.
    """

    live = False

    def __init__(
        self,
        result: Result,
        corrections: Corrections,
        collection: DigitCollection | None = None,
        make_reader: Callable[[], FormReader] | None = None,
    ) -> None:
        self._result, self._corrections, self.collection = result, corrections, collection
        self._lock = threading.Lock()
        self._rows: dict[int, Sequence[PageRow]] = {}
        # Its own thread's alone.
        self._pages = LocatedPages(result, make_reader)
        self._doubtful = [result.doubtful(part) for part in range(result.parts)]
        self._cutting = Cutting(self._draw)
        if collection is not None:
            for each in corrections.all():
                if each.collected is None:
                    self._collect_later(each)

    @property
    def waiting(self) -> int:
        """How many doubtful fields nobody has said anything of."""
        return max(0, sum(self._doubtful) - self._said().total())

    @property
    def done(self) -> int:
        """Of how many fields something was said."""
        return len(self._corrections.all())

    def questions(self, after: str | None, most: int, others: bool = False) -> list[Question]:
        """What nobody has said anything of, behind a question; `others` is what was read without a doubt instead."""
        start = (0, -1, -1) if after is None else _place(after)
        found: list[Question] = []
        said = self._said()
        for part in range(max(0, start[0]), self._result.parts):
            # Nothing to load.
            if not others and said[part] >= self._doubtful[part]:
                continue
            for number, row in enumerate(self._part(part)):
                for index, field in enumerate(self._result.described.form.fields):
                    asked = field.name in (row.cells.keys() - row.doubt.keys() if others else row.doubt)
                    if (part, number, index) <= start or not asked:
                        continue
                    if self._corrections.get((row.source, row.page, field.name)) is None:
                        found.append(self._asked((part, number, index), row))
                    if len(found) == most:
                        return found
        return found

    def question(self, question_id: str) -> Question | None:
        """A question by its id, with what was said of it; None if there is none such."""
        place = self._row_of(question_id)
        return None if place is None else self._asked(*place)

    def picture(self, question_id: str) -> bytes | str | None:
        """See Cutting.ask."""
        return self._cutting.ask(question_id)

    def answer(self, question: Question, text: str | None, force: bool) -> None:
        """Keeps what a person says; on return nothing can undo it.

        Raises:
            FormError: see Question.answered.
            OutputError: it cannot be kept.
        """
        former, correction = question.given, question.answered(text, force, time.time())
        self._corrections.add(correction)
        self._collect_later(correction, former)

    def take_back(self, question: Question) -> None:
        """Forgets what a person said; raises OutputError."""
        former = self._corrections.take_back(question.key)
        if former is not None and former.collected and self.collection is not None:
            self._cutting.later(partial(self.collection.take_back, former.collected))

    def pages(self) -> Iterator[ReviewedPage]:
        """All pages of the result with what was said of their fields."""
        result = self._result
        for part in range(result.parts):
            for row in result.rows(part):
                fields = []
                for field in result.described.form.fields:
                    state, guess = row.doubt.get(field.name, (None, None))
                    said = self._corrections.get((row.source, row.page, field.name))
                    cell = None if said is None or said.text is None else result.cell(field, said.text)
                    fields.append(ReviewedField(field.name, row.cells.get(field.name, ""), state, guess, said, cell))
                yield ReviewedPage(row.source, row.page, tuple(fields))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fields."""
        return tuple(field.name for field in self._result.described.form.fields)

    def close(self) -> None:
        """Ends the thread, and closes what is open."""
        self._cutting.close()
        self._result.close()

    def _said(self) -> Counter[int]:
        """Of how many doubtful fields of each part something was said."""
        return Counter(_place(each.question)[0] for each in self._corrections.all() if each.state not in SURE)

    def _part(self, part: int) -> Sequence[PageRow]:
        with self._lock:
            if part not in self._rows:
                self._rows[part] = self._result.rows(part)
                while len(self._rows) > HELD_PARTS:
                    del self._rows[next(iter(self._rows))]
            return self._rows[part]

    def _row_of(self, question_id: str) -> tuple[Place, PageRow] | None:
        part, number, index = place = _place(question_id)
        if not (0 <= part < self._result.parts and 0 <= index < len(self._result.described.form.fields)):
            return None
        rows = self._part(part)
        return (place, rows[number]) if 0 <= number < len(rows) else None

    def _asked(self, place: Place, row: PageRow) -> Question:
        field = self._result.described.form.fields[place[2]]
        cell = row.cells.get(field.name, "")
        sure = ("read" if cell else "blank", text_of(field, cell) if cell else "")
        state, guess = row.doubt.get(field.name, sure)
        given = self._corrections.get((row.source, row.page, field.name))
        return Question("-".join(map(str, place)), row.source, row.page, field, state, guess, given=given)

    def _draw(self, question_id: str) -> bytes:
        place = self._row_of(question_id)
        if place is None:
            raise SourceError("expected a field of the result, got another; load the page again")
        (_, _, index), row = place
        return self._pages.picture(row, self._result.described.form.fields[index])

    def _collect_later(self, correction: Correction, former: Correction | None = None) -> None:
        if self.collection is not None:
            crops = (former and former.collected) or ()
            self._cutting.later(partial(self._collect, self.collection, correction, crops))

    def _collect(self, collection: DigitCollection, correction: Correction, former: Sequence[str]) -> None:
        """Reads the field once more for its digits; in the thread that cuts."""
        if self._corrections.get(correction.key) != correction:
            collection.take_back(former)
            return
        look, place = None, self._row_of(correction.question)
        if place is not None and (place[1].source, place[1].page) == correction.key[:2]:
            try:
                look = self._pages.look(place[1], self._result.described.form.fields[place[0][2]])
            except DigitsError as error:
                LOG.warning("review: the digits of a field are not collected: %s", error)
        crops = collection.keep(look, correction.text, former)
        if not self._corrections.collected(correction, crops):
            collection.take_back(crops)


def _place(question_id: str) -> Place:
    """Part, page in it, and field of a question; of what is no id a place that none has."""
    if not _ID.fullmatch(question_id):
        return -1, -1, -1
    part, number, index = question_id.split("-")
    return int(part), int(number), int(index)
