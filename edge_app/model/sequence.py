"""The sequence reader's model on a TFLite runtime: a strip of ink in, which digit stands in which column out."""

import os
import threading

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, ModelError
from .classifier import input_table, softmax
from .file import read_model, shipped_model_path
from .runtime import open_interpreter
from .sequence_contract import COLUMN_PX, SEQUENCE_LABELS, STRIP_PX, SequenceContract

SHIPPED_NAME = "sequence_int8.tflite"


class SequenceReader:
    """A sequence reader on a TFLite runtime. Calls from several threads are taken one after the other.

    Attributes:
        width_px: of the strips that it takes.
    """

    def __init__(
        self, content: bytes, source: str, runtime: str = "auto", threads: int = 1, allow_float: bool = False
    ) -> None:
        opened = open_interpreter(content, runtime, threads)
        self.runtime = opened.runtime
        self._interpreter = opened.interpreter
        self._lock = threading.Lock()
        self._input, self._output = (
            ends[0] for ends in (self._interpreter.get_input_details(), self._interpreter.get_output_details())
        )
        if self._input["dtype"] != np.int8 and not allow_float:
            raise ModelError(
                f"expected a full-integer sequence reader (int8 in), got {np.dtype(self._input['dtype']).name} in "
                f"{source}; make one with: python -m convert --sequence --int8"
            )
        taken, given = (tuple(int(side) for side in end["shape"]) for end in (self._input, self._output))
        self.width_px = taken[2] if len(taken) == 4 else 0
        wanted = (1, STRIP_PX, self.width_px, 1), (1, 1, self.width_px // COLUMN_PX, len(SEQUENCE_LABELS))
        if (taken, given) != wanted:
            raise ModelError(f"expected {source} to take strips {wanted[0]} and give {wanted[1]}, got {taken}, {given}")
        self._to_input = input_table(self._input)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        runtime: str = "auto",
        threads: int = 1,
        allow_float: bool = False,
    ) -> "SequenceReader":
        """Loads a reader made by `python -m convert --sequence`; the shipped one by default.

        Raises:
            ModelError: no model there, damaged, or of another kind.
            RuntimeUnavailableError: no TFLite runtime works here.
        """
        model = read_model(shipped_model_path(SHIPPED_NAME) if path is None else path, SequenceContract.from_json)
        return cls(model.content, model.source, runtime, threads, allow_float)

    def columns(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities of SEQUENCE_LABELS in each column of a strip, float32 (width_px / COLUMN_PX, 11).

        Args:
            strip: uint8 (STRIP_PX, width_px), 0 = paper.

        Raises:
            ImageError: another shape or dtype.
        """
        if strip.dtype != np.uint8 or strip.shape != (STRIP_PX, self.width_px):
            raise ImageError(
                f"expected a strip of uint8 ({STRIP_PX}, {self.width_px}), got {strip.dtype} {strip.shape}"
            )
        with self._lock:
            self._interpreter.set_tensor(self._input["index"], self._to_input[strip][None, ..., None])
            self._interpreter.invoke()
            raw = self._interpreter.get_tensor(self._output["index"])[0, 0]
        scale, zero_point = self._output["quantization"]
        logits = raw.astype(np.float32)
        return softmax(logits if scale == 0 else (logits - np.float32(zero_point)) * np.float32(scale))
