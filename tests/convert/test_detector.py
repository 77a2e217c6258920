"""The detector's chain: a tiny training, its conversion on both runtimes, and the gate."""

import contextlib
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import pytest

from convert import detector
from convert.cli import main
from convert.detector import DetectorArtefact
from convert.prove.inspection import inspect_model
from convert.report.card import ROOT
from edge_app.errors import ModelError
from edge_app.model.detector import SHIPPED_NAME, DigitDetector
from train.cli import main as train

# A training and a conversion of its own.
pytestmark = pytest.mark.slow
TINY = ["--detector", "--quick", "--pages", "24", "--epochs", "1", "--batch-size", "16"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped float detector, trained on for a few steps, and its quantization-aware twin."""
    folder = tmp_path_factory.mktemp("detector")
    start = str(ROOT / "models" / "detector_float.h5")
    assert train([*TINY, "--start", start, "--output", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["detector_float.h5", "detector_qat.h5", "metrics.json"]
    metrics = json.loads((folder / "metrics.json").read_text())["train_detector"]
    assert metrics["recipe"]["pages"] == 24
    assert metrics["validation_percent"]["qat"]["f1"] > 60
    return folder


@dataclasses.dataclass
class Converted:
    """What the command wrote and printed, and what the gate checked."""

    folder: Path
    printed: str = ""
    artefacts: list[DetectorArtefact] = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def converted(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """By the command."""
    result, convert, printed = Converted(tmp_path_factory.mktemp("converted")), detector.convert_detector, io.StringIO()

    def keep(*arguments: Any) -> list[DetectorArtefact]:
        result.artefacts = convert(*arguments)
        return result.artefacts

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(detector, "PROOF_PAGES", 3)
        patch.setattr(detector, "MAX_F1_DROP_PP", 20.0)
        patch.setattr(detector, "convert_detector", keep)
        assert main(["--detector", "--int8", "--model", str(trained), "--output", str(result.folder)]) == 0
    result.printed = printed.getvalue()
    return result


def test_int8_is_proven_and_written(trained: Path, converted: Converted) -> None:
    """Integers only, the pixel unscaled, read by both runtimes, and its numbers in metrics.json."""
    assert "litert" in converted.printed
    assert "tflite-runtime" in converted.printed
    content = (converted.folder / SHIPPED_NAME).read_bytes()
    inspection = inspect_model(content)
    assert inspection.float_findings == ()
    assert inspection.takes_pixel_minus_128
    assert len(content) <= detector.MAX_SIZE_BYTES
    metrics = json.loads((converted.folder / "metrics.json").read_text())
    assert set(metrics["detector"]["models"]) == {"float32", "int8"}
    assert metrics["train_detector"] == json.loads((trained / "metrics.json").read_text())["train_detector"]
    assert DigitDetector.load(converted.folder / SHIPPED_NAME).tile_px == detector.TILE_PX
    with pytest.raises(ModelError, match="full-integer"):
        DigitDetector.load(converted.folder / "detector_float32.tflite")


def test_a_failed_gate_writes_nothing(
    trained: Path,
    converted: Converted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says which number failed, and the exit code is 1."""
    monkeypatch.setattr(detector, "convert_detector", lambda *_: converted.artefacts)
    monkeypatch.setattr(detector, "MAX_SIZE_BYTES", 1000)
    assert main(["--detector", "--int8", "--model", str(trained), "--output", str(tmp_path)]) == 1
    assert "size of int8 at most 1000 bytes" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No models to convert, no integers asked for, no network to start from."""
    assert main(["--detector", "--int8", "--model", str(tmp_path), "--output", str(tmp_path)]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["--detector", "--float32"])
    (tmp_path / "start.h5").write_bytes(b"nothing")
    assert train([*TINY, "--start", str(tmp_path / "start.h5"), "--output", str(tmp_path)]) == 1
    assert "train: error: expected a Keras model in" in capsys.readouterr().err.splitlines()[-1]
