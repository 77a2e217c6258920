"""What fields look back to, kept over a restart in one small JSON file."""

import dataclasses
import json
import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from ..errors import FormError
from ..files.atomic import write_atomically
from ..files.regular import read_regular
from ..host.printable import printable
from .fields import Field
from .form import Form
from .history import ENDS, KEPT, REASONS, Ended, FieldState, Held

Word = TypeVar("Word")
LOG = logging.getLogger(__name__)

FORMAT = 1
# A hundred fields with all that they keep stay below it.
MAX_BYTES = 4 << 20


def save_states(path: Path, states: Mapping[str, FieldState]) -> None:
    """Writes the states of fields, by their names, whole or not at all; raises OutputError."""
    fields = {name: dataclasses.asdict(state) for name, state in states.items()}
    write_atomically(path, (json.dumps({"format": FORMAT, "fields": fields}, indent=1) + "\n").encode())


def load_states(path: Path, form: Form) -> dict[str, FieldState]:
    """Reads what save_states wrote: a state for each field of the form that looks back, by its name.

    A file that is not there yet, or is damaged, which is told in one line of the log, is a fresh start: every first
    reading is then held until it is confirmed. Fields that are no longer in the form are left out.
    """
    states = {field.name: FieldState() for field in form.fields if field.looks_back}
    try:
        content = read_regular(path, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES >> 20} MB")
        kept = json.loads(content)
        if kept["format"] != FORMAT:
            raise ValueError(f"format {kept['format']!r}")
        known = {field.name: field for field in form.fields if field.name in states}
        return states | {name: _state(known[name], kept["fields"][name]) for name in kept["fields"] if name in known}
    except FileNotFoundError:
        return states
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, FormError) as error:
        reason = printable(repr(error))[:200]
        LOG.warning(
            "expected the former readings of a form's fields in %s, got %s; starting without them", path, reason
        )
        return states


def _state(field: Field, table: dict[str, Any]) -> FieldState:
    held, ended = table["held"], table["ended"][-KEPT:]
    return FieldState(
        _text(field, table["taken"]),
        None if held is None else _held(field, held),
        tuple(
            Ended(
                _held(field, each["held"]),
                _text(field, each["former"]),
                _among(each["end"], ENDS),
                _finite(each["time_s"]),
            )
            for each in ended
        ),
    )


def _held(field: Field, table: dict[str, Any]) -> Held:
    frames = table["frames"]
    if type(frames) is not int or frames < 1:
        raise ValueError(f"frames {frames!r}")
    text = _text(field, table["text"])
    if text is None:
        raise ValueError("a reading without text")
    return Held(text, _among(table["reason"], REASONS), frames, _finite(table["since_s"]))


def _text(field: Field, value: Any) -> str | None:
    if value is not None:
        field.number(value)
    return None if value is None else str(value)


def _finite(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"time {value!r}")
    return float(value)


def _among(value: Any, words: tuple[Word, ...]) -> Word:
    return words[words.index(value)]
