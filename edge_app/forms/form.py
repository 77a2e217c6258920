"""A form: its fields, as they stand in form.toml."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

from ..errors import FormError
from ..files.atomic import write_atomically
from ..files.regular import read_regular
from ..host.printable import printable
from .field_checks import FormBox, title
from .fields import Field, shown

MAX_BYTES, MAX_FIELDS, MAX_POINTS = 64 << 10, 100, 200
_KEYS, _FORM_KEYS = ("form", "field"), ("name",)


@dataclass(frozen=True)
class Form:
    """What stands where. Fields that do not go together raise FormError.

    Attributes:
        name: for people.
        fields: at least one, in the order in which their readings are to come.
    """

    name: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        expected = title(self.name)
        if expected:
            raise FormError(f"name of the form: expected {expected}, got {shown(self.name)}; change it")
        if not 0 < len(self.fields) <= MAX_FIELDS:
            raise FormError(f"field: expected 1 to {MAX_FIELDS} of them, got {len(self.fields)}; change [[field]]")
        for one, other in combinations(self.fields, 2):
            if _plain(one.name) == _plain(other.name):
                raise FormError(
                    f"name: expected another for each field, in letters and digits too, got {one.name!r} and "
                    f"{other.name!r}; rename one"
                )
            if _overlap(one.box, other.box):
                raise FormError(
                    f"box: expected boxes that do not overlap, got {shown(one.box)} of {one.name!r} and "
                    f"{shown(other.box)} of {other.name!r}; move one"
                )

    def to_toml(self) -> str:
        """The text of the form's file."""
        parts = [f"[form]\nname = {_value(self.name)}\n"]
        for field in self.fields:
            lines = [f"{key} = {_value(value)}\n" for key, value in field.to_table().items()]
            parts.append("".join(["[[field]]\n", *lines]))
        return "\n".join(parts)


def read_form(path: Path) -> Form:
    """Reads form.toml; raises FormError in one line: the file, the key, what was expected and what is there."""
    try:
        content = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise FormError(f"expected a form's file, got {path} ({error.strerror}); check the path") from error
    if len(content) > MAX_BYTES:
        raise FormError(f"expected a form's file of at most {MAX_BYTES >> 10} KB, got a larger one, {path}; shorten it")
    try:
        return parse_form(content.decode())
    except UnicodeDecodeError as error:
        raise FormError(
            f"{path}: expected text in UTF-8, got other bytes at {error.start}; save it as UTF-8"
        ) from error
    except FormError as error:
        raise FormError(f"{path}: {error}") from error


def parse_form(text: str) -> Form:
    """A form out of the text of its file; raises FormError in one line."""
    if len(text) > MAX_BYTES:
        raise FormError(f"expected at most {MAX_BYTES >> 10} KB of text, got more; shorten it")
    # A key of thousands of parts takes tomllib minutes; no line of a form has as many points.
    if any(line.count(".") > MAX_POINTS for line in text.split("\n")):
        raise FormError(f"expected at most {MAX_POINTS} points in a line, got more; use short keys")
    try:
        # As they are written: 0.01 of a Euro is a cent, and no float is.
        table = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise FormError(f"expected a form in TOML, got {printable(str(error))[:200]}; correct it") from error
    _check_keys(table, _KEYS, "the file")
    form, fields = table.get("form"), table.get("field")
    if not isinstance(form, dict):
        raise FormError(f"form: expected a table [form] with a name, got {shown(form)}; add it")
    _check_keys(form, _FORM_KEYS, "[form]")
    if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
        raise FormError(f"field: expected tables [[field]], got {shown(fields)}; write one for each field")
    if len(fields) > MAX_FIELDS:
        raise FormError(f"field: expected 1 to {MAX_FIELDS} of them, got {len(fields)}; change [[field]]")
    return Form(form.get("name", ""), tuple(_field(field, place) for place, field in enumerate(fields, 1)))


def write_form(path: Path, form: Form) -> None:
    """Writes form.toml whole or not at all; raises OutputError."""
    write_atomically(path, form.to_toml().encode())


def _field(table: Mapping[str, Any], place: int) -> Field:
    try:
        return Field.from_table(table)
    except FormError as error:
        named = f" ({shown(table['name'])})" if "name" in table else ""
        raise FormError(f"field {place}{named}: {error}") from error


def _check_keys(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise FormError(f"{shown(key)}: expected {' or '.join(keys)} in {where}, got another key; take it out")


def _plain(name: str) -> str:
    """A name as identifiers have it: Home Assistant's entities differ in letters and digits alone."""
    return re.sub(r"[\W_]+", "_", name).strip("_").casefold() or name


def _overlap(one: FormBox, other: FormBox) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width > 0 and height > 0


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(repr(part) for part in value)}]"
    if isinstance(value, Decimal):
        return format(value, "f")
    # What JSON writes of texts without control characters is TOML, too.
    return json.dumps(value, ensure_ascii=False)
