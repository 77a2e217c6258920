"""The sequence reader's conversion on both runtimes, and its gate; from a network that has learnt nothing."""

import contextlib
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import sequence
from convert.cli import main
from convert.prove.inspection import inspect_model
from convert.prove.runtimes import installed_runtimes
from convert.report.page_networks import sequence_table
from convert.sequence import SequenceArtefact
from edge_app.cli import main as edge_app
from edge_app.errors import ModelError
from edge_app.model.sequence import SHIPPED_NAME, SequenceReader
from edge_app.model.sequence_contract import BLANK, COLUMN_PX, STRIP_PX
from train.sequence.evaluation import SequenceScore

STRIPS = 6
TRAINING = {"train_sequence": {"seed": 7}}

# Two conversions, each run on both runtimes.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A float network and its quantization-aware twin, as a training leaves them."""
    from train.network import save_h5
    from train.qat import quantization_aware
    from train.sequence.network import build_sequence_reader

    folder = tmp_path_factory.mktemp("sequence")
    model = build_sequence_reader()
    inputs = np.random.default_rng(0).uniform(0, 1, (4, STRIP_PX, 64, 1)).astype(np.float32)
    inputs[0, 0, :2, 0] = 0, 1
    save_h5(model, folder / "sequence_float.h5")
    twin = quantization_aware(model, inputs)
    # The input's range is what a step sees.
    twin(inputs, training=True)
    save_h5(twin, folder / "sequence_qat.h5")
    (folder / "metrics.json").write_text(json.dumps(TRAINING))
    return folder


@dataclasses.dataclass
class Converted:
    """What the command wrote and printed, and what the gate checked."""

    folder: Path
    printed: str = ""
    artefacts: list[SequenceArtefact] = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def converted(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """By the command, on few numbers of MNIST's digits and drawn shapes; an untrained network may say anything."""
    result, convert, printed = Converted(tmp_path_factory.mktemp("converted")), sequence.convert_sequence, io.StringIO()

    def keep(*arguments: Any) -> list[SequenceArtefact]:
        result.artefacts = convert(*arguments)
        return result.artefacts

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(sequence, "PROOF_STRIPS", STRIPS)
        patch.setattr(sequence, "MIN_AGREEMENT_PERCENT", 0.0)
        patch.setattr(sequence, "MAX_EXACT_DROP_PP", 100.0)
        patch.setattr(sequence, "convert_sequence", keep)
        flags = ["--sequence", "--int8", "--pens", "none", "--model", str(trained), "--output", str(result.folder)]
        assert main(flags) == 0
    result.printed = printed.getvalue()
    return result


def test_int8_is_proven_and_written(converted: Converted) -> None:
    """Integers only, the pixel unscaled, small, of one width, read by each runtime, and its numbers in metrics.json."""
    content = (converted.folder / SHIPPED_NAME).read_bytes()
    inspection = inspect_model(content)
    assert inspection.float_findings == ()
    assert inspection.takes_pixel_minus_128
    assert len(content) <= sequence.MAX_SIZE_BYTES
    metrics = json.loads((converted.folder / "metrics.json").read_text())
    assert metrics["train_sequence"] == TRAINING["train_sequence"]
    assert metrics["sequence"]["pens_sha256"] == ""
    for precision, model in metrics["sequence"]["models"].items():
        assert (converted.folder / f"sequence_{precision}.tflite").stat().st_size == model["size_bytes"]
        assert set(model["runtimes"]) == set(installed_runtimes())
        for runtime, score in model["runtimes"].items():
            assert score["strips"] == STRIPS
            assert f"{precision} " in converted.printed
            assert runtime in converted.printed
    table = sequence_table(metrics["sequence"]).splitlines()
    assert len(table) == 2 + 2 * len(installed_runtimes())
    assert table[0].startswith("| numbers drawn with MNIST's test digits |")


def test_both_precisions_say_nearly_the_same(converted: Converted) -> None:
    """The int8 columns are the float ones but for rounding, on every runtime."""
    parent, child = converted.artefacts
    for runtime, columns in child.columns.items():
        assert columns.shape == (STRIPS, sequence.PROVEN_WIDTH_PX // COLUMN_PX, BLANK + 1)
        assert np.abs(columns - parent.columns[runtime]).max() < 0.1


def test_the_edge_takes_int8_alone(converted: Converted, capsys: pytest.CaptureFixture[str]) -> None:
    """And `inspect` shows what it is."""
    reader = SequenceReader.load(converted.folder / SHIPPED_NAME)
    assert reader.width_px == sequence.PROVEN_WIDTH_PX
    strip = np.zeros((STRIP_PX, reader.width_px), np.uint8)
    assert reader.columns(strip).sum(axis=1) == pytest.approx(np.ones(reader.width_px // COLUMN_PX))
    with pytest.raises(ModelError, match="full-integer"):
        SequenceReader.load(converted.folder / "sequence_float32.tflite")
    assert edge_app(["inspect", str(converted.folder / SHIPPED_NAME)]) == 0
    assert '"kind": "digit-sequence-1"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "limit", "complaint"),
    [
        ("MAX_SIZE_BYTES", 1000, "size of int8 at most 1000 bytes"),
        ("MAX_EXACT_DROP_PP", -1.0, "drop of exact numbers of int8 on litert at most -1 pp"),
        ("MIN_AGREEMENT_PERCENT", 101.0, "same text of int8 on litert at least 101 %"),
    ],
)
def test_a_failed_gate_writes_nothing(
    trained: Path,
    converted: Converted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    limit: float,
    complaint: str,
) -> None:
    """One line says which number failed, and the exit code is 1."""
    monkeypatch.setattr(sequence, "convert_sequence", lambda *_: converted.artefacts)
    monkeypatch.setattr(sequence, "draw_proof", lambda *_: None)
    monkeypatch.setattr(sequence, name, limit)
    assert main(["--sequence", "--int8", "--pens", "none", "--model", str(trained), "--output", str(tmp_path)]) == 1
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_gate_measures_what_is_lost(converted: Converted) -> None:
    """In percentage points of exact numbers, and in texts that differ: both on each runtime."""
    parent, child = converted.artefacts
    runtimes = list(child.scores)
    blank = np.zeros((2, 3, BLANK + 1), np.float32)
    blank[..., BLANK] = 1
    other = blank.copy()
    other[1, 1, 5] = 2
    before = dataclasses.replace(
        parent, scores=dict.fromkeys(runtimes, SequenceScore(200, 100)), columns=dict.fromkeys(runtimes, blank)
    )
    after = dataclasses.replace(
        child, scores=dict.fromkeys(runtimes, SequenceScore(200, 97)), columns=dict.fromkeys(runtimes, other)
    )
    found = {check.subject: check for check in sequence.check_sequence(before, after)}
    for runtime in runtimes:
        drop, same = (found[f"{what} of int8 on {runtime}"] for what in ("drop of exact numbers", "same text"))
        assert drop.value == pytest.approx(1.5)
        assert same.value == pytest.approx(50)
        assert not drop.holds
        assert not same.holds


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No model to convert, no pens where some are named; before anything is drawn."""
    flags = ["--sequence", "--int8", "--model", str(tmp_path), "--output", str(tmp_path)]
    assert main([*flags, "--pens", str(tmp_path / "nothing")]) == 1
    assert "expected UNIPEN's tree, got" in capsys.readouterr().err
    assert main([*flags, "--pens", "none"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("convert: error: expected a Keras model at")
    assert error.count("\n") == 1


def test_an_unmeasured_reader_says_how_to_measure_it() -> None:
    """The card has a line in the table's place."""
    assert "python -m convert --sequence --int8 --publish" in sequence_table(None)
