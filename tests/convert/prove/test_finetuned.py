"""What a fine-tuned model must show: each number can fail alone, and the files of the proof are checked."""

import dataclasses
import functools
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from convert.cli import main
from convert.errors import SourceError
from convert.prove.finetuned import (
    FineTuningProof,
    HeldOut,
    check_fine_tuning,
    fine_tuning_paragraph,
    load_held_out,
    prove_fine_tuning,
)
from convert.prove.gate import FineTuningLimits
from convert.prove.runtimes import installed_runtimes
from convert.report.plots import fine_tuning_png
from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract, shipped_model_path
from train.data.mnist import load_mnist
from train.finetune.held_out import HELD_OUT_NAME, PARENT_NAME, proof_sha256
from train.metrics_file import fine_tuning_metrics

LABELS = np.arange(1000) % 10
HELD_LABELS = np.arange(20) % 10
CONTRACT = ModelContract(temperature=1.0, refuse_below=0.5)
HELD_OUT = HeldOut(b"", CONTRACT, np.zeros((20, 28, 28), np.uint8), HELD_LABELS, ("anna",) * 20, {"anna": {"3": 80}})


def logits(labels: NDArray[np.int64], wrong: int = 0) -> NDArray[np.float32]:
    """Sure readings, the first `wrong` of them of the next digit."""
    read = labels.copy()
    read[:wrong] = (read[:wrong] + 1) % 10
    return np.asarray(np.eye(11, dtype=np.float32)[read] * 12, np.float32)


def outputs(test: int = 0, passed: int = 0, held_out: int = 0) -> dict[str, NDArray[np.float32]]:
    """Of a model with these counts of errors: misread digits, and non-digits, of 1,000, that pass as digits."""
    non_digits = np.where(np.arange(1000) < passed, 0, 10)
    return {
        "test": logits(LABELS, test),
        "non_digits": np.asarray(np.eye(11, dtype=np.float32)[non_digits] * 12, np.float32),
        "held_out": logits(HELD_LABELS, held_out),
    }


def proven(before: dict[str, int], after: dict[str, int]) -> FineTuningProof:
    """A model fine-tuned from another."""
    return prove_fine_tuning(HELD_OUT, outputs(**before), outputs(**after), LABELS, CONTRACT)


def failures(fine_tuning: FineTuningProof, **limits: float) -> list[str]:
    """What the gate says of it."""
    checks = check_fine_tuning(fine_tuning, "litert", FineTuningLimits(**limits))
    assert len(checks) == 4
    return [str(check) for check in checks if not check.holds]


def test_a_model_that_learnt_and_forgot_nothing_passes() -> None:
    """Six of twenty fixed: p = 2 / 2^6."""
    fine_tuning = proven({"held_out": 6}, {})
    assert failures(fine_tuning) == []
    assert (fine_tuning.errors_before, fine_tuning.errors_after, fine_tuning.only_after_right) == (6, 0, 6)
    assert fine_tuning.improvement_p == pytest.approx(2 / 64)
    assert fine_tuning.digits_before[:7] == (1, 2, 3, 4, 5, 6, 6)
    paragraph = fine_tuning_paragraph({"litert": fine_tuning}, HELD_OUT)
    assert "Fine-tuned on 80 crops of anna. Of 20 held-out digits 6 were read wrongly before and 0 are now" in paragraph
    assert "\n" not in paragraph


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            {"held_out": 5},
            {},
            "expected McNemar's p of 20 held-out digits (15 right before, 20 after) on litert at most 0.05, got 0.0625",
        ),
        ({}, {"held_out": 9}, "at most 0.05, got 1 "),
        ({}, {}, "at most 0.05, got 1 "),
        ({"held_out": 9}, {"test": 1}, "MNIST accuracy by fine-tuning on litert at most 0.05 pp, got 0.1 pp"),
        (
            {"held_out": 9},
            {"passed": 11},
            "non-digits passed by fine-tuning on litert at most 1 pp, got 1.1 pp",
        ),
    ],
)
def test_each_number_fails_alone(before: dict[str, int], after: dict[str, int], message: str) -> None:
    """Too few fixed, worse, nothing to fix, MNIST forgotten, more non-digits passed."""
    found = [failure for failure in failures(proven(before, after)) if "calibration" not in failure]
    assert len(found) == 1
    assert message in found[0]


def test_worse_calibration_fails() -> None:
    """A rise beyond the limit, alone."""
    fine_tuning = dataclasses.replace(proven({"held_out": 9}, {}), calibration_rise=0.0011)
    (failure,) = failures(fine_tuning)
    assert "rise of the calibration error by fine-tuning on litert at most 0.001, got 0.0011" in failure


def test_the_asked_proof_can_be_waived() -> None:
    """With a limit of 1 a model that is no better passes."""
    assert failures(proven({}, {}), max_improvement_p=1.0) == []


def test_the_picture_shows_what_changed() -> None:
    """Another reading is another picture, and one without errors is drawn too."""
    fine_tuning = dataclasses.asdict(proven({"held_out": 6}, {"held_out": 1}))
    first = fine_tuning_png(HELD_OUT.images, HELD_LABELS, fine_tuning)
    assert Image.open(io.BytesIO(first)).size[0] > 1000
    assert first != fine_tuning_png(
        HELD_OUT.images, HELD_LABELS, dataclasses.asdict(proven({"held_out": 7}, {"held_out": 1}))
    )
    assert fine_tuning_png(HELD_OUT.images, HELD_LABELS, dataclasses.asdict(proven({}, {})))


def with_proof(metrics: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Training's metrics, with the hash of the files that are there."""
    files = (folder / PARENT_NAME).read_bytes(), (folder / HELD_OUT_NAME).read_bytes()
    return {"fine_tuning": {**metrics["fine_tuning"], "proof_sha256": proof_sha256(*files)}}


def test_files_of_the_proof_are_checked(tmp_path: Path) -> None:
    """None is asked for of a model that was not fine-tuned; missing, damaged and empty ones are named."""
    assert load_held_out(tmp_path, {}) is None
    (tmp_path / "held_out.npz").touch()
    assert load_held_out(tmp_path, {"seed": 1}) is None
    with pytest.raises(SourceError, match=r"expected metrics\.json of training beside held_out\.npz"):
        load_held_out(tmp_path, {})
    (tmp_path / "held_out.npz").unlink()
    metrics: dict[str, Any] = {"fine_tuning": {"training": {"anna": {"3": 80}}}}
    with pytest.raises(SourceError, match=r"expected parent_int8\.tflite and held_out\.npz of a fine-tuned model"):
        load_held_out(tmp_path, metrics)
    shutil.copy(shipped_model_path(), tmp_path / "parent_int8.tflite")
    (tmp_path / "held_out.npz").write_bytes(b"PK damaged")
    with pytest.raises(SourceError, match=r"fine-tune again with python -m train --add DIR"):
        load_held_out(tmp_path, with_proof(metrics, tmp_path))
    np.savez(tmp_path / "held_out.npz", images=np.zeros((0, 28, 28), np.uint8), labels=[], writers=[])
    with pytest.raises(SourceError, match="got held-out images"):
        load_held_out(tmp_path, with_proof(metrics, tmp_path))


def test_held_out_digits_of_another_fine_tuning_are_refused(tmp_path: Path) -> None:
    """As they lie there where fine-tuning was ended before it wrote its model: the one there may have learnt them."""
    shutil.copy(shipped_model_path(), tmp_path / "parent_int8.tflite")
    images = np.zeros((2, 28, 28), np.uint8)
    np.savez(tmp_path / "held_out.npz", images=images, labels=[3, 4], writers=["anna"] * 2)
    metrics = with_proof({"fine_tuning": {"training": {"anna": {"3": 80}}}}, tmp_path)
    found = load_held_out(tmp_path, metrics)
    assert found is not None
    assert found.labels.tolist() == [3, 4]
    np.savez(tmp_path / "held_out.npz", images=images, labels=[5, 6], writers=["anna"] * 2)
    with pytest.raises(SourceError, match="files of another fine-tuning than the model's; fine-tune again"):
        load_held_out(tmp_path, metrics)


def test_metrics_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    """A model fine-tuned before the keys had today's names still needs its proof, and is no parent."""
    shutil.copy(shipped_model_path(), tmp_path / "parent_int8.tflite")
    np.savez(tmp_path / "held_out.npz", images=np.zeros((2, 28, 28), np.uint8), labels=[3, 4], writers=["anna"] * 2)
    present = with_proof({"fine_tuning": {"training": {"anna": {"3": 80}}}}, tmp_path)["fine_tuning"]
    former = {("taught" if name == "training" else name): value for name, value in present.items()}
    assert fine_tuning_metrics({"taught": former}) == fine_tuning_metrics({"fine_tuning": present}) == present
    assert fine_tuning_metrics({"seed": 1}) is None
    found = load_held_out(tmp_path, {"taught": former})
    assert found is not None
    assert found.training == {"anna": {"3": 80}}
    for damaged in (3, "none", {"proof_sha256": 1}):
        with pytest.raises(SourceError, match="of a fine-tuned model"):
            load_held_out(tmp_path, {"taught": damaged})


@pytest.fixture(scope="module")
def parent_flatbuffer(trained: Path) -> bytes:
    """The model before fine-tuning, without a contract."""
    from convert.keras_to_tflite import to_tflite
    from train.qat import load_quantized

    return to_tflite(load_quantized(trained / "digits_qat.h5"), "int8")


@pytest.fixture
def folder(trained: Path, parent_flatbuffer: bytes, tmp_path: Path) -> Path:
    """What fine-tuning leaves, of a model that learnt nothing."""
    folder = tmp_path / "fine_tuning"
    shutil.copytree(trained, folder)
    contract = ModelContract(refuse_below=0.0)
    (folder / "parent_int8.tflite").write_bytes(embed_contract(parent_flatbuffer, contract))
    digits = load_mnist().validation.head(20)
    np.savez(folder / "held_out.npz", images=digits.images, labels=digits.labels, writers=["anna"] * 20)
    metrics = json.loads((folder / "metrics.json").read_text())
    metrics["train"] |= with_proof({"fine_tuning": {"training": {"anna": {"1": 80}}}}, folder)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    return folder


@pytest.mark.usefixtures("few_images")
def test_convert_proves_a_fine_tuned_model(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every runtime the gate shows what fine-tuning cost; model and numbers are written beside the source."""
    # On 600 images chance moves the calibration error by more than the limit, on another processor another way.
    allowed = functools.partial(FineTuningLimits, max_calibration_rise=1.0)
    monkeypatch.setattr("convert.flags.FineTuningLimits", allowed)
    limits = ["--max-accuracy-drop", "100", "--min-agreement", "0", "--max-fine-tuning-p", "1"]
    assert main(["--int8", *limits, "--model", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("fall of MNIST accuracy") == len(installed_runtimes())
    assert "Fine-tuned on 80 crops of anna. Of 20 held-out digits" in printed
    assert printed.endswith(f"next: python -m edge_app model install {folder / 'digits_int8.tflite'}\n")
    assert (folder / "int8_fine_tuning.png").exists()
    convert = json.loads((folder / "metrics.json").read_text())["convert"]
    assert convert["limits"]["fine_tuning"]["max_improvement_p"] == 1.0
    fine_tuning = convert["models"]["int8"]["fine_tuning"]
    assert tuple(fine_tuning) == installed_runtimes()
    for proof in fine_tuning.values():
        assert (proof["held_out"], proof["mnist_drop_pp"], proof["only_after_right"]) == (20, 0.0, 0)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--float32"], "expected --int8 for a fine-tuned model, for its proof, got --float32"),
        (["--int8", "--output", "OTHER"], "with another digits_float.h5, which the next fine-tuning starts from"),
    ],
)
def test_convert_refuses_to_bypass_the_proof(
    flags: list[str], message: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No format without int8, none beside another float model; the folders stay as they were."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "digits_float.h5").write_bytes(b"another")
    before = set(tmp_path.rglob("*"))
    assert main([*(flag.replace("OTHER", str(other)) for flag in flags), "--model", str(folder)]) == 1
    assert message in capsys.readouterr().err
    assert set(tmp_path.rglob("*")) == before
