"""Training and converting change no file of the checkout but in runs/, unless asked to."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convert.card import ROOT
from edge_app.collect.folder import LabelledCrop, write_crop
from train.data import load_mnist

TINY = ["--epochs", "1", "--batch-size", "32", "--train-limit", "320"]
OPEN_GATE = ["--max-accuracy-drop", "100", "--min-agreement", "0"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts that are run; `python -m` finds them first where it is started."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("train", "convert", "edge_app", "models"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def run(checkout: Path, *arguments: str) -> str:
    """Runs `python -m …` in the checkout; gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", *arguments], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hashes(checkout: Path) -> dict[str, str]:
    """Of each file outside runs/, by its path."""
    return {
        str(path.relative_to(checkout)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in checkout.rglob("*")
        if path.is_file() and path.relative_to(checkout).parts[0] != "runs"
    }


def test_train_and_convert_write_to_runs_and_publish_to_models(checkout: Path) -> None:
    """The README's two commands, then the same with the explicit word, which takes the training's files along."""
    before = hashes(checkout)
    assert "train: writes to runs/digits-quick-seed0\n" in run(checkout, "train", "--quick", *TINY)
    converted = run(checkout, "convert", "--int8", *OPEN_GATE)
    run_folder = checkout / "runs" / "digits-quick-seed0"
    assert converted.startswith(
        "convert: takes runs/digits-quick-seed0 (the last run), writes to runs/digits-quick-seed0\n"
    )
    assert converted.endswith("next: python -m edge_app model install runs/digits-quick-seed0/digits_int8.tflite\n")
    assert (run_folder / "digits_int8.tflite").is_file()
    assert hashes(checkout) == before

    published = run(checkout, "convert", "--int8", "--publish", *OPEN_GATE)
    assert f"writes to {checkout / 'models'}\n" in published
    for name in ("digits_float.h5", "digits_qat.h5", "digits_int8.tflite", "training_curves.png", "metrics.json"):
        assert (checkout / "models" / name).read_bytes() == (run_folder / name).read_bytes() or name == "metrics.json"
    changed = {name for name, value in hashes(checkout).items() if before[name] != value}
    assert "models/metrics.json" in changed
    assert {Path(name).parent for name in changed} == {Path("models")}


def test_teaching_writes_to_runs(checkout: Path) -> None:
    """The shipped model is its parent and stays as it is."""
    digits = load_mnist().validation
    for image, label in zip(digits.images[:30], digits.labels[:30], strict=True):
        write_crop(checkout / "runs" / "own", LabelledCrop("anna", int(label), image))
    before = hashes(checkout)
    assert "train: writes to runs/taught\n" in run(checkout, "train", "--add", "runs/own", *TINY)
    assert (checkout / "runs" / "taught" / "digits_qat.h5").is_file()
    assert hashes(checkout) == before
