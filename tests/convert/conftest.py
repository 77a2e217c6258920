"""A small trained model, made once by the real command."""

import subprocess
import sys
from pathlib import Path

import pytest

from convert.card import ROOT


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `python -m train` writes, from 2,000 images and two epochs."""
    folder = tmp_path_factory.mktemp("trained")
    arguments = ["--quick", "--epochs", "2", "--batch-size", "32", "--train-limit", "2000", "--output", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "train", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder
