"""`python -m convert` end to end on a small real model, its gate, and every exit code."""

import contextlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from convert.cli import main
from convert.prove.inspection import inspect_model
from convert.prove.micro import is_installed
from convert.report import card
from convert.report.card import PAGES, ROOT
from convert.report.chips import chips_table
from convert.report.plots import int8_pictures
from edge_app import DigitClassifier
from edge_app.errors import ModelError
from edge_app.model.file import read_model
from edge_app.model.golden import embedded_golden
from train.data.corruptions import KINDS, SEVERITIES, corrupt
from train.data.mnist import DISPUTED, load_mnist

WIDE = ["--max-accuracy-drop", "100", "--min-agreement", "0"]


@pytest.fixture(scope="module")
def converted(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All four formats of the small model."""
    folder = tmp_path_factory.mktemp("converted")
    formats = ["--int8", "--float32", "--float16", "--dynamic"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main([*formats, *WIDE, "--model", str(trained), "--output", str(folder)]) == 0
    assert "CONV_2D" in printed.getvalue()
    assert "McNemar" in printed.getvalue()
    return folder


def test_it_writes_the_formats_asked_for(converted: Path) -> None:
    """Four models, the metrics of training and conversion, four pictures; nothing temporary."""
    assert sorted(path.name for path in converted.iterdir()) == [
        "digits_dynamic.tflite",
        "digits_float16.tflite",
        "digits_float32.tflite",
        "digits_int8.tflite",
        "int8_confusion.png",
        "int8_corruptions.png",
        "int8_errors.png",
        "int8_reliability.png",
        "metrics.json",
    ]
    metrics = json.loads((converted / "metrics.json").read_text())
    assert {"train", "convert"} <= set(metrics)


def test_models_take_golden_digits_along(converted: Path) -> None:
    """Of validation, read right by this very model."""
    model = read_model(converted / "digits_int8.tflite")
    golden = embedded_golden(model.content, model.source)
    assert golden is not None
    read = DigitClassifier(model, "litert").classify_batch(golden.images)
    assert np.mean(read.digits == golden.labels) > 0.9
    validation = {image.tobytes() for image in load_mnist().validation.images}
    assert all(image.tobytes() in validation for image in golden.images)


def test_metrics_hold_the_errors_and_the_corrupted_digits(converted: Path) -> None:
    """They agree with each other and with the confusion matrix; int8 alone reads corrupted digits."""
    models = json.loads((converted / "metrics.json").read_text())["convert"]["models"]
    for model in models.values():
        for proof in model["runtimes"].values():
            confusion = np.array(proof["comparison"]["confusion"])
            found = np.zeros_like(confusion)
            np.add.at(found, tuple(np.array(proof["errors"])[:, 1:3].astype(int).T), 1)
            assert np.array_equal(found, confusion - np.diag(confusion.diagonal()))
            undisputed = sum(error[0] not in DISPUTED for error in proof["errors"])
            assert proof["undisputed_accuracy_percent"] == pytest.approx(100 - 100 * undisputed / 9985)
        assert sum(operator["parameters"] for operator in model["operators"]) == model["parameters"]
        assert sum(operator["macs"] for operator in model["operators"]) == model["macs"]
        assert 0 < sum(operator["bytes"] for operator in model["operators"]) < model["size_bytes"]
    assert [name for name, model in models.items() if "corruption_accuracy_percent" in model] == ["int8"]
    kinds = models["int8"]["corruption_accuracy_percent"]
    assert list(kinds) == list(KINDS)
    test = load_mnist().test.head(2000)
    classifier = DigitClassifier.load(converted / "digits_int8.tflite", runtime=next(iter(models["int8"]["runtimes"])))
    right = [
        classifier.classify_batch(corrupt(test.images, "shear", level)).digits == test.labels for level in SEVERITIES
    ]
    assert kinds["shear"] == pytest.approx(100 * np.mean(right))


def test_metrics_alone_draw_the_same_pictures(converted: Path) -> None:
    """Byte for byte, each of them; and another number is another picture."""
    int8 = json.loads((converted / "metrics.json").read_text())["convert"]["models"]["int8"]
    images = load_mnist().test.images
    drawn = int8_pictures(int8, images)
    written = {path.name: path.read_bytes() for path in converted.glob("*.png")}
    assert len(written) == 4
    assert drawn == written
    proof = next(iter(int8["runtimes"].values()))
    proof["comparison"]["confusion"][0][1] += 1
    proof["reliability"]["accuracies"][-1] -= 0.1
    proof["errors"].pop()
    int8["corruption_accuracy_percent"]["shear"] -= 1
    changed = int8_pictures(int8, images)
    assert [name for name in drawn if drawn[name] == changed[name]] == []


def test_the_card_command_draws_what_convert_drew(converted: Path, tmp_path: Path) -> None:
    """From metrics.json alone, in another folder, byte for byte."""
    (tmp_path / "models").mkdir()
    for page in PAGES:
        shutil.copy(ROOT / page, tmp_path / page)
    shutil.copy(converted / "metrics.json", tmp_path / "models")
    assert card.main(tmp_path) == 0
    drawn = {path.name: path.read_bytes() for path in (tmp_path / "models").glob("*.png")}
    assert drawn == {path.name: path.read_bytes() for path in converted.glob("*.png")}


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


@pytest.mark.usefixtures("few_images")
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


@pytest.mark.parametrize(
    "text", ['{"convert": null}', '{"train": []}', '{"convert": {"models": 3}}', '{"convert": {"models": {"int8": 3}}}']
)
def test_metrics_that_cannot_be_added_to_are_one_line_and_1(
    trained: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named, and stays as it is."""
    (tmp_path / "metrics.json").write_text(text)
    assert main(["--int8", "--model", str(trained), "--output", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("convert: error: expected a JSON object in ")
    assert error.count("\n") == 1
    assert "metrics.json" in error
    assert (tmp_path / "metrics.json").read_text() == text


def test_publishing_writes_the_training_and_the_models_to_models_alone(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The float network of another training does not stay beside the model; what conversion makes is tested above."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "digits_float.h5").write_bytes(b"of another training")
    monkeypatch.setattr("convert.places.SHIPPED", models)
    monkeypatch.setattr("convert.cli.convert_and_prove", lambda *_: [])
    before = {path.name: path.read_bytes() for path in trained.iterdir()}
    assert main(["--float32", "--publish", "--model", str(trained)]) == 0
    assert {path.name: path.read_bytes() for path in trained.iterdir()} == before
    for name in ("digits_float.h5", "digits_qat.h5"):
        assert (models / name).read_bytes() == before[name]
    metrics = json.loads((models / "metrics.json").read_text())
    assert metrics["train"] == json.loads(before["metrics.json"])["train"]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"convert: takes {trained}, writes to {models}"
    assert printed[-1] == "next: python -m convert.report.card"


def test_without_tflite_micro_it_is_said_in_a_line(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the gate goes on with the other runtimes."""
    monkeypatch.setattr("convert.prove.micro.is_installed", lambda: False)
    monkeypatch.setattr("convert.cli.convert_and_prove", lambda *_: [])
    assert main(["--int8", "--model", str(trained), "--output", str(tmp_path)]) == 0
    assert "tflite-micro: not installed, int8 is proven without it; on x86-64 Linux: pip" in capsys.readouterr().out


@pytest.mark.skipif(not is_installed(), reason="needs tflite-micro, of the extra micro")
def test_int8_is_proven_on_tflite_micro(converted: Path) -> None:
    """On a part of the images, as nothing was published; what the card needs is in the metrics, of int8 alone."""
    models = json.loads((converted / "metrics.json").read_text())["convert"]["models"]
    assert [name for name, model in models.items() if "micro" in model] == ["int8"]
    micro = models["int8"]["micro"]
    assert (micro["images"], micro["is_partial"]) == (2000, True)
    assert micro["same_digit_percent"] > 99.5
    assert micro["comparison"]["agreement_percent"] > 95
    assert micro["arena_bytes"] > 1000
    assert micro["operators"][0] == "CONV_2D"
    assert "AddConv2D(), " in chips_table({"convert": {"models": models}})


@pytest.mark.parametrize("arguments", [[], ["--int", "--data", "none"], ["--int8", "--data", "none", "--unknown"]])
def test_without_a_format_it_is_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 in two lines, as with what is no flag, or a part of one's name."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 2


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
