"""The detector's model on a TFLite runtime: a tile of ink in, maps of where digits are out."""

import os
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, ModelError
from .classifier import Endpoint, input_table
from .detector_contract import CELL_PX, MAP_CHANNELS, DetectorContract
from .file import read_model, shipped_model_path
from .runtime import open_interpreter

# Logits (h, w), boxes (h, w, 4), digits' logits (h, w, 10).
Maps = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
SHIPPED_NAME = "detector_int8.tflite"


class DigitDetector:
    """A detector on a TFLite runtime. Calls from several threads are taken one after the other.

    Attributes:
        tile_px: side of the square that it takes.
    """

    def __init__(
        self, content: bytes, source: str, runtime: str = "auto", threads: int = 1, allow_float: bool = False
    ) -> None:
        opened = open_interpreter(content, runtime, threads)
        self.runtime = opened.runtime
        self._interpreter = opened.interpreter
        self._lock = threading.Lock()
        self._input = self._interpreter.get_input_details()[0]
        if self._input["dtype"] != np.int8 and not allow_float:
            raise ModelError(
                f"expected a full-integer detector (int8 in), got {np.dtype(self._input['dtype']).name} in {source}; "
                "make one with: python -m convert --detector --int8"
            )
        self.tile_px = int(self._input["shape"][1])
        self._outputs = _outputs(self._interpreter.get_output_details(), self.tile_px, source)
        self._to_input = input_table(self._input)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        runtime: str = "auto",
        threads: int = 1,
        allow_float: bool = False,
    ) -> "DigitDetector":
        """Loads a detector made by `python -m convert --detector`; the shipped one by default.

        Raises:
            ModelError: no model there, damaged, or of another kind.
            RuntimeUnavailableError: no TFLite runtime works here.
        """
        model = read_model(shipped_model_path(SHIPPED_NAME) if path is None else path, DetectorContract.from_json)
        return cls(model.content, model.source, runtime, threads, allow_float)

    def maps(self, tile: NDArray[np.uint8]) -> Maps:
        """Runs over one tile, uint8 (tile_px, tile_px): logits (h, w), boxes (h, w, 4), digits' logits (h, w, 10).

        Raises:
            ImageError: another shape or dtype.
        """
        if tile.dtype != np.uint8 or tile.shape != (self.tile_px, self.tile_px):
            raise ImageError(
                f"expected a tile of uint8 ({self.tile_px}, {self.tile_px}), got {tile.dtype} {tile.shape}"
            )
        with self._lock:
            self._interpreter.set_tensor(self._input["index"], self._to_input[tile][None, ..., None])
            self._interpreter.invoke()
            centre, box, label = (_real(self._interpreter.get_tensor(end["index"])[0], end) for end in self._outputs)
        return centre[..., 0], box, label


def _real(raw: NDArray[np.generic], end: Endpoint) -> NDArray[np.float32]:
    scale, zero_point = end["quantization"]
    values = raw.astype(np.float32)
    return values if scale == 0 else (values - np.float32(zero_point)) * np.float32(scale)


def _outputs(ends: Sequence[Endpoint], tile_px: int, source: str) -> list[Endpoint]:
    """The three maps in the order of MAP_CHANNELS: converters name and order outputs as they like."""
    cells = tile_px // CELL_PX
    by_shape = {tuple(int(side) for side in end["shape"]): end for end in ends}
    wanted = [(1, cells, cells, channels) for channels in MAP_CHANNELS]
    if sorted(by_shape) != sorted(wanted):
        raise ModelError(f"expected {source} to give maps of {wanted}, got {sorted(by_shape)}")
    return [by_shape[shape] for shape in wanted]
