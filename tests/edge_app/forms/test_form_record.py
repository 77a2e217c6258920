"""What was read off a form, as lines, as an object, and as a table."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from edge_app.errors import OptionError
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.form_record import FormTable, as_number, to_lines, to_record
from edge_app.forms.reading import FieldReading, FormReading

NAMES = ("code", "total", "level", "seal", "note")
FIELDS = tuple(Field(name, (0.1 * at, 0.0, 0.1 * at + 0.1, 1.0)) for at, name in enumerate(NAMES))
TOTAL = replace(FIELDS[1], scale=Decimal("0.01"), unit="EUR")
FORM = Form("note", (FIELDS[0], TOTAL, *FIELDS[2:]))
READING = FormReading(
    "note",
    (
        FieldReading("code", "read", "0417", None, Decimal(417), 0.98765, (1, 2, 3, 4)),
        FieldReading("total", "read", "1250", None, Decimal("12.50"), 0.99, (5, 2, 3, 4)),
        FieldReading("level", "doubtful", None, "77", None, 0.5, (9, 2, 3, 4), "17"),
        FieldReading("seal", "blank", "", None, None, 0.9, (9, 2, 3, 4)),
        FieldReading("note", "refused", None, None, None, 0.0, (9, 2, 3, 4), "??"),
    ),
    640,
    480,
)


def test_lines_show_values_and_mark_doubt() -> None:
    """A code keeps its zero, an amount has its unit, and nobody takes a guess for a reading."""
    assert to_lines(READING, FORM) == ["code: 0417", "total: 12.50 EUR", "level: 77 ?", "seal:", "note: (refused)"]


def test_the_object_has_all_of_it() -> None:
    """Guesses of doubtful fields alone, units where there are some, values as numbers."""
    record = to_record(READING, FORM, "a.png", 12.349)
    assert {key: value for key, value in record.items() if key != "fields"} == {
        "source": "a.png", "width": 640, "height": 480, "form": "note", "found": True, "latency_ms": 12.35,
    }  # fmt: skip
    assert record["fields"][0] == {
        "name": "code", "state": "read", "text": "0417", "value": 417, "confidence": 0.9877, "box": [1, 2, 3, 4],
    }  # fmt: skip
    assert (record["fields"][1]["value"], record["fields"][1]["unit"]) == (12.5, "EUR")
    assert (record["fields"][2]["guess"], record["fields"][2]["value"], record["fields"][2]["rejected"]) == (
        "77",
        None,
        "17",
    )


def test_a_form_that_is_not_there_says_why() -> None:
    """And has no boxes."""
    lost = FormReading("note", tuple(FieldReading(name, "not found") for name in NAMES), 640, 480, "none of its print")
    record = to_record(lost, FORM, "a.png", 1)
    assert (record["found"], record["not_found"]) == (False, "none of its print")
    assert {field["box"] for field in record["fields"]} == {None}


@pytest.mark.parametrize(
    ("value", "number"), [("12345678901234567890", 12345678901234567890), ("0.10", 0.1), ("-3", -3)]
)
def test_values_are_json_numbers(value: str, number: float) -> None:
    """Whole ones exactly."""
    assert as_number(Decimal(value)) == number
    assert type(as_number(Decimal(value))) is type(number)


def test_a_table_has_a_row_a_page() -> None:
    """The doubt column names what to look at; a page that cannot be read has a row, and no file's name is a formula."""
    table = FormTable(FORM)
    table.add('=cmd("x"),1.png', None, READING)
    table.add_error("b.pdf", 3)
    rows = list(csv.reader(io.StringIO(table.content().decode(), newline="")))
    assert rows == [
        ["source", "page", *NAMES, "doubt"],
        ['\'=cmd("x"),1.png', "1", "0417", "1250", "77", "", "", "level doubtful; note refused"],
        ["b.pdf", "3", "", "", "", "", "", "unreadable"],
    ]


def test_a_field_cannot_be_named_as_another_column() -> None:
    """Nobody could tell them apart."""
    with pytest.raises(OptionError, match="got 'page'; rename it"):
        FormTable(Form("x", (Field("page", (0.0, 0.0, 1.0, 1.0)),)))
