"""tflite-micro, the reference kernels of microcontrollers: the third runtime of the proof, where it is installed."""

import importlib.util
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import ModelError
from edge_app.host.stderr import stderr_without

MODULE = "tflite_micro"
RUNTIME = "tflite-micro"
# Plenty for every network here; what of it is used is measured.
ARENA_BYTES = 4 * 1024 * 1024
_TOTAL = re.compile(rb"Arena allocation total (\d+) bytes")


@dataclass(frozen=True)
class MicroRun:
    """What a model showed on tflite-micro.

    Attributes:
        outputs: of the images, int8 (N, number of labels), as the network gives them.
        arena_bytes: memory for activations and bookkeeping, with 64-bit pointers.
    """

    outputs: NDArray[np.int8]
    arena_bytes: int


def is_installed() -> bool:
    """Whether tflite-micro is there, working or not."""
    return importlib.util.find_spec(MODULE) is not None


def run_micro(flatbuffer: bytes, images: NDArray[np.uint8]) -> MicroRun:
    """Runs an int8 network that takes pixel - 128 over images, uint8 (N, 28, 28), N >= 1.

    Raises:
        ModelError: tflite-micro refuses the model.
    """
    interpreter = _open(flatbuffer)
    inputs = (images.astype(np.int16) - 128).astype(np.int8)[..., None]
    outputs = []
    for index in range(len(inputs)):
        interpreter.set_input(inputs[index : index + 1], 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0)[0].copy())
    return MicroRun(np.stack(outputs), _arena_bytes(interpreter))


def measure_arena(flatbuffer: bytes) -> int | None:
    """Memory that the network takes, in bytes; None where tflite-micro is not installed."""
    return run_micro(flatbuffer, np.zeros((1, 28, 28), np.uint8)).arena_bytes if is_installed() else None


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
