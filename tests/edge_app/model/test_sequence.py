"""A sequence reader takes strips of one size to probabilities, and only its own kind of model."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.errors import ImageError, ModelError
from edge_app.model import sequence
from edge_app.model.contract import ModelContract
from edge_app.model.detector import SHIPPED_NAME as DETECTOR_NAME
from edge_app.model.detector_contract import DetectorContract
from edge_app.model.file import shipped_model_path
from edge_app.model.runtime import OpenedModel
from edge_app.model.sequence import SequenceReader
from edge_app.model.sequence_contract import BLANK, COLUMN_PX, SEQUENCE_LABELS, STRIP_PX, SequenceContract

WIDTH_PX = 64
COLUMNS = WIDTH_PX // COLUMN_PX
# Of the output: logit = (raw - zero point) * scale.
OUTPUT_SCALE, OUTPUT_ZERO = 0.25, -8


class Interpreter:
    """Says of each column the digit that its darkest pixel is a tenth of, BLANK for paper."""

    def __init__(self, dtype: Any = np.int8, width_px: int = WIDTH_PX, channels: int = len(SEQUENCE_LABELS)) -> None:
        self.dtype, self.columns, self.channels = dtype, width_px // COLUMN_PX, channels
        self.input_shape = np.array([1, STRIP_PX, width_px, 1])
        self.given: NDArray[Any] = np.zeros(0)

    def allocate_tensors(self) -> None:
        """There are none."""

    def get_tensor_details(self) -> list[dict[str, Any]]:
        """The two ends."""
        return [*self.get_input_details(), *self.get_output_details()]

    def get_input_details(self) -> list[dict[str, Any]]:
        """Pixels enter as p - 128."""
        quantization = (1 / 255, -128) if self.dtype == np.int8 else (0.0, 0)
        return [{"index": 0, "dtype": self.dtype, "shape": self.input_shape, "quantization": quantization}]

    def get_output_details(self) -> list[dict[str, Any]]:
        """Logits."""
        quantization = (OUTPUT_SCALE, OUTPUT_ZERO) if self.dtype == np.int8 else (0.0, 0)
        shape = np.array([1, 1, self.columns, self.channels])
        return [{"index": 1, "dtype": self.dtype, "shape": shape, "quantization": quantization}]

    def set_tensor(self, tensor_index: int, value: NDArray[Any]) -> None:
        """Takes a strip."""
        assert tensor_index == 0
        assert value.dtype == self.dtype
        assert value.shape == tuple(self.input_shape)
        self.given = value.copy()

    def invoke(self) -> None:
        """Nothing is left to do."""

    def get_tensor(self, tensor_index: int) -> NDArray[Any]:
        """40 steps of the scale above the zero point for what is seen: a logit of 10."""
        assert tensor_index == 1
        pixels = self.given[0, ..., 0].astype(float)
        pixels = pixels + 128 if self.dtype == np.int8 else pixels * 255
        darkest = np.rint(pixels.max(axis=0).reshape(self.columns, COLUMN_PX).max(axis=1)).astype(int)
        seen = np.where(darkest == 0, BLANK, darkest // 10)
        logits = np.eye(self.channels)[seen] * 10
        raw = logits / OUTPUT_SCALE + OUTPUT_ZERO if self.dtype == np.int8 else logits
        return np.asarray(raw[None, None], self.dtype)


def reader(monkeypatch: pytest.MonkeyPatch, interpreter: Interpreter, allow_float: bool = False) -> SequenceReader:
    """A reader on a made interpreter."""
    monkeypatch.setattr(sequence, "open_interpreter", lambda *_: OpenedModel(interpreter, "litert"))
    return SequenceReader(b"", "made.tflite", allow_float=allow_float)


@pytest.mark.parametrize("dtype", [np.int8, np.float32])
def test_columns_are_probabilities_of_digits_and_blank(monkeypatch: pytest.MonkeyPatch, dtype: Any) -> None:
    """Whichever numbers the model calculates with: a softmax of its logits."""
    made = reader(monkeypatch, Interpreter(dtype), allow_float=dtype == np.float32)
    strip = np.zeros((STRIP_PX, WIDTH_PX), np.uint8)
    strip[10, 5 * COLUMN_PX] = 72
    strip[20, 9 * COLUMN_PX + 3] = 31
    columns = made.columns(strip)
    assert made.width_px == WIDTH_PX
    assert columns.dtype == np.float32
    assert columns.shape == (COLUMNS, 11)
    assert columns.sum(axis=1) == pytest.approx(np.ones(COLUMNS))
    expected = np.full(COLUMNS, BLANK)
    expected[[5, 9]] = 7, 3
    assert columns.argmax(axis=1).tolist() == expected.tolist()
    assert columns.max(axis=1) == pytest.approx(np.full(COLUMNS, np.exp(10) / (np.exp(10) + 10)), rel=1e-4)


@pytest.mark.parametrize(
    "strip",
    [
        np.zeros((STRIP_PX, WIDTH_PX + 4), np.uint8),
        np.zeros((STRIP_PX - 1, WIDTH_PX), np.uint8),
        np.zeros((STRIP_PX, WIDTH_PX), np.float32),
        np.zeros((1, STRIP_PX, WIDTH_PX), np.uint8),
    ],
)
def test_a_strip_has_one_size_and_type(monkeypatch: pytest.MonkeyPatch, strip: NDArray[Any]) -> None:
    """Anything else is refused before an interpreter sees it."""
    with pytest.raises(ImageError, match=r"expected a strip of uint8 \(32, 64\), got "):
        reader(monkeypatch, Interpreter()).columns(strip)


def test_models_of_other_shapes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floats too, unless they are asked for."""
    with pytest.raises(ModelError, match=r"full-integer sequence reader .*python -m convert --sequence --int8"):
        reader(monkeypatch, Interpreter(np.float32))
    with pytest.raises(ModelError, match=r"expected made.tflite to take strips .*got"):
        reader(monkeypatch, Interpreter(channels=12))
    flat = Interpreter()
    flat.input_shape = np.array([1, STRIP_PX * WIDTH_PX])
    with pytest.raises(ModelError, match=r"expected made.tflite to take strips"):
        reader(monkeypatch, flat)


def test_other_networks_are_no_sequence_readers() -> None:
    """The contracts keep them apart."""
    for name in ("digits_int8.tflite", DETECTOR_NAME):
        with pytest.raises(ModelError, match=r"contract of a sequence reader|sequence reader's contract"):
            SequenceReader.load(shipped_model_path(name))


def test_the_contract_survives_its_file() -> None:
    """And no other contract is taken for it, nor it for another."""
    contract = SequenceContract(provenance={"precision": "int8"})
    assert SequenceContract.from_json(contract.to_json()) == contract
    for other in (ModelContract(), DetectorContract()):
        with pytest.raises(ModelError, match="sequence reader"):
            SequenceContract.from_json(other.to_json())
    for kind in (ModelContract, DetectorContract):
        with pytest.raises(ModelError):
            kind.from_json(contract.to_json())


@pytest.mark.parametrize(("name", "value"), [("kind", "digit-sequence-2"), ("labels", ["0"]), ("polarity", "?")])
def test_a_later_contract_is_refused(name: str, value: Any) -> None:
    """Its columns would be misread: update the app, or convert again."""
    text = json.dumps(json.loads(SequenceContract().to_json()) | {name: value})
    with pytest.raises(ModelError, match=f"contract with {name} .*update the app"):
        SequenceContract.from_json(text)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "digit-sequence-1", "labels": 3}', "[" * 100_000])
def test_damaged_contracts_are_refused(text: str) -> None:
    """In one error of the project."""
    with pytest.raises(ModelError, match="sequence reader"):
        SequenceContract.from_json(text)
