"""The network for microcontrollers goes the same road as the other: train, convert, write as C."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from convert.cli import main
from convert.prove.inspection import inspect_model
from convert.prove.micro import is_installed
from convert.report.publish import conversion_key
from edge_app.model.file import read_model
from train.cli import main as train
from train.data.mnist import Mnist, load_mnist

COUNT = 600
# A training and a conversion of its own.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nano network of one epoch, converted beside its training."""
    place = tmp_path_factory.mktemp("nano")
    tiny = ["--epochs", "1", "--batch-size", "32", "--train-limit", "320"]
    assert train(["--nano", "--quick", *tiny, "--output", str(place)]) == 0
    wide = ["--max-accuracy-drop", "100", "--min-agreement", "0"]
    mnist = load_mnist()
    few = Mnist(mnist.train, mnist.validation.head(COUNT), mnist.test.head(COUNT), mnist.sha256)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convert.cli.load_mnist", lambda _: few)
        patch.setattr("convert.conversion.NON_DIGIT_COUNT", COUNT)
        assert main(["--nano", "--int8", "--float32", *wide, "--model", str(place)]) == 0
    return place


def test_its_files_have_its_name(folder: Path) -> None:
    """So that they lie beside those of the other network, the metrics too."""
    assert {path.name for path in folder.iterdir()} == {
        "metrics.json",
        "nano_float.h5",
        "nano_float32.tflite",
        "nano_int8.tflite",
        "nano_qat.h5",
        "training_confusion.png",
        "training_curves.png",
    }
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics.keys() == {"train_nano", "nano"}
    assert metrics["train_nano"]["recipe"]["network"] == "nano"
    int8 = metrics[conversion_key("nano")]["models"]["int8"]
    assert int8["file"] == "nano_int8.tflite"
    assert ("micro" in int8) == is_installed()


def test_it_is_as_small_as_promised(folder: Path) -> None:
    """At most 12 kB of weights and 300 thousand multiply-accumulates, integers alone, no names."""
    model = read_model(folder / "nano_int8.tflite")
    inspection = inspect_model(model.content)
    assert sum(operator.size_bytes for operator in inspection.operators) <= 12 * 1024
    assert inspection.macs <= 300_000
    assert inspection.is_integer_only
    assert len(model.flatbuffer) <= 18 * 1024
    assert not any(tensor.name for tensor in inspection.tensors)


def test_it_is_written_as_c(folder: Path, tmp_path: Path) -> None:
    """Its own flatbuffer, operators and arena."""
    assert main(["--c-array", str(tmp_path), "--model", str(folder / "nano_int8.tflite")]) == 0
    flatbuffer = read_model(folder / "nano_int8.tflite").flatbuffer
    header, source = ((tmp_path / f"digits_model.{end}").read_text() for end in ("h", "cc"))
    assert f"#define DIGITS_MODEL_BYTES {len(flatbuffer)}" in header
    numbers = re.findall(r"\d+", source.partition("= {")[2])
    assert np.array_equal(np.array(numbers, np.uint8), np.frombuffer(flatbuffer, np.uint8))
    assert "AddConv2D(), (resolver).AddDepthwiseConv2D(), (resolver).AddFullyConnected()" in header
