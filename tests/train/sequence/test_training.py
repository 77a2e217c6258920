"""`python -m train --sequence` end to end on a few hundred drawn numbers."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from convert.report.card import ROOT
from train.cli import main

# Draws in processes of their own and compiles two networks.
pytestmark = pytest.mark.slow

TINY = ["--sequence", "--strips", "320", "--epochs", "1", "--batch-size", "16", "--pens", "none", "--quick"]


def test_a_tiny_training_leaves_what_convert_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two models and their numbers, no backup, and the next command."""
    assert main([*TINY, "--seed", "4", "--output", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "sequence_float.h5", "sequence_qat.h5"]
    metrics = json.loads((tmp_path / "metrics.json").read_text())["train_sequence"]
    assert (metrics["seed"], metrics["recipe"]["strips"], metrics["pens_sha256"]) == (4, 320, "")
    assert set(metrics["validation_exact_percent"]) == {"float", "qat"}
    histories = metrics["histories"]
    assert [len(histories[stage]["loss"]) for stage in ("float", "qat")] == [1, 1]
    assert np.isfinite([history[name] for history in histories.values() for name in ("loss", "val_loss")]).all()
    printed = capsys.readouterr().out
    assert f"next: python -m convert --sequence --int8 --model {tmp_path}" in printed


def test_a_training_goes_on_from_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the shipped network an epoch of little begins where its training ended; metrics.json has its hash."""
    start = ROOT / "models" / "sequence_float.h5"
    assert main([*TINY, "--start", str(start), "--output", str(tmp_path)]) == 0
    metrics = json.loads((tmp_path / "metrics.json").read_text())["train_sequence"]
    assert metrics["start_sha256"] == hashlib.sha256(start.read_bytes()).hexdigest()
    # A new network begins above 20, and reads nothing after so little.
    assert metrics["histories"]["float"]["loss"][0] < 12
    capsys.readouterr()


def test_pens_that_are_not_there_are_one_line_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is drawn."""
    flags = ["--sequence", "--pens", str(tmp_path / "nothing"), "--output", str(tmp_path / "out")]
    assert main(flags) == 1
    error = capsys.readouterr().err
    assert error.startswith("train: error: expected UNIPEN's tree, got")
    assert error.count("\n") == 1
