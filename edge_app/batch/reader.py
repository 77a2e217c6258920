"""Reads the pages of a task, one after the other."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..documents.decoder import Decoder
from ..forms.described import DescribedForm
from ..forms.reading import FormReader
from ..host.printable import printable
from ..page.record import to_record
from ..page.views import View, ViewReader
from .containers import Containers
from .form_rows import form_row
from .models import Models
from .pages import clear_page_errors, decode_pages
from .sources import SourceFile
from .spans import LeftOut, Span, Task


@dataclass(frozen=True, slots=True)
class PageResult:
    """What one page gave.

    Attributes:
        source: the document's path or URL.
        page: its number in the document, from 1.
        rows: one for each digit string, with the columns of parts.SCHEMA that differ within a run; of a form one.
        error: why it could not be read, or None.
    """

    source: str
    page: int
    rows: tuple[dict[str, Any], ...] = ()
    error: str | None = None


class TaskReader:
    """Does a worker's work; the models are loaded once.

    Args:
        models: of the run.
        sources: of the run, from full_source.
        dpi: dots an inch at which PDFs are drawn.
        view: of each page.
        form: whose fields are read, or None for all digits.
    """

    def __init__(
        self, models: Models, sources: Sequence[str], dpi: int, view: View, form: DescribedForm | None = None
    ) -> None:
        reader = models.open()
        self._reader = ViewReader(reader, view)
        self._form = None
        if form is not None:
            self._form = FormReader(form.form, reader.classifier, form.picture, reader.detector, reader.sequence)
        self._decoder = Decoder()
        self._containers = Containers(sources, self._decoder)
        self._dpi = dpi
        # The decoder and an open archive are for one thread at a time, and so only one decoded page is held.
        self._lock = threading.Lock()

    def read(self, task: Task) -> list[PageResult]:
        """Reads a task's pages: one result each, in their order, whatever is wrong with them."""
        with self._lock:
            return [result for span in task for result in self._read_span(span)]

    def expand(self, files: Sequence[SourceFile]) -> list[list[Span | LeftOut]]:
        """The documents of each file, in their order."""
        with self._lock:
            return [self._containers.expand(file) for file in files]

    def close(self) -> None:
        """Closes what is open."""
        self._decoder.close()
        self._containers.close()

    def _read_span(self, span: Span) -> Iterator[PageResult]:
        name = self._containers.name(span)
        numbers = range(span.first, span.first + span.pages)
        left = iter(numbers)
        if span.error is None:
            with clear_page_errors(name) as failed, self._containers.open(span) as file:
                # Of forms nothing is asked in colour.
                luma = self._form is not None
                for pixels in decode_pages(file, name, numbers, self._dpi, self._decoder, luma):
                    yield self._read_page(name, next(left), pixels)
            reason = failed.reason
        else:
            reason = span.error
        for number in left:
            yield lost_page(name, number, reason or "expected more pages, got the document's end; copy it again")

    def _read_page(self, name: str, number: int, pixels: NDArray[np.uint8] | str) -> PageResult:
        if isinstance(pixels, str):
            return lost_page(name, number, pixels)
        with clear_page_errors(name) as failed:
            if self._form is not None:
                return _form_result(self._form, name, number, pixels)
            page = self._reader.read(pixels)
            lines = to_record(page, name, 0)["lines"]
            return PageResult(name, number, tuple(_row(name, number, page.turn, *line) for line in enumerate(lines, 1)))
        return lost_page(name, number, str(failed.reason))


def _form_result(reader: FormReader, name: str, number: int, pixels: NDArray[np.uint8]) -> PageResult:
    reading = reader.read(pixels)
    if reading.not_found is not None:
        reason = f"expected the form {reading.form}, got {reading.not_found}; scan all of it, or take it out"
        return lost_page(name, number, reason)
    return PageResult(name, number, (form_row(reading, reader.form, name, number),))


def lost_page(name: str, number: int, reason: str) -> PageResult:
    """The result of a page that could not be read."""
    return PageResult(name, number, error=printable(" ".join(reason.split())))


def _row(source: str, page: int, turn: int, line: int, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": source,
        "page": page,
        "line": line,
        "region": record.get("region"),
        "text": record["text"],
        "boxes": [digit["box"] for digit in record["digits"]],
        "confidences": [digit["confidence"] for digit in record["digits"]],
        "guesses": [digit.get("guess") for digit in record["digits"]],
        "turn": turn,
    }
