"""A result with what people said of it, as a table and as lines of JSON, page by page."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..forms.form_record import AFTER, BEFORE, doubt_text, plain_cell
from .correction import Correction

# Behind a field's name in its second column, and the last column: each field that was looked at, and how.
CORRECTED, REVIEWED = "corrected", "reviewed"


@dataclass(frozen=True)
class ReviewedField:
    """A field of a page.

    Attributes:
        name: of the field.
        cell: as the result's table has it; "" where nothing is believed.
        state: of what was in doubt, or None.
        guess: of what was in doubt, or None.
        said: by a person, or None.
        corrected: what he said as the result's table would have it; "" for blank, None where he said nothing legible.
    """

    name: str
    cell: str
    state: str | None
    guess: str | None
    said: Correction | None
    corrected: str | None


@dataclass(frozen=True)
class ReviewedPage:
    """A page of a result: its path or URL, its number in it, and its fields."""

    source: str
    page: int
    fields: tuple[ReviewedField, ...]


def as_csv(names: Sequence[str], pages: Iterable[ReviewedPage]) -> Iterator[bytes]:
    """A row a page; beside each field's column as it was read one with what a person said.

    Args:
        names: of all fields; a page may have some of them.
        pages: of the result.
    """
    columns = [column for name in names for column in (name, f"{name} {CORRECTED}")]
    yield _row([*BEFORE, *columns, *AFTER, REVIEWED])
    for page in pages:
        known = {field.name: field for field in page.fields}
        cells: list[str] = []
        for name in names:
            field = known.get(name)
            cells += ("", "") if field is None else (field.cell, field.corrected or "")
        doubt = doubt_text({"field": each.name, "state": each.state} for each in page.fields if each.state is not None)
        reviewed = "; ".join(f"{each.name} {each.said.how}" for each in page.fields if each.said is not None)
        yield _row([plain_cell(page.source), page.page, *cells, doubt, reviewed])


def as_jsonl(pages: Iterable[ReviewedPage]) -> Iterator[bytes]:
    """An object a page; fields that nobody looked at have no "how"."""
    for page in pages:
        record = {"source": page.source, "page": page.page, "fields": [_field_record(each) for each in page.fields]}
        yield (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _field_record(field: ReviewedField) -> dict[str, object]:
    said = field.said
    return {
        "name": field.name,
        "read": field.cell or None,
        **({} if field.state is None else {"state": field.state, "guess": field.guess}),
        **(
            {}
            if said is None
            else {
                "how": said.how,
                "text": said.text,
                "corrected": field.corrected,
                "outside_rules": said.outside_rules,
                "time_s": said.time_s,
            }
        ),
    }


def _row(cells: Sequence[object]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(cells)
    return file.getvalue().encode("utf-8", "replace")
