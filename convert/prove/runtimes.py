"""Every TFLite runtime that is installed here, and how to run a model on each."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.files.atomic import write_atomically
from edge_app.model.runtime import PACKAGES
from edge_app.model.runtime import installed_runtimes as found_runtimes

from ..errors import VerificationError
from .micro import RUNTIME as MICRO
from .micro import MicroRun


def installed_runtimes() -> tuple[str, ...]:
    """Names of the runtimes whose package is installed, working or not: a broken one must not go unnoticed.

    Raises:
        VerificationError: there is none.
    """
    names = found_runtimes()
    if not names:
        raise VerificationError(
            "expected a TFLite runtime to prove the model on, got none; "
            f"try: pip install {' or pip install '.join(PACKAGES.values())}"
        )
    return names


def logits_on_runtime(
    runtime: str, content: bytes, images: Mapping[str, NDArray[np.uint8]]
) -> dict[str, NDArray[np.float32]]:
    """Runs the shipped classifier over images in a process without TensorFlow.

    Args:
        runtime: "litert" or "tflite-runtime".
        content: a .tflite with an embedded contract.
        images: named arrays, uint8 (N, 28, 28).

    Returns:
        Logits under the same names, float32 (N, number of labels).

    Raises:
        VerificationError: the runtime does not work, or refuses or crashes on the model.
    """
    return _in_process("classifier", runtime, content, images)


def maps_on_runtime(runtime: str, content: bytes, tiles: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Runs a detector over tiles, uint8 (N, side, side), as logits_on_runtime does.

    Returns:
        "centre" (N, h, w), "box" (N, h, w, 4) and "label" (N, h, w, 10), float32.
    """
    return _in_process("detector", runtime, content, {"tiles": tiles})


def columns_on_runtime(runtime: str, content: bytes, strips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Runs a sequence reader over strips, uint8 (N, h, w), as logits_on_runtime does.

    Returns:
        Probabilities, float32 (N, columns, 11).
    """
    return _in_process("sequence", runtime, content, {"strips": strips})["columns"]


def run_on_micro(content: bytes, images: NDArray[np.uint8]) -> MicroRun:
    """Runs an int8 digit network over images, uint8 (N, 28, 28), on tflite-micro, as logits_on_runtime does."""
    found = _in_process("micro", MICRO, content, {"images": images})
    return MicroRun(found["logits"], int(found["arena_bytes"]))


def _in_process(
    kind: str, runtime: str, content: bytes, arrays: Mapping[str, NDArray[np.uint8]]
) -> dict[str, NDArray[Any]]:
    with tempfile.TemporaryDirectory(prefix="digits-convert-") as folder:
        model_path, in_path, out_path = (Path(folder, name) for name in ("model.tflite", "in.npz", "out.npz"))
        write_atomically(model_path, content)
        np.savez(in_path, **arrays)
        files = [str(path) for path in (model_path, in_path, out_path)]
        child = subprocess.run(
            [sys.executable, "-m", "convert.prove.child", kind, runtime, *files],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if child.returncode != 0:
            raise VerificationError(f"expected {runtime} to run the model, got: {_cause(child)}")
        with np.load(out_path) as results:
            return {name: results[name] for name in results.files}


def _environment() -> dict[str, str]:
    """This process's environment, with the packages that it uses found first."""
    root = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _cause(child: "subprocess.CompletedProcess[str]") -> str:
    if child.returncode < 0:
        return f"a crash ({signal.Signals(-child.returncode).name}); try another version of the runtime"
    return (child.stderr.strip().splitlines() or [f"exit code {child.returncode}"])[-1]
