"""The finished parts of a batch of forms, opened again to be looked through; see review/."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.compute
import pyarrow.parquet

from ..documents.decoder import Decoder
from ..errors import DigitsError, ImageError, SourceError
from ..files.atomic import write_atomically
from ..forms.contrast import Grey
from ..forms.described import DescribedForm
from ..forms.fields import Field
from ..forms.printing import as_png
from ..review.result import PageRow
from .containers import Containers
from .form_rows import from_csv, typed
from .pages import decode_pages
from .parts import FORM_FORMATS, done_parts, part_file
from .plan import RUN_NAME, planned_parts
from .spans import Span

FORM_NAME, PICTURE_NAME, CORRECTIONS_NAME = "form.toml", "form.png", "corrections.jsonl"


def keep_form(output: Path, described: DescribedForm | None) -> None:
    """Puts the form beside what is read by it, so that the folder alone can be looked through; raises OutputError."""
    if described is None or (output / FORM_NAME).exists():
        return
    if described.picture is not None:
        write_atomically(output / PICTURE_NAME, as_png(described.picture))
    write_atomically(output / FORM_NAME, described.form.to_toml().encode())


class FormResult:
    """The folder of a `batch --form`.

    Args:
        output: that folder; parts that are read later are not in it.

    Raises:
        SourceError: no such folder, or one of another kind.
    """

    def __init__(self, output: Path) -> None:
        self._output, self.corrections = output, output / CORRECTIONS_NAME
        try:
            run: Mapping[str, Any] = json.loads((output / RUN_NAME).read_bytes())["run"]
            self._sources, self._dpi = tuple(run["sources"]), int(run["dpi"])
            form_sha256 = run["form_sha256"]
            # A table in text has no guesses: it is asked last.
            self._kind = next(kind for kind in FORM_FORMATS if kind in run["formats"])
        except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
            raise SourceError(f"expected the --output of batch --form, got {output}; check the path") from error
        self.described = self._form(form_sha256)
        self._numbers = done_parts(output)
        self.parts = len(self._numbers)
        self._decoder = Decoder()
        self._containers = Containers(self._sources, self._decoder)
        self._spans: tuple[int, list[Span]] = (-1, [])

    def doubtful(self, part: int) -> int:
        """See Result."""
        if self._kind != "parquet":
            return sum(len(row.doubt) for row in self.rows(part))
        with _clear_errors(self._output):
            column = pyarrow.parquet.read_table(self._file(part), columns=["doubt"])["doubt"]
            return int(pyarrow.compute.sum(pyarrow.compute.list_value_length(column)).as_py() or 0)

    def rows(self, part: int) -> Sequence[PageRow]:
        """See Result."""
        with _clear_errors(self._output):
            if self._kind == "parquet":
                rows = pyarrow.parquet.read_table(self._file(part)).to_pylist()
            elif self._kind == "jsonl":
                rows = [json.loads(line) for line in self._file(part).read_bytes().splitlines()]
            else:
                rows = list(from_csv(self._file(part).read_bytes(), self.described.form))
            return [self._row(part, row) for row in rows]

    def cell(self, field: Field, text: str) -> str:
        """See Result."""
        value = typed(field, text)
        return "" if value is None else str(value)

    def photo(self, row: PageRow) -> Grey:
        """See Result."""
        for span in self._spans_of(row.part):
            name = self._containers.name(span)
            if name == row.source and span.first <= row.page < span.first + span.pages:
                numbers = range(row.page, row.page + 1)
                with self._containers.open(span) as file:
                    pixels = next(decode_pages(file, name, numbers, self._dpi, self._decoder, luma=True))
                if isinstance(pixels, str):
                    raise ImageError(pixels)
                return pixels
        raise SourceError(f"expected {row.source} among what was read, got another run's plan; check the folder")

    def close(self) -> None:
        """See Result."""
        self._decoder.close()
        self._containers.close()

    def _form(self, sha256: str) -> DescribedForm:
        picture = self._output / PICTURE_NAME
        try:
            described = DescribedForm.load(self._output / FORM_NAME, picture if picture.exists() else None)
        except DigitsError as error:
            raise SourceError(
                f"expected {FORM_NAME} in {self._output} ({error}); give the batch's command again"
            ) from error
        if described.sha256 != sha256:
            raise SourceError(
                f"expected the form that was read in {self._output}, got another; give the batch's command again"
            )
        return described

    def _file(self, part: int) -> Path:
        return self._output / part_file(self._kind, self._numbers[part])

    def _row(self, part: int, row: Mapping[str, Any]) -> PageRow:
        cells = {}
        for field in self.described.form.fields:
            value = row[field.name]
            cells[field.name] = "" if value is None else str(value)
        doubt = {each["field"]: (each["state"], each["guess"]) for each in row["doubt"]}
        return PageRow(row["source"], row["page"], part, cells, doubt)

    def _spans_of(self, part: int) -> list[Span]:
        if self._spans[0] != part:
            number = self._numbers[part]
            _, tasks = next(islice(planned_parts(self._output), number, None))
            self._spans = part, [span for task in tasks for span in task]
        return self._spans[1]


@contextmanager
def _clear_errors(output: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise SourceError(
            f"expected a result that can be read, got {output}, damaged; give the batch's command again"
        ) from error
