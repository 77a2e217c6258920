"""Training and converting change no file of the checkout but in runs/, unless asked to."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convert.report.card import ROOT

# Both commands in full, in processes of their own; in this one, tests/train and tests/convert run them on less.
pytestmark = pytest.mark.slow

TINY = ["--epochs", "1", "--batch-size", "32", "--train-limit", "320"]
OPEN_GATE = ["--max-accuracy-drop", "100", "--min-agreement", "0"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the parts that are run; `python -m` finds them first where it is started."""
    for name in ("train", "convert", "edge_app", "models"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(checkout: Path, *arguments: str) -> str:
    """Runs `python -m …` in the checkout; gives what it printed."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hashes(checkout: Path) -> dict[str, str]:
    """Of each file outside runs/ that git would see, by its path."""
    return {
        str(path.relative_to(checkout)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in checkout.rglob("*")
        if path.is_file() and path.relative_to(checkout).parts[0] != "runs" and path.parent.name != "__pycache__"
    }


def test_train_and_convert_write_to_runs(checkout: Path) -> None:
    """README's two commands: the training's folder is found again, and nothing beside it is touched."""
    before = hashes(checkout)
    assert "train: writes to runs/digits-quick-seed0\n" in run(checkout, "train", "--quick", *TINY)
    converted = run(checkout, "convert", "--int8", *OPEN_GATE)
    folder = "runs/digits-quick-seed0"
    assert converted.startswith(f"convert: takes {folder} (the last run), writes to {folder}\n")
    assert converted.endswith(f"next: python -m edge_app model install {folder}/digits_int8.tflite\n")
    assert (checkout / folder / "digits_int8.tflite").is_file()
    assert hashes(checkout) == before
