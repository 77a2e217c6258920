"""tflite-micro, the reference kernels of microcontrollers: the third runtime of the proof, where it is installed."""

import importlib.util
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import ModelError
from edge_app.host.stderr import stderr_without
from edge_app.model.classifier import input_table

MODULE = "tflite_micro"
RUNTIME = "tflite-micro"
INSTALL = "on x86-64 Linux: pip install -e '.[micro]'"
# Plenty for every network here; what of it is used is measured.
ARENA_BYTES = 4 * 1024 * 1024
_TOTAL = re.compile(rb"Arena allocation total (\d+) bytes")


@dataclass(frozen=True)
class MicroRun:
    """What a model showed on tflite-micro.

    Attributes:
        logits: of the images, float32 (N, number of labels).
        arena_bytes: memory for activations and bookkeeping, with 64-bit pointers.
    """

    logits: NDArray[np.float32]
    arena_bytes: int


def is_installed() -> bool:
    """Whether tflite-micro is there, working or not."""
    return importlib.util.find_spec(MODULE) is not None


def run_micro(flatbuffer: bytes, images: NDArray[np.uint8]) -> MicroRun:
    """Runs an int8 network over images, uint8 (N, 28, 28), N >= 1.

    Raises:
        ModelError: tflite-micro refuses the model.
    """
    interpreter = _open(flatbuffer)
    inputs = input_table({"quantization": _quantization(interpreter.get_input_details(0))})[images][..., None]
    outputs = []
    for index in range(len(inputs)):
        interpreter.set_input(inputs[index : index + 1], 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0)[0].copy())
    scale, zero_point = _quantization(interpreter.get_output_details(0))
    logits = (np.stack(outputs).astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
    return MicroRun(logits, _arena_bytes(interpreter))


def resolver_call(operator: str) -> str:
    """What adds an operator to tflite::MicroMutableOpResolver: CONV_2D is AddConv2D()."""
    words = (word if word[0].isdigit() else word.capitalize() for word in operator.split("_"))
    return f"Add{''.join(words)}()"


def measure_arena(flatbuffer: bytes) -> int | None:
    """Memory that the network takes, in bytes; None where tflite-micro is not installed."""
    return run_micro(flatbuffer, np.zeros((1, 28, 28), np.uint8)).arena_bytes if is_installed() else None


def _quantization(details: dict[str, Any]) -> tuple[float, int]:
    parameters = details["quantization_parameters"]
    return float(parameters["scales"][0]), int(parameters["zero_points"][0])


def _open(flatbuffer: bytes) -> Any:
    from tflite_micro import runtime

    try:
        return runtime.Interpreter.from_bytes(flatbuffer, arena_size=ARENA_BYTES)
    except (RuntimeError, ValueError, TypeError) as error:  # the last: a file without a graph
        raise ModelError(f"expected a model that {RUNTIME} can run, got: {error}") from error


def _arena_bytes(interpreter: Any) -> int:
    told: list[bytes] = []

    def is_of_arena(line: bytes) -> bool:
        told.append(line)
        return b"RecordingMicroAllocator" in line

    # Its only way to tell is the process's standard error.
    with stderr_without(is_of_arena):
        interpreter.print_allocations()
    found = _TOTAL.search(b"".join(told))
    if found is None:
        raise ModelError(f"expected {RUNTIME} to tell its arena, got nothing; try another version of it")
    return int(found[1])
