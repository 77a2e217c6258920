"""The detector's chain: a tiny training, its conversion on both runtimes, and the gate."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from convert import detector
from convert.card import ROOT
from convert.cli import main
from convert.inspection import inspect_model
from edge_app.detector import SHIPPED_NAME, DigitDetector
from edge_app.errors import ModelError

TINY = ["--detector", "--quick", "--pages", "24", "--epochs", "1", "--batch-size", "16"]


def train(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs `python -m train` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "train", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped float detector, trained on for a few steps, and its quantization-aware twin."""
    folder = tmp_path_factory.mktemp("detector")
    start = str(ROOT / "models" / "detector_float.h5")
    done = train(*TINY, "--start", start, "--output", str(folder))
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["detector_float.h5", "detector_qat.h5", "metrics.json"]
    metrics = json.loads((folder / "metrics.json").read_text())["train_detector"]
    assert metrics["recipe"]["pages"] == 24
    assert metrics["validation_percent"]["qat"]["f1"] > 60
    return folder


def test_int8_is_proven_and_written(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Integers only, the pixel as it is, read by both runtimes, and its numbers in metrics.json."""
    monkeypatch.setattr(detector, "PROOF_PAGES", 3)
    monkeypatch.setattr(detector, "MAX_F1_DROP_PP", 20.0)
    assert main(["--detector", "--int8", "--model", str(trained), "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "litert" in printed
    assert "tflite-runtime" in printed
    content = (tmp_path / SHIPPED_NAME).read_bytes()
    inspection = inspect_model(content)
    assert inspection.float_findings == ()
    assert inspection.takes_pixel_minus_128
    assert len(content) <= detector.MAX_SIZE_BYTES
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert set(metrics["detector"]["models"]) == {"float32", "int8"}
    assert metrics["train_detector"] == json.loads((trained / "metrics.json").read_text())["train_detector"]
    assert DigitDetector.load(tmp_path / SHIPPED_NAME).tile_px == detector.TILE_PX
    with pytest.raises(ModelError, match="full-integer"):
        DigitDetector.load(tmp_path / "detector_float32.tflite")


def test_a_failed_gate_writes_nothing(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says which number failed, and the exit code is 1."""
    monkeypatch.setattr(detector, "PROOF_PAGES", 1)
    monkeypatch.setattr(detector, "MAX_SIZE_BYTES", 1000)
    assert main(["--detector", "--int8", "--model", str(trained), "--output", str(tmp_path)]) == 1
    assert "size of int8 at most 1000 bytes" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    """No models to convert, no integers asked for, no network to start from."""
    assert main(["--detector", "--int8", "--model", str(tmp_path), "--output", str(tmp_path)]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["--detector", "--float32"])
    (tmp_path / "start.h5").write_bytes(b"nothing")
    done = train(*TINY, "--start", str(tmp_path / "start.h5"), "--output", str(tmp_path))
    assert done.returncode == 1
    assert "train: error: expected a Keras model in" in done.stderr.splitlines()[-1]
