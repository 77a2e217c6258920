"""models/vectors.json holds wherever the networks run."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from convert.cli import main
from convert.prove.micro import is_installed, run_micro
from convert.prove.runtimes import installed_runtimes, logits_on_runtime
from convert.report.card import ROOT
from edge_app.model.classifier import read_logits
from edge_app.model.file import CONTRACT_NAME, read_model
from edge_app.model.tail import Tail
from edge_app.page.normalise import normalise

PATH = ROOT / "models" / "vectors.json"
AGAIN = "of another model: python -m convert --vectors models/vectors.json"
FOUND = json.loads(PATH.read_text())
VECTORS: list[dict[str, Any]] = FOUND["vectors"]
INT8, FLOAT32 = (read_model(ROOT / "models" / name) for name in FOUND["models"])


def pixels(text: str, *shape: int) -> NDArray[np.uint8]:
    """What is written in Base64."""
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(shape)


def images() -> NDArray[np.uint8]:
    """All of them, uint8 (20, 28, 28)."""
    return np.stack([pixels(vector["image"], 28, 28) for vector in VECTORS])


def column(name: str) -> NDArray[np.float32]:
    """A row of each vector, float32 (20, 11)."""
    return np.array([vector[name] for vector in VECTORS], np.float32)


def test_they_are_of_the_shipped_models() -> None:
    """By the hashes of file and contract."""
    for model, identity in zip((INT8, FLOAT32), FOUND["models"].values(), strict=True):
        contract = Tail(model.content, model.source).read(CONTRACT_NAME)
        assert identity == {
            "sha256": model.sha256,
            "contract_sha256": hashlib.sha256(contract).hexdigest(),
        }, AGAIN


def test_crops_are_normalised_to_the_images() -> None:
    """Bit for bit; there are 20, of all digits, and non-digits."""
    assert len(VECTORS) == 20
    assert {vector["digit"] for vector in VECTORS} == {*range(10), None}
    for vector, image in zip(VECTORS, images(), strict=True):
        crop = vector["crop"]
        assert np.array_equal(normalise(pixels(crop["ink"], crop["height"], crop["width"])), image)


@pytest.mark.parametrize("runtime", installed_runtimes())
def test_they_hold_on_each_runtime(runtime: str) -> None:
    """Logits within the tolerance that the file names, and the very same readings."""
    tolerance, step = FOUND["tolerance"], FOUND["int8_output"]["scale"]
    int8, float32 = (logits_on_runtime(runtime, model.content, {"all": images()})["all"] for model in (INT8, FLOAT32))
    assert np.abs(int8 - column("int8_logits")).max() < (tolerance["int8_steps"] + 0.01) * step
    assert np.abs(float32 - column("float_logits")).max() <= tolerance["float_logit"]
    _holds(int8)


@pytest.mark.skipif(not is_installed(), reason="needs tflite-micro, of the extra micro")
def test_they_hold_on_tflite_micro() -> None:
    """Where the int8 network alone runs."""
    logits = run_micro(INT8.flatbuffer, images()).logits
    step = FOUND["int8_output"]["scale"]
    assert np.abs(logits - column("int8_logits")).max() < (FOUND["tolerance"]["int8_steps"] + 0.01) * step
    _holds(logits)


def _holds(logits: NDArray[np.float32]) -> None:
    read = read_logits(logits, INT8.contract)
    assert [read[index].label for index in range(len(read))] == [vector["label"] for vector in VECTORS]
    confidences = np.array([vector["confidence"] for vector in VECTORS])
    assert np.abs(read.confidences - confidences).max() < FOUND["tolerance"]["confidence"]


def test_outputs_and_logits_are_the_same_numbers() -> None:
    """Logit = scale * (output - zero point)."""
    end = FOUND["int8_output"]
    dequantized = (column("int8_outputs") - end["zero_point"]) * end["scale"]
    assert np.allclose(dequantized, column("int8_logits"), atol=1e-4)


def test_the_command_writes_the_same_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But for rounding that differs between processors: the same crops and images to the byte."""
    path = tmp_path / "vectors.json"
    assert main(["--vectors", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}\n"
    again = json.loads(path.read_text())
    for name in ("digit", "crop", "image"):
        assert [vector[name] for vector in again["vectors"]] == [vector[name] for vector in VECTORS]
    assert again["models"] == FOUND["models"], AGAIN
    drawn = cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(drawn, cv2.imread(str(PATH.with_suffix(".png")), cv2.IMREAD_GRAYSCALE))


@pytest.mark.parametrize(
    ("name", "message"), [("digits_float32.tflite", "expected a model named NAME_int8.tflite"),
                          ("nothing_int8.tflite", "expected a model file")],
)  # fmt: skip
def test_another_file_is_one_line_and_1(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written."""
    assert main(["--vectors", str(tmp_path / "v.json"), "--model", str(ROOT / "models" / name)]) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_other_flags_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """They would have no effect."""
    with pytest.raises(SystemExit) as exit_code:
        main(["--vectors", "v.json", "--int8"])
    assert exit_code.value.code == 2
    assert "expected --vectors with --model and --data alone, got --int8 too" in capsys.readouterr().err
