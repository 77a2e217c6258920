"""`collect` on the command line."""

from pathlib import Path

import pytest
from PIL import Image

from edge_app.cli import main
from edge_app.collect.folder import read_crops
from edge_app.files import heif
from edge_app.page.drawing import save_image

from .sheets import filled, photographed


def test_a_photo_becomes_a_folder_of_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad photo among them is one line and exit code 1, the good one is cut all the same."""
    save_image(photographed(filled(frozenset({(2, 2)}))), tmp_path / "good.png")
    save_image(photographed(filled())[:500], tmp_path / "half.png")
    photos = [str(tmp_path / name) for name in ("half.png", "good.png")]
    assert main(["collect", "--sheet", *photos, "--to", str(tmp_path / "own"), "--writer", "anna", "--raw"]) == 1
    printed = capsys.readouterr()
    new = len(list(tmp_path.glob("own/anna/*/*.png")))
    assert printed.out == (
        f"{tmp_path / 'good.png'}: 99 digits of anna, {new} new, 1 empty boxes\n"
        f"{new} labelled digits of anna in all; next: python -m train --from models/ --add {tmp_path / 'own'}\n"
    )
    assert printed.err.startswith(
        f"edge_app: error: {tmp_path / 'half.png'}: expected 4 or more of the sheet's six marks"
    )
    assert printed.err.count("\n") == 1
    crops = read_crops(tmp_path / "own")
    assert 90 <= len(crops) <= 99
    assert {crop.label for crop in crops} == set(range(10))
    assert len(list(tmp_path.glob("own/anna/*/raw/*.png"))) == len(crops)


def test_the_same_photo_again_brings_nothing_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said; and where a writer has as much as is kept, that is an error, before anything is written."""
    save_image(photographed(filled(frozenset({(2, 2)}))), tmp_path / "sheet.png")
    command = ["collect", "--sheet", str(tmp_path / "sheet.png"), "--to", str(tmp_path / "own"), "--writer"]
    assert main([*command, "anna"]) == 0
    there = len(read_crops(tmp_path / "own"))
    assert f"99 digits of anna, {there} new, 1 empty" in capsys.readouterr().out
    monkeypatch.setattr("edge_app.collect.folder.MAX_OF_WRITER", there)
    assert main([*command, "anna"]) == 0
    assert "99 digits of anna, 0 new, 1 empty boxes" in capsys.readouterr().out
    monkeypatch.setattr("edge_app.collect.folder.MAX_OF_WRITER", there - 1)
    assert main([*command, "bo"]) == 1
    assert f"expected at most {there - 1} labelled crops of bo, got 0 and {there} new ones; fine-tune with" in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "own" / "bo").exists()


def test_an_iphone_s_photo_of_a_sheet_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it lies on the phone."""
    heif.load_plugin()
    Image.fromarray(photographed(filled())).save(
        tmp_path / "sheet.heic", quality=60, enc_params={"preset": "ultrafast"}
    )
    assert (
        main(["collect", "--sheet", str(tmp_path / "sheet.heic"), "--to", str(tmp_path / "own"), "--writer", "a"]) == 0
    )
    assert "sheet.heic: 100 digits of a, " in capsys.readouterr().out


def test_the_template_is_written(tmp_path: Path) -> None:
    """As PDF or PNG."""
    assert main(["collect", "--template", str(tmp_path / "sheet.pdf")]) == 0
    assert (tmp_path / "sheet.pdf").stat().st_size > 10_000


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--sheet", "a.jpg"],
        ["--template", "a.pdf", "--sheet", "a.jpg"],
        ["--sheet", "a.jpg", "--to", "own", "--writer", "a/b"],
    ],
)
def test_flags_that_make_no_sense_are_usage(flags: list[str]) -> None:
    """Exit 2."""
    with pytest.raises(SystemExit, match="2"):
        main(["collect", *flags])


@pytest.mark.parametrize("more", [["--sheet", "a.jpg"], ["--camera", "a.jpg"]])
def test_a_place_that_cannot_be_written_is_named_by_its_flag(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    """By the one that was given, and before any work."""
    (tmp_path / "file").touch()
    assert main(["collect", "--to", str(tmp_path / "file"), *more]) == 1
    assert capsys.readouterr().err.endswith("(Not a directory); choose another --to\n")
