"""Where a training goes, and which was the last."""

import os
from pathlib import Path

import pytest

from train.flags import parse
from train.runs import SHIPPED, last_run, model_flag


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("", "digits-seed0"),
        ("--quick", "digits-quick-seed0"),
        ("--quick --seed 7 --epochs 3", "digits-quick-seed7"),
        ("--seeds 3 --seed 2", "digits-seeds2to4"),
        ("--detector", "detector-seed0"),
        ("--detector --quick --seed 1", "detector-quick-seed1"),
        ("--detector --start models/detector_float.h5", "detector-start-seed0"),
        ("--sequence --seed 4", "sequence-seed4"),
        ("--sequence --quick --strips 900", "sequence-quick-seed0"),
        ("--add own --from models", "fine-tuned"),
    ],
)
def test_every_kind_of_training_has_its_folder_in_runs(line: str, name: str) -> None:
    """The same flags, the same folder: a killed training finds its backup."""
    assert parse(line.split()).output == parse(line.split()).output == Path("runs", name)


def ended(folder: Path, network: str, seconds: float) -> None:
    """Leaves what a training leaves, at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("float", "qat"):
        path = folder / f"{network}_{name}.h5"
        path.touch()
        os.utime(path, (seconds, seconds))


def test_the_last_run_is_the_one_that_ended_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of that network, with both models; conversions, killed trainings and seeds of a run do not count."""
    monkeypatch.chdir(tmp_path)
    assert last_run("digits") is None
    ended(Path("runs", "old"), "digits", 1000)
    ended(Path("runs", "new"), "digits", 2000)
    ended(Path("runs", "found"), "detector", 3000)
    ended(Path("runs", "new", "seeds", "seed_3"), "digits", 4000)
    Path("runs", "old", "digits_int8.tflite").touch()
    Path("runs", "killed", ".backup").mkdir(parents=True)
    Path("runs", "cut").mkdir()
    Path("runs", "cut", "digits_qat.h5").touch()
    assert last_run("digits") == Path("runs", "new")
    assert last_run("detector") == Path("runs", "found")
    ended(Path("runs", "old"), "digits", 5000)
    assert last_run("digits") == Path("runs", "old")


def test_the_flag_that_convert_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training elsewhere is named; one in runs/ is found, however it is spelt."""
    monkeypatch.chdir(tmp_path)
    assert model_flag(Path("runs", "x")) == model_flag(tmp_path / "runs" / "x") == ""
    assert model_flag(Path("elsewhere")) == " --model elsewhere"
    assert model_flag(Path("my runs", "$(id)")) == " --model 'my runs/$(id)'"
    assert model_flag(SHIPPED) == f" --model {SHIPPED}"
