"""A form as a page draws it, in JSON, and what is wrong with it: the checks of its file, each told at its field."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from ..errors import FormError
from .field_checks import CHECKS
from .fields import Field
from .form import MAX_FIELDS, Form, parse_form
from .printing import commented

# What a page sends as it was typed.
_NUMBERS = ("min", "max", "scale", "max_step")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where.

    Attributes:
        field: its place in the form, from 0; None if it is the form's own.
        key: of the field, such as "max"; empty if it is none's.
        error: one line, as `form check` prints it.
    """

    field: int | None
    key: str
    error: str

    def to_record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def drawn_form(drawn: Any) -> Form | tuple[Problem, ...]:
    """The form, or what is wrong with it.

    Args:
        drawn: {"name": …, "fields": [{"name": …, "box": [left, top, right, bottom], key: text as typed, …}]}, out of
            JSON; empty texts are as if they were not given.
    """
    name, tables = (drawn.get("name"), drawn.get("fields")) if isinstance(drawn, dict) else (None, None)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return (Problem(None, "", "expected a form with a name and fields, got something else; load the page again"),)
    fields: list[Field] = []
    problems: list[Problem] = []
    for place, table in enumerate(tables[: MAX_FIELDS + 1]):
        try:
            fields.append(Field.from_table(_typed(table)))
        except FormError as error:
            problems.append(_problem(place, error))
    if problems:
        return tuple(problems)
    try:
        form = Form("" if name is None else name, tuple(fields))
        # What its file will say, as it will be read.
        return parse_form(commented(form))
    except FormError as error:
        return (_of_several(error, name, fields),)


def drawn_of(form: Form) -> dict[str, Any]:
    """What drawn_form takes."""
    return {"name": form.name, "fields": [_as_typed(field) for field in form.fields]}


def _typed(table: Mapping[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in table.items() if value not in ("", None)}
    for key in _NUMBERS:
        text = values.get(key)
        if isinstance(text, str) and _NUMBER.fullmatch(text.strip()):
            values[key] = Decimal(text.strip())
    return values


def _as_typed(field: Field) -> dict[str, Any]:
    table = field.to_table()
    return {key: format(value, "f") if isinstance(value, Decimal) else value for key, value in table.items()}


def _problem(place: int | None, error: FormError) -> Problem:
    key = str(error).partition(":")[0]
    return Problem(place, key if key in CHECKS else "", str(error))


def _of_several(error: FormError, name: Any, fields: Sequence[Field]) -> Problem:
    """At the field after which the form is wrong, or at the form if it is so without any."""

    def wrong(count: int) -> bool:
        try:
            Form(name, tuple(fields[:count]))
        except FormError:
            return True
        return False

    if len(fields) > MAX_FIELDS or not fields or wrong(1):
        return Problem(None, "name" if str(error).startswith("name of the form") else "", str(error))
    return _problem(bisect_left(range(2, len(fields) + 1), True, key=wrong) + 1, error)
