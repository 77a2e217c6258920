"""The folder of a `batch --form`, opened again to be looked through."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from edge_app.batch.form_result import FormResult, keep_form
from edge_app.batch.form_rows import form_row, form_schema
from edge_app.batch.models import Models
from edge_app.batch.parts import Parts
from edge_app.batch.plan import RUN_NAME, Identity, write_plan
from edge_app.batch.reader import PageResult
from edge_app.batch.spans import Span
from edge_app.cli import main
from edge_app.errors import SourceError
from edge_app.forms.described import DescribedForm
from edge_app.forms.fields import Field
from edge_app.forms.form import Form
from edge_app.forms.reading import FieldReading, FormReading
from edge_app.page.drawing import save_image
from edge_app.review.archive import ArchiveReview
from edge_app.review.corrections import Corrections
from edge_app.review.export import as_csv

from ..pages import blank, write

FORM = Form(
    "bill",
    (
        Field("code", (0.05, 0.1, 0.95, 0.4), "[0-9]{5}"),
        Field("amount", (0.05, 0.6, 0.95, 0.9), "[0-9]{5}", scale=Decimal("0.01"), unit="EUR"),
    ),
)
DESCRIBED = DescribedForm(FORM, blank(120, 160))


def make_run(folder: Path, kinds: tuple[str, ...] = ("parquet",), pages: int = 3) -> Path:
    """What a batch leaves of pages whose code is doubtful, in parts of two pages each."""
    output, sources = folder / "out", (str(folder / "scans"),)
    identity = Identity(sources, "", "", "", "", "litert", kinds, 1, 200, form_sha256=DESCRIBED.sha256)
    paths = [str(folder / "scans" / f"{number}.png") for number in range(pages)]
    for path in paths:
        save_image(write(blank(), "10007", (60, 170), 90), Path(path))
    output.mkdir()
    write_plan(output, identity, [Span(0, path) for path in paths])
    keep_form(output, DESCRIBED)
    amount = FieldReading("amount", "read", "00750", None, Decimal("7.5"), 0.99)
    reading = FormReading("bill", (FieldReading("code", "doubtful", None, "10001"), amount), 640, 480)
    rows = [PageResult(path, 1, (form_row(reading, FORM, path, 1),)) for path in paths]
    Parts(output, kinds, Models(b"", b"", b"", "litert"), form_schema(FORM)).write(0, rows)
    return output


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_what_is_in_doubt_is_asked_with_its_picture(kind: str, tmp_path: Path) -> None:
    """Corrections lie in the folder, whose results stay; the export has amounts as the result has them.

    A table as text has no guesses.
    """
    output = make_run(tmp_path, (kind,))
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    result = FormResult(output)
    review = ArchiveReview(result, Corrections(result.corrections))
    first, *others = review.questions(None, 9)
    assert (first.field.name, first.state, first.guess, len(others), review.waiting) == (
        "code",
        "doubtful",
        None if kind == "csv" else "10001",
        2,
        3,
    )
    assert result.photo(result.rows(0)[1]).shape == (480, 640)
    review.answer(first, "10007", force=False)
    amounts = review.questions(None, 9, others=True)
    assert [(each.field.name, each.state, each.guess) for each in amounts] == [("amount", "read", "00750")] * 3
    review.answer(amounts[0], "00751", force=False)
    review.answer(amounts[1], "", force=False)
    table = list(csv.reader(io.StringIO(b"".join(as_csv(review.names, review.pages())).decode(), newline="")))
    assert [(row[3], Decimal(row[4]), row[5], row[-1]) for row in table[1:]] == [
        ("10007", Decimal("7.5"), "7.51", "code corrected; amount corrected"),
        ("", Decimal("7.5"), "", "amount blank"),
        ("", Decimal("7.5"), "", ""),
    ]
    assert (review.waiting, review.done) == (2, 3)
    review.close()
    assert {path: path.read_bytes() for path in before} == before
    assert [path for path in output.rglob("*") if path.is_file() and path not in before] == [
        output / "corrections.jsonl"
    ]


def test_the_command_exports_both_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the file's suffix; another one is refused before anything is made."""
    output = make_run(tmp_path)
    result = FormResult(output)
    review = ArchiveReview(result, Corrections(result.corrections))
    review.answer(review.questions(None, 1)[0], None, force=False)
    review.close()
    assert main(["form", "review", str(output), "--export", str(tmp_path / "all.jsonl")]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'all.jsonl'}: 1 fields reviewed, 2 still in doubt\n"
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert [line["fields"][0].get("how") for line in lines] == ["unreadable", None, None]
    assert main(["form", "review", str(output), "--export", str(tmp_path / "all.xls")]) == 1
    assert "expected a file .csv or .jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda output: (output / RUN_NAME).unlink(), "expected the --output of batch --form"),
        (lambda output: (output / "form.toml").unlink(), "expected form.toml in"),
        (lambda output: (output / "form.toml").write_text(replace(FORM, name="x").to_toml()), "got another"),
        (lambda output: (output / "form.png").unlink(), "got another"),
    ],
)
def test_other_folders_are_refused(spoil: object, message: str, tmp_path: Path) -> None:
    """In one line that says what to do."""
    output = make_run(tmp_path)
    spoil(output)  # type: ignore[operator]
    with pytest.raises(SourceError, match=message):
        FormResult(output)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("parquet", b"PAR1"),
        ("csv", b'source,page\n"'),
        ("csv", b"source,page,code,amount,doubt\nx,1\n"),
        ("csv", b"a\nb\n"),
    ],
)
def test_a_damaged_part_is_one_line(kind: str, content: bytes, tmp_path: Path) -> None:
    """And no traceback."""
    output = make_run(tmp_path, (kind,))
    result = FormResult(output)
    (output / kind / f"part-000000.{kind}").write_bytes(content)
    with pytest.raises(SourceError, match="expected a result that can be read"):
        result.rows(0)
