"""`python -m convert` end to end on a small real model, its gate, and every exit code."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from convert.card import ROOT
from convert.cli import main
from convert.inspection import inspect_model
from edge_app import DigitClassifier
from edge_app.errors import ModelError
from train.data import load_mnist

WIDE = ["--max-accuracy-drop", "100", "--min-agreement", "0"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "convert", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def converted(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All four formats of the small model."""
    folder = tmp_path_factory.mktemp("converted")
    formats = ["--int8", "--float32", "--float16", "--dynamic"]
    done = run(*formats, *WIDE, "--model", str(trained), "--output", str(folder))
    assert done.returncode == 0, done.stderr
    assert "CONV_2D" in done.stdout
    assert "McNemar" in done.stdout
    return folder


def test_it_writes_the_formats_asked_for(converted: Path) -> None:
    """Four models, the metrics of training and conversion, two pictures; nothing temporary."""
    assert sorted(path.name for path in converted.iterdir()) == [
        "digits_dynamic.tflite",
        "digits_float16.tflite",
        "digits_float32.tflite",
        "digits_int8.tflite",
        "int8_confusion.png",
        "int8_reliability.png",
        "metrics.json",
    ]
    metrics = json.loads((converted / "metrics.json").read_text())
    assert {"train", "convert"} <= set(metrics)


def test_int8_is_integers_alone_and_the_others_are_not(converted: Path) -> None:
    """Only the int8 model is free of float tensors; pixels enter it as p - 128."""
    findings = {
        name: inspect_model((converted / f"digits_{name}.tflite").read_bytes()).is_integer_only
        for name in ("int8", "float32", "float16", "dynamic")
    }
    assert findings == {"int8": True, "float32": False, "float16": False, "dynamic": False}
    assert inspect_model((converted / "digits_int8.tflite").read_bytes()).takes_pixel_minus_128


def test_contract_and_labels_are_embedded(converted: Path) -> None:
    """Any unzip lists what travels with the model, and the provenance is whole."""
    with zipfile.ZipFile(converted / "digits_int8.tflite") as archive:
        assert {"contract.json", "labels.txt"} <= set(archive.namelist())
        contract = json.loads(archive.read("contract.json"))
    assert contract["temperature"] > 0
    assert contract["provenance"]["training_seed"] == 5
    assert len(contract["provenance"]["float_sha256"]) == 64


def test_the_app_reads_with_it(converted: Path) -> None:
    """The classifier takes int8, and float32 only when asked to; the small model is far better than chance."""
    test = load_mnist().test.head(500)
    int8 = DigitClassifier.load(converted / "digits_int8.tflite", runtime="litert")
    with pytest.raises(ModelError, match="full-integer"):
        DigitClassifier.load(converted / "digits_float32.tflite", runtime="litert")
    float32 = DigitClassifier.load(converted / "digits_float32.tflite", runtime="litert", allow_float=True)
    for classifier in (int8, float32):
        assert np.mean(classifier.classify_batch(test.images).digits == test.labels) > 0.9


def test_float_and_int8_logits_are_near(converted: Path) -> None:
    """Quantising and dequantising moves a logit by little of the range that the logits span."""
    images = load_mnist().test.images[:300]
    logits = [
        DigitClassifier.load(converted / f"digits_{name}.tflite", runtime="litert", allow_float=True).logits(images)
        for name in ("float32", "int8")
    ]
    assert np.abs(logits[0] - logits[1]).mean() < 0.05 * np.ptp(logits[0])


def test_a_failed_gate_leaves_the_former_model_alone(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, the number that failed and by how much, and not one byte changed."""
    (tmp_path / "digits_int8.tflite").write_bytes(b"the former model")
    flags = ["--max-accuracy-drop", "100", "--min-agreement", "100.001"]
    assert main(["--int8", *flags, "--model", str(trained), "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "convert: error: expected agreement of int8" in error
    assert "too little)" in error
    assert "accuracy drop" not in error
    assert [path.name for path in tmp_path.iterdir()] == ["digits_int8.tflite"]
    assert (tmp_path / "digits_int8.tflite").read_bytes() == b"the former model"


def test_without_a_format_it_is_usage() -> None:
    """Exit 2."""
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2


@pytest.mark.parametrize("value", ["-1", "nan", "much"])
def test_senseless_limits_are_usage(value: str) -> None:
    """Exit 2."""
    with pytest.raises(SystemExit) as caught:
        main(["--int8", "--max-accuracy-drop", value])
    assert caught.value.code == 2


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "truncated"])
def test_broken_models_are_one_line_and_1(
    trained: Path, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named, with the next step."""
    content = (trained / "digits_float.h5").read_bytes()
    bytes_ = {"empty": b"", "text": b"hello", "truncated": content[: len(content) // 2]}
    if damage in bytes_:
        (tmp_path / "digits_float.h5").write_bytes(bytes_[damage])
    output = tmp_path / "out"
    assert main(["--int8", "--model", str(tmp_path), "--output", str(output)]) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("convert: error: expected ")
    assert "digits_float.h5" in error
    assert not any(output.glob("*.tflite"))


def test_no_data_and_no_output_are_one_line_and_1(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are found out before anything is converted."""
    (tmp_path / "file").touch()
    shutil.copy(trained / "digits_float.h5", tmp_path)
    for arguments in (["--data", str(tmp_path / "none.npz"), "--output", str(tmp_path / "out")],
                      ["--output", str(tmp_path / "file" / "below")]):  # fmt: skip
        assert main(["--int8", "--model", str(tmp_path), *arguments]) == 1
        error = capsys.readouterr().err
        assert error.startswith("convert: error: expected ")
        assert error.count("\n") == 1
