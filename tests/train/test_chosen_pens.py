"""The pens of a training: named, found or none; what of them goes into metrics.json, recipe and backup."""

import hashlib
from pathlib import Path

import pytest

from tests.train.data.test_unipen import TREE, write_folder, write_tar, write_zip
from train.chosen_pens import ChosenPens, choose_pens
from train.cli import main
from train.data import unipen_found
from train.flags import parse
from train.recipe import PEN_SHARE, Recipe
from train.seeds import Job
from train.settings import NO_PENS, DetectorTraining, DigitsTraining, SeedsTraining


@pytest.fixture
def _no_unipen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNIPEN", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(unipen_found, "RECORD_URL", "http://127.0.0.1:9/record")


def test_an_archive_is_named_with_its_hash(tmp_path: Path) -> None:
    """With DOI, licence and author; a folder has no hash."""
    archive = write_zip(tmp_path / "a", TREE)
    chosen = choose_pens(archive)
    assert chosen.metrics() == {
        "name": "pens.zip",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "doi": "10.5281/zenodo.1195803",
        "licence": "CC BY 4.0",
        "author": "International Unipen Foundation 1999",
    }
    folder = choose_pens(write_folder(tmp_path / "folder", TREE))
    assert folder.metrics() == {**chosen.metrics(), "name": "folder", "sha256": None}  # type: ignore[dict-item]
    assert len({chosen.identity, folder.identity, ChosenPens().identity}) == 3


def test_with_pens_the_recipe_has_their_shares_and_without_it_is_as_it_was(tmp_path: Path) -> None:
    """What is not there leaves neither shares nor a trace in the backup's name."""
    archive = write_tar(tmp_path / "a", TREE)
    assert choose_pens(archive).recipe(Recipe()).pen_share == PEN_SHARE
    none = choose_pens(NO_PENS)
    assert none.recipe(Recipe()) == Recipe()
    assert Recipe().pen_share == Recipe().pen_letter_share == 0
    assert (none.identity, none.metrics(), none.flags) == ("", None, ("--pens", "none"))
    assert [len(pool.digits) for pool in none.pools()] == [0, 0]


@pytest.mark.usefixtures("_no_unipen")
def test_absent_pens_are_one_line_and_training_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing and what it costs."""
    assert choose_pens(None) == ChosenPens()
    line = capsys.readouterr().out
    assert line.startswith("train: no UNIPEN pens (")
    assert line.count("\n") == 1


def test_pens_that_are_not_there_end_the_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, one line, for digits, seeds and detector."""
    for mode in ([], ["--seeds", "2"], ["--detector"]):
        assert main([*mode, "--quick", "--pens", str(tmp_path / "gone"), "--output", str(tmp_path / "out")]) == 1
        error = capsys.readouterr().err
        assert error.startswith("train: error: expected UNIPEN's tree, got ")
        assert error.count("\n") == 1


def test_the_flag_names_a_path_or_none() -> None:
    """A quick training takes only what is named."""
    for mode, kind in (([], DigitsTraining), (["--seeds", "2"], SeedsTraining), (["--detector"], DetectorTraining)):
        for flags, pens in ((["--pens", "a.zip"], Path("a.zip")), (["--pens", "none"], NO_PENS), ([], None)):
            settings = parse([*mode, *flags])
            assert isinstance(settings, kind)
            assert settings.pens == pens
        quick = parse([*mode, "--quick"])
        assert isinstance(quick, kind)
        assert quick.pens == NO_PENS


def test_every_seed_takes_the_pens_that_were_found(tmp_path: Path) -> None:
    """By their whole path, in place of what the user wrote."""
    archive = write_zip(tmp_path / "a", TREE)
    settings = parse(["--seeds", "2", "--epochs", "3", "--pens", "pens.zip"])
    assert isinstance(settings, SeedsTraining)
    assert settings.flags == ("--seeds", "2", "--epochs", "3", "--pens", "pens.zip")[2:4]
    job = Job(0, tmp_path, (*settings.flags, *choose_pens(archive).flags), None, {}, "")
    assert job.train_command[3:7] == ["--epochs", "3", "--pens", str(archive)]
