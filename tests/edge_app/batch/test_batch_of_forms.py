"""`batch --form`: an archive of one form."""

import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest

from edge_app.cli import main
from edge_app.forms.ready_made import ready_made
from edge_app.page.drawing import save_image

from ..forms.filled import filled, photographed
from ..pages import blank

MADE = ready_made("cheque")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The form, two photos of it, and one of something else."""
    folder = tmp_path_factory.mktemp("archive")
    assert main(["form", "draw", "cheque", str(folder)]) == 0
    for name, amount in (("a", "12750"), ("b", "20437")):
        page = filled(MADE, {"date": "24072026", "amount": amount}, {"date": 8})
        save_image(photographed(page, (1400, 800)), folder / "photos" / f"{name}.png")
    save_image(blank(), folder / "photos" / "c.png")
    return folder


def test_a_row_a_page_and_an_error_for_what_is_no_form(
    folder: Path, tmp_path: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same form goes on where it was; another one is another run."""
    output = tmp_path / "out"
    command = ["batch", str(folder / "photos"), "--output", str(output), "--form", str(folder / "cheque.toml")]
    command += ["--scheduler", scheduler]
    with_picture = [*command, "--form-picture", str(folder / "cheque.png")]
    assert main(with_picture) == 1
    assert "3 pages, 2 forms, 1 unreadable pages" in capsys.readouterr().out
    rows = pyarrow.parquet.read_table(output / "parquet").to_pylist()
    assert [(row["date"], row["amount"], row["account"], row["doubt"]) for row in rows] == [
        ("24072026", Decimal("127.50"), "", []),
        ("24072026", Decimal("204.37"), "", []),
    ]
    (line,) = (output / "errors" / "part-000000.jsonl").read_text().splitlines()
    assert json.loads(line)["reason"].startswith("expected the form cheque, got")
    assert main(with_picture) == 1
    assert main(command) == 1
    assert "form_sha256" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--format", "csv"], "csv takes a form"),
        (["--form", "FORM", "--region", "1,2,40,40"], "expected --form without --region"),
        (["--form-picture", "x.png"], "expected --form with --form-picture"),
    ],
)
def test_flags_that_do_not_go_together(
    flags: list[str], message: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, before anything is read or made."""
    flags = [str(folder / "cheque.toml") if flag == "FORM" else flag for flag in flags]
    assert main(["batch", str(folder / "photos"), "--output", str(tmp_path / "out"), *flags]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
