"""One 28x28 image in, one digit with its calibrated confidence out."""

import os
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, ModelError
from .contract import IMAGE_HW, ModelContract
from .file import ModelFile, read_model, shipped_model_path
from .runtime import Interpreter, open_interpreter

UNREAD = -1

# An interpreter's description of its input or output.
Endpoint = dict[str, Any]


@dataclass(frozen=True)
class Prediction:
    """How the model classifies one image.

    Attributes:
        label: the digit, 0 to 9, or None if the confidence is too low or "not a digit" wins.
        digit: the best digit, 0 to 9, whatever the confidence.
        confidence: calibrated probability of `digit`, in [0, 1].
        probabilities: float32 (10,), of the digits; their sum is <= 1, the rest is "not a digit".
    """

    label: int | None
    digit: int
    confidence: float
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Predictions:
    """How the model classifies N images.

    Attributes:
        labels: int64 (N,), 0 to 9, or -1 where Prediction.label is None.
        digits: int64 (N,), 0 to 9.
        confidences: float32 (N,), in [0, 1].
        probabilities: float32 (N, 10).
    """

    labels: NDArray[np.int64]
    digits: NDArray[np.int64]
    confidences: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.digits)

    def __getitem__(self, index: int) -> Prediction:
        label = int(self.labels[index])
        return Prediction(
            label=None if label == UNREAD else label,
            digit=int(self.digits[index]),
            confidence=float(self.confidences[index]),
            probabilities=self.probabilities[index],
        )


class DigitClassifier:
    """A digit model on a TFLite runtime. Calls from several threads are taken one after the other."""

    def __init__(
        self, model: ModelFile[ModelContract], runtime: str = "auto", threads: int = 1, allow_float: bool = False
    ) -> None:
        opened = open_interpreter(model.content, runtime, threads)
        self.contract: ModelContract = model.contract
        self.model_sha256 = model.sha256
        self.runtime = opened.runtime
        self._interpreter: Interpreter = opened.interpreter
        self._lock = threading.Lock()
        self._input, self._output = _endpoints(self._interpreter, model, allow_float)
        self._to_input = input_table(self._input)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        runtime: str = "auto",
        threads: int = 1,
        allow_float: bool = False,
    ) -> "DigitClassifier":
        """Opens a model file.

        Args:
            path: a .tflite with an embedded contract; the shipped models/digits_int8.tflite if None.
            runtime: "auto", "litert" or "tflite-runtime".
            threads: CPU threads, >= 1.
            allow_float: also take a model with float32 input and output, to compare it with its int8 child.

        Raises:
            ModelError: the file is missing, corrupt, float, of the wrong shape or not of this project.
            RuntimeUnavailableError: no TFLite runtime works here.
        """
        return cls(read_model(shipped_model_path() if path is None else path), runtime, threads, allow_float)

    def classify(self, image: NDArray[np.uint8]) -> Prediction:
        """Reads one image: uint8 (28, 28), 0 = paper, 255 = ink, MNIST style."""
        return self.classify_batch(np.asarray(image)[None])[0]

    def classify_batch(self, images: NDArray[np.uint8]) -> Predictions:
        """Reads N images, uint8 (N, 28, 28); raises ImageError for any other shape or dtype."""
        return read_logits(self.logits(images), self.contract)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's dequantized outputs before temperature and softmax, float32 (N, number of labels)."""
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != IMAGE_HW:
            raise ImageError(f"expected images of uint8 (N, 28, 28), got {images.dtype} {images.shape}")
        inputs = self._to_input[images][..., None]
        raw = np.empty((len(images), len(self.contract.labels)), self._output["dtype"])
        with self._lock:
            for index in range(len(images)):
                self._interpreter.set_tensor(self._input["index"], inputs[index : index + 1])
                self._interpreter.invoke()
                raw[index] = self._interpreter.get_tensor(self._output["index"])[0]
        scale, zero_point = self._output["quantization"]
        if scale == 0:
            return raw.astype(np.float32)
        return (raw.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)


def read_logits(logits: NDArray[np.float32], contract: ModelContract) -> Predictions:
    """Calibrated readings from a network's logits, float32 (N, number of labels), the confidence threshold applied.

    NaN is never read as a digit.
    """
    probabilities = softmax(logits / contract.temperature)[:, :10]
    digits = probabilities.argmax(axis=1)
    confidences = np.take_along_axis(probabilities, digits[:, None], axis=1)[:, 0]
    # "Not a digit" winning refuses a reading even where refuse_below is small.
    read = (confidences >= contract.refuse_below) & (confidences >= 1 - probabilities.sum(axis=1))
    return Predictions(np.where(read, digits, UNREAD), digits, confidences, probabilities)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax over the last axis, float32."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), np.float32)


def _endpoints(
    interpreter: Interpreter, model: ModelFile[ModelContract], allow_float: bool
) -> tuple[Endpoint, Endpoint]:
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    dtypes = (np.int8, np.float32) if allow_float else (np.int8,)
    shapes = [tuple(int(side) for side in detail["shape"]) for detail in (*inputs, *outputs)]
    if shapes != [(1, *IMAGE_HW, 1), (1, len(model.contract.labels))]:
        raise ModelError(
            f"expected {model.source} to take (1, 28, 28, 1) and give (1, {len(model.contract.labels)}), got {shapes}"
        )
    for detail in (inputs[0], outputs[0]):
        if detail["dtype"] not in dtypes:
            raise ModelError(
                f"expected a full-integer model (int8 in and out), got {np.dtype(detail['dtype']).name} in "
                f"{model.source}; make one with: python -m convert --int8"
            )
    return inputs[0], outputs[0]


def input_table(detail: Endpoint) -> NDArray[np.int8] | NDArray[np.float32]:
    """What each of the 256 grey values becomes at the model's input; ink 255 is 1.0."""
    grey = np.arange(256, dtype=np.float32) / np.float32(255)
    scale, zero_point = detail["quantization"]
    if scale == 0:
        return grey
    return np.asarray(np.clip(np.rint(grey / np.float32(scale)) + zero_point, -128, 127), np.int8)
