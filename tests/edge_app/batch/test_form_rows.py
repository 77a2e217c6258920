"""Rows of forms: typed, and doubt beside them."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from edge_app.batch.form_rows import column_type, form_row, form_schema
from edge_app.batch.parts import Parts
from edge_app.batch.reader import PageResult
from edge_app.errors import OptionError
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.reading import FieldReading, FormReading

from .made_models import MODELS

CODE = Field("code", (0.0, 0.0, 0.2, 1.0), "[0-9]{5}")
PIECES = Field("pieces", (0.2, 0.0, 0.4, 1.0), "[0-9]{1,4}", max=Decimal(9000))
TOTAL = Field("total", (0.4, 0.0, 0.6, 1.0), "[0-9]{1,6}", scale=Decimal("0.01"))
LEVEL = Field("level", (0.6, 0.0, 0.8, 1.0), "[0-9]{1,2},[0-9]", min=Decimal(0))
FORM = Form("note", (CODE, PIECES, TOTAL, LEVEL))


def reading(*fields: FieldReading) -> FormReading:
    """Of a photo."""
    return FormReading("note", fields, 640, 480)


FULL = reading(
    FieldReading("code", "read", "00417", None, Decimal(417), 0.99),
    FieldReading("pieces", "read", "0012", None, Decimal(12), 0.99),
    FieldReading("total", "read", "1250", None, Decimal("12.50"), 0.99),
    FieldReading("level", "read", "7,5", None, Decimal("7.5"), 0.99),
)
POOR = reading(
    FieldReading("code", "doubtful", None, "00417", None, 0.5),
    FieldReading("pieces", "blank", "", None, None, 0.9),
    FieldReading("total", "refused"),
    FieldReading("level", "not found"),
)


def test_columns_have_the_types_of_their_rules() -> None:
    """A code is a text, a count whole, an amount exact to its cent."""
    types = [pyarrow.string(), pyarrow.int64(), pyarrow.decimal128(8, 2), pyarrow.float64()]
    assert [column_type(field) for field in FORM.fields] == types
    assert column_type(Field("x", CODE.box, "[0-9]{19}", min=Decimal(1))) == pyarrow.string()
    assert column_type(Field("x", CODE.box, "[0-9]{5}", scale=Decimal(1000))) == pyarrow.decimal128(9, 0)
    assert column_type(Field("x", CODE.box, "[0-9]+", min=Decimal(1))) == pyarrow.string()


def test_parts_of_forms_can_be_read_again(tmp_path: Path) -> None:
    """In each format; null where nothing is believed."""
    rows = tuple(form_row(each, FORM, "a.png", page) for page, each in enumerate((FULL, POOR), 1))
    parts = Parts(tmp_path, ("parquet", "jsonl", "csv"), MODELS, form_schema(FORM))
    parts.write(0, [PageResult("a.png", page, (row,)) for page, row in enumerate(rows, 1)])
    one, two = pyarrow.parquet.read_table(tmp_path / "parquet").to_pylist()
    assert [one[name] for name in ("code", "pieces", "total", "level", "doubt")] == [
        "00417", 12, Decimal("12.50"), 7.5, [],
    ]  # fmt: skip
    assert [two[name] for name in ("code", "pieces", "total", "level")] == [None] * 4
    assert two["doubt"] == [
        {"field": "code", "state": "doubtful", "guess": "00417"},
        {"field": "total", "state": "refused", "guess": None},
        {"field": "level", "state": "not found", "guess": None},
    ]
    table = list(csv.reader(io.StringIO((tmp_path / "csv" / "part-000000.csv").read_text(), newline="")))
    assert table[0][:7] == ["source", "page", "code", "pieces", "total", "level", "doubt"]
    assert table[1][2:7] == ["00417", "12", "12.50", "7.5", ""]
    assert table[2][2:7] == ["", "", "", "", "code doubtful; total refused; level not found"]
    assert '"total": 12.5' in (tmp_path / "jsonl" / "part-000000.jsonl").read_text()


def test_the_largest_number_fits_its_column() -> None:
    """Whatever the pattern allows."""
    largest = FieldReading("total", "read", "999999", None, Decimal("9999.99"))
    row = form_row(reading(*FULL.fields[:2], largest, FULL.fields[3]), FORM, "a", 1)
    table = pyarrow.Table.from_pylist([{**row, "model_sha256": "", "detector_sha256": ""}], form_schema(FORM))
    assert table["total"].to_pylist() == [Decimal("9999.99")]


def test_a_field_cannot_be_named_as_another_column() -> None:
    """Such as the source."""
    with pytest.raises(OptionError, match="got 'source'; rename it"):
        form_schema(Form("x", (Field("source", CODE.box),)))
