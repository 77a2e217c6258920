"""What was read off a form, for people, as a JSON object, and as a row of a table."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..errors import OptionError
from .fields import Field
from .form import Form
from .reading import STATES, FieldReading, FormReading

# Columns that every table has; fields stand between them.
BEFORE, AFTER = ("source", "page"), ("doubt",)
# Stands behind what a person should look at.
DOUBT_MARK = "?"
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_record(reading: FormReading, form: Form, source: str, latency_ms: float) -> dict[str, Any]:
    """The JSON object of one page of a form, as `read --form --json` and the web API give it."""
    return {
        "source": source,
        "width": reading.width,
        "height": reading.height,
        "form": reading.form,
        "found": reading.not_found is None,
        **({} if reading.not_found is None else {"not_found": reading.not_found}),
        "fields": [_field_record(each, field) for each, field in zip(reading.fields, form.fields, strict=True)],
        "latency_ms": round(latency_ms, 2),
    }


def _field_record(reading: FieldReading, field: Field) -> dict[str, Any]:
    return {
        "name": reading.name,
        "state": reading.state,
        "text": reading.text,
        **({"guess": reading.guess} if reading.state == "doubtful" else {}),
        "value": None if reading.value is None else as_number(reading.value),
        **({} if field.unit is None else {"unit": field.unit}),
        "confidence": round(reading.confidence, 4),
        "box": None if reading.box is None else list(reading.box),
        **({} if reading.rejected is None else {"rejected": reading.rejected}),
    }


def as_number(value: Decimal) -> int | float:
    """A value as JSON has it: whole numbers exactly."""
    return int(value) if value == value.to_integral_value() else float(value)


def to_lines(reading: FormReading, form: Form) -> list[str]:
    """One line a field, "name: value"; what is doubtful ends in DOUBT_MARK, and what cannot be read says why."""
    return [_line(each, field) for each, field in zip(reading.fields, form.fields, strict=True)]


def _line(reading: FieldReading, field: Field) -> str:
    if reading.state == "doubtful":
        guess = "" if reading.guess is None else f"{_written(reading.guess, field)} "
        return f"{reading.name}: {guess}{DOUBT_MARK}"
    if reading.text is None:
        return f"{reading.name}: ({reading.state})"
    return f"{reading.name}: {_written(reading.text, field)}" if reading.text else f"{reading.name}:"


def _written(text: str, field: Field) -> str:
    """A text as people take it: scaled and with its unit, if the field has them; a code keeps its zeros."""
    value = None if field.scale is None else field.value(text)
    shown = text if value is None else format(value, "f")
    return shown if field.unit is None else f"{shown} {field.unit}"


class FormTable:
    """Pages of one form as CSV: a row a page, a column a field, and one that names the fields in doubt."""

    def __init__(self, form: Form) -> None:
        """Raises OptionError if a field has another column's name."""
        names = [field.name for field in form.fields]
        taken = [name for name in names if name in (*BEFORE, *AFTER)]
        if taken:
            raise OptionError(
                f"expected fields with other names than {', '.join((*BEFORE, *AFTER))} for a table, got {taken[0]!r}; "
                "rename it"
            )
        self._form, self._file = form, io.StringIO(newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow([*BEFORE, *names, *AFTER])

    def add(self, source: str, page: int | None, reading: FormReading) -> None:
        """One page; of a doubtful field the guess stands in its column."""
        texts = [(each.guess if each.text is None else each.text) or "" for each in reading.fields]
        self._rows.writerow([plain_cell(source), page or 1, *texts, doubt_of(reading.fields)])

    def add_error(self, source: str, page: int | None) -> None:
        """One page that could not be read."""
        self._rows.writerow([plain_cell(source), page or 1, *("" for _ in self._form.fields), "unreadable"])

    def content(self) -> bytes:
        """The file, in UTF-8."""
        return self._file.getvalue().encode()


def doubt_of(fields: Sequence[FieldReading]) -> str:
    """The fields to look at, "total doubtful; code refused"; "" if there are none."""
    return doubt_text(
        {"field": each.name, "state": each.state} for each in fields if each.state not in ("read", "blank")
    )


def doubt_text(doubt: Iterable[Mapping[str, str]]) -> str:
    """The same of fields in doubt, each with "field" and "state"."""
    return "; ".join(f"{each['field']} {each['state']}" for each in doubt)


def doubt_in(text: str, names: Sequence[str]) -> dict[str, str]:
    """The way back from doubt_text: states by fields' names, which stand in the form's order; raises ValueError."""
    found: dict[str, str] = {}
    for name in names:
        for state in STATES:
            told = f"{name} {state}"
            if text == told or text.startswith(f"{told}; "):
                found[name], text = state, text[len(told) + 2 :]
                break
    if text:
        raise ValueError("another doubt")
    return found


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_typed(cell: str) -> str:
    """What plain_cell was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
