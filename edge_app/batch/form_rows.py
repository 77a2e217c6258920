"""Rows of a batch of forms: a row a page, a typed column a field, and one for doubt."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow

from ..errors import OptionError
from ..forms.fields import Field
from ..forms.form import Form
from ..forms.form_record import as_typed, doubt_in, doubt_text, plain_cell
from ..forms.reading import FormReading

BEFORE = (("source", pyarrow.string()), ("page", pyarrow.int32()))
# Each field that somebody should look at: its name, its state, and the likeliest text that the rules allow.
DOUBT = pyarrow.list_(
    pyarrow.struct([("field", pyarrow.string()), ("state", pyarrow.string()), ("guess", pyarrow.string())])
)
_HASHES = ("model_sha256", "detector_sha256", "sequence_sha256")
AFTER = (("doubt", DOUBT), *((name, pyarrow.string()) for name in _HASHES))
# int64 has 18 digits of any value; decimal128 has 38.
MAX_INT_DIGITS, MAX_DECIMAL_DIGITS = 18, 38


def form_schema(form: Form) -> pyarrow.Schema:
    """The columns; raises OptionError if a field has the name of another column."""
    others = [name for name, _ in (*BEFORE, *AFTER)]
    taken = [field.name for field in form.fields if field.name in others]
    if taken:
        raise OptionError(
            f"expected fields with other names than {', '.join(others)} for a table, got {taken[0]!r}; rename it"
        )
    return pyarrow.schema([*BEFORE, *((field.name, column_type(field)) for field in form.fields), *AFTER])


def column_type(field: Field) -> pyarrow.DataType:
    """Of a field: a text unless its rules make a number of it, so that a code keeps its zeros."""
    longest = field.compiled.longest
    if not field.is_number or longest is None:
        return pyarrow.string()
    if field.compiled.symbols & {".", ","}:
        return pyarrow.float64()
    if field.scale is None:
        return pyarrow.int64() if longest <= MAX_INT_DIGITS else pyarrow.string()
    exponent = field.scale.as_tuple().exponent
    behind = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    size = longest + max(0, field.scale.adjusted() + 1) + behind
    return pyarrow.decimal128(size, behind) if size <= MAX_DECIMAL_DIGITS else pyarrow.float64()


def form_row(reading: FormReading, form: Form, source: str, page: int) -> dict[str, Any]:
    """A page's row, without the models' hashes; null where nothing is believed."""
    row: dict[str, Any] = {"source": source, "page": page}
    for each, field in zip(reading.fields, form.fields, strict=True):
        row[each.name] = None if each.text is None else typed(field, each.text)
    row["doubt"] = [
        {"field": each.name, "state": each.state, "guess": each.guess}
        for each in reading.fields
        if each.state not in ("read", "blank")
    ]
    return row


def typed(field: Field, text: str) -> Any:
    """A text as its field's column has it; None where that has numbers and the text is none."""
    kind, value = column_type(field), field.value(text)
    if pyarrow.types.is_string(kind):
        return text
    if value is None or pyarrow.types.is_decimal(kind):
        return value
    return int(value) if pyarrow.types.is_int64(kind) else float(value)


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Rows as a table in text, the fields in doubt in one cell."""
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(columns)
    for row in rows:
        cells = {**row, "source": plain_cell(row["source"]), "doubt": doubt_text(row["doubt"])}
        table.writerow(["" if cells[name] is None else cells[name] for name in columns])
    return file.getvalue().encode()


def from_csv(content: bytes, form: Form) -> Iterator[dict[str, Any]]:
    """The way back from as_csv, each field's cell as text and no guesses; raises ValueError, KeyError or csv.Error."""
    names = [field.name for field in form.fields]
    for row in csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True):
        states = doubt_in(row["doubt"], names).items()
        doubt = [{"field": name, "state": state, "guess": None} for name, state in states]
        yield {**row, "source": as_typed(row["source"]), "page": int(row["page"]), "doubt": doubt}
