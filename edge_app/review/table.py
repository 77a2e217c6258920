"""The result of `read --form`: the table of --csv, or the lines of --json."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..documents.decoder import Decoder
from ..errors import SourceError
from ..files.opening import clear_errors
from ..files.regular import read_regular
from ..forms.contrast import Grey
from ..forms.described import DescribedForm
from ..forms.fields import Field
from ..forms.form_record import AFTER, BEFORE, as_typed, doubt_in
from ..forms.reading import STATES
from ..host.printable import printable
from .question import SURE
from .result import Doubt, PageRow

MAX_BYTES = 64 << 20
# Pages in a part.
PART = 1000
UNREADABLE = "unreadable"


class TableResult:
    """A file that `read --form` wrote, held in memory.

    Args:
        path: of the .csv or .jsonl.
        described: the form that was read.

    Raises:
        SourceError: no such file, or not of this form.
    """

    def __init__(self, path: Path, described: DescribedForm) -> None:
        self.described, self._decoder = described, Decoder()
        self.corrections = path.with_name(f"{path.name}.corrections.jsonl")
        try:
            content = read_regular(path, MAX_BYTES)
            if len(content) > MAX_BYTES:
                raise SourceError(f"expected a table of at most {MAX_BYTES >> 20} MB, got a larger one, {path}")
            read = self._of_csv if path.suffix.lower() == ".csv" else self._of_json
            self._rows = list(read(content.decode()))
        except SourceError:
            raise
        except OSError as error:
            raise SourceError(f"expected a table to review, got {path} ({error.strerror}); check it") from error
        except (ValueError, KeyError, TypeError, AttributeError, csv.Error, RecursionError) as error:
            why = printable(repr(error))[:100]
            raise SourceError(
                f"expected what read --form --csv or --json wrote of this form, got {path} ({why}); give both unchanged"
            ) from error
        self.parts = -(-len(self._rows) // PART)

    def doubtful(self, part: int) -> int:
        """See Result."""
        return sum(len(row.doubt) for row in self.rows(part))

    def rows(self, part: int) -> Sequence[PageRow]:
        """See Result."""
        return self._rows[part * PART : (part + 1) * PART]

    def cell(self, _field: Field, text: str) -> str:
        """See Result; such a table has texts as they are written."""
        return text

    def photo(self, row: PageRow) -> Grey:
        """See Result."""
        path = Path(row.source)
        if not path.is_file():
            raise SourceError(
                f"expected the page where it was read, got no file {row.source}; start in the same folder"
            )
        with clear_errors(path, row.source), path.open("rb") as file, self._decoder.open(file, row.source) as document:
            return document.page(row.page, luma=True).pixels

    def close(self) -> None:
        """See Result."""
        self._decoder.close()

    def _of_csv(self, text: str) -> Iterator[PageRow]:
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        names = [field.name for field in self.described.form.fields]
        if rows.fieldnames != [*BEFORE, *names, *AFTER]:
            raise ValueError("other columns")
        for number, row in enumerate(rows):
            told = row[AFTER[0]]
            unreadable = told == UNREADABLE
            doubt = {} if unreadable else doubt_in(told, names)
            # The cell of a doubtful field is its guess.
            cells = {name: "" if name in doubt else row[name] for name in names if not unreadable}
            found: dict[str, Doubt] = {name: (state, row[name] or None) for name, state in doubt.items()}
            yield PageRow(as_typed(row[BEFORE[0]]), int(row[BEFORE[1]]), number // PART, cells, found)

    def _of_json(self, text: str) -> Iterator[PageRow]:
        for number, line in enumerate(text.splitlines()):
            record: dict[str, Any] = json.loads(line)
            cells, doubt = {}, {}
            for field, each in zip(self.described.form.fields, record.get("fields", ()), strict="error" not in record):
                if field.name != each["name"] or each["state"] not in STATES:
                    raise ValueError("other fields")
                cells[field.name] = str(each["text"] or "")
                if each["state"] not in SURE:
                    doubt[field.name] = (each["state"], each.get("guess"))
            yield PageRow(str(record["source"]), int(record.get("page", 1)), number // PART, cells, doubt)
