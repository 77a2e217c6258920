"""`form new`, `form check`, `form draw` and `read --form`."""

import csv
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from edge_app.cli import main
from edge_app.commands.form_edit import EditSettings, edit_form
from edge_app.forms.ready_made import ready_made
from edge_app.page.drawing import save_image
from edge_app.store.choice import ModelChoice

from ..forms.filled import filled, photographed
from ..pages import blank

MADE = ready_made("cheque")
PAGE = filled(MADE, {"date": "24072026", "amount": "12750"}, {"date": 8})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn form, and photos."""
    folder = tmp_path_factory.mktemp("forms")
    assert main(["form", "draw", "cheque", str(folder)]) == 0
    save_image(photographed(PAGE, (1400, 800)), folder / "photo.png")
    save_image(PAGE, folder / "scan.png")
    save_image(blank(), folder / "other.png")
    return folder


def flags(folder: Path) -> list[str]:
    """Read that form, by its picture."""
    return ["read", "--form", str(folder / "cheque.toml"), "--form-picture", str(folder / "cheque.png")]


def test_new_writes_what_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing over what is there."""
    path = tmp_path / "form.toml"
    assert main(["form", "new", "stock-count", str(path)]) == 0
    assert main(["form", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "stock count: 26 fields" in out
    assert "ean 1: 8 characters, fits [0-9]{8}, check digit ean" in out
    before = path.read_bytes()
    assert main(["form", "new", "cheque", str(path)]) == 1
    assert "expected a new file" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_check_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line."""
    path = tmp_path / "form.toml"
    path.write_text('[form]\nname = "x"\n[[field]]\nname = "a/b"\nbox = [0.0, 0.0, 1.0, 1.0]\n')
    assert main(["form", "check", str(path)]) == 1
    err = capsys.readouterr().err
    assert "MQTT topic" in err
    assert err.count("\n") == 1


def test_draw_overwrites_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody changed stays."""
    assert main(["form", "draw", "cheque", str(folder)]) == 1
    assert "expected a folder without that form" in capsys.readouterr().err


def test_a_photo_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a field, and nothing else."""
    assert main([*flags(folder), str(folder / "photo.png")]) == 0
    assert capsys.readouterr().out == "date: 24072026\namount: 127.50 EUR\naccount:\n"


def test_another_page_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are read; the table has a row for each, and the object says so."""
    table = folder / "sub" / "table.csv"
    sources = [str(folder / "other.png"), str(folder / "photo.png"), str(folder / "missing.png")]
    assert main([*flags(folder), "--json", "--csv", str(table), *sources[:2]]) == 1
    found, read = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [found["found"], read["found"]] == [False, True]
    assert list(read) == ["source", "width", "height", "form", "found", "fields", "latency_ms"]
    with table.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["source", "page", "date", "amount", "account", "doubt"]
    assert rows[1][2:] == ["", "", "", "date not found; amount not found; account not found"]
    assert rows[2][2:] == ["24072026", "12750", "", ""]
    assert main([*flags(folder), sources[0]]) == 1
    assert "expected the form cheque on" in capsys.readouterr().err


def test_a_scan_needs_no_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its boxes are parts of the image; two images have their names before them. A field may be marked as doubtful."""
    scan = str(folder / "scan.png")
    assert main(["read", "--form", str(folder / "cheque.toml"), scan, scan]) == 0
    assert capsys.readouterr().out.replace(" ?", "") == f"{scan}:\ndate: 24072026\namount: 127.50 EUR\naccount:\n" * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--csv", "x.csv"], "expected --form with --csv, got none"),
        (["--form-picture", "x.png"], "expected --form with --form-picture, got none"),
        (["--form", "x.toml", "--annotate", "d"], "expected --form without --annotate"),
        (["--form", "x.toml", "--region", "1,2,40,40"], "expected --form without --region"),
        (["--form", "x.toml", "--rotate", "90"], "expected --form without --rotate"),
        (["--form", "no-such.toml"], "expected a form's file, got no-such.toml"),
    ],
)
def test_flags_that_do_not_go_together(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, before anything is read."""
    assert main(["read", *arguments, str(folder / "photo.png")]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert (captured.err.count("\n"), captured.out) == (1, "")


def test_a_table_that_cannot_be_written_is_refused_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before minutes of reading."""
    assert main([*flags(folder), "--csv", str(folder / "photo.png" / "t.csv"), str(folder / "photo.png")]) == 1
    captured = capsys.readouterr()
    assert "--csv" in captured.err
    assert captured.out == ""


def test_edit_serves_the_page_until_it_is_ended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On loopback, with the form that is there and a photo of it; a token for whoever comes from elsewhere."""
    heard: list[Any] = []

    def wait() -> None:
        said = capsys.readouterr().err
        address = said.split(" at ")[1].split(";")[0]
        heard.append(address)
        if "token" not in address:
            with urllib.request.urlopen(f"{address}api/form", timeout=60) as answer:
                heard.append(json.load(answer))
        raise KeyboardInterrupt

    choice, path = ModelChoice(), folder / "cheque.toml"
    assert edit_form(EditSettings(path, folder / "photo.png", "127.0.0.1", 0, None, choice), wait) == 0
    address, record = heard
    assert address.startswith("http://127.0.0.1:")
    assert record["photo"]["found"]
    assert [field["name"] for field in record["form"]["fields"]] == ["date", "amount", "account"]
    assert edit_form(EditSettings(folder, None, "0.0.0.0", 0, None, choice), wait) == 0
    assert "/?token=" in heard[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photo.png"], "expected a folder or a file *.toml"),
        (["cheque.toml", "--photo", "no-such.png"], "no-such.png"),
        (["cheque.toml", "--token-file", "no-such"], "expected a file with a token"),
    ],
)
def test_what_cannot_be_edited_is_said(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before anything is served."""
    assert main(["form", "edit", str(folder / arguments[0]), *arguments[1:]]) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
