"""One model on one runtime in a process of its own: tflite-runtime fails beside TensorFlow, and the Pi has neither.

`python -m convert.prove.child KIND RUNTIME MODEL IN.npz OUT.npz`, KIND of KINDS, runs what a Pi runs: edge_app, numpy.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError
from edge_app.model.classifier import DigitClassifier
from edge_app.model.detector import DigitDetector
from edge_app.model.file import read_model
from edge_app.model.sequence import SequenceReader

from .micro import run_micro

Arrays = Mapping[str, NDArray[np.uint8]]
MAPS = ("centre", "box", "label")


def main(arguments: list[str]) -> int:
    """Runs a model over every image; prints a DigitsError as one line on stderr and returns 1."""
    kind, runtime, model_path, in_path, out_path = arguments
    try:
        with np.load(in_path) as given:
            found = KINDS[kind](runtime, model_path, given)
    except DigitsError as error:
        print(error, file=sys.stderr)
        return 1
    np.savez(out_path, **found)
    return 0


def _logits(runtime: str, model_path: str, images: Arrays) -> dict[str, NDArray[np.float32]]:
    """Of each array of uint8 (N, 28, 28), float32 (N, number of labels) under the same name."""
    classifier = DigitClassifier.load(model_path, runtime=runtime, allow_float=True)
    return {name: classifier.logits(images[name]) for name in images}


def _maps(runtime: str, model_path: str, tiles: Arrays) -> dict[str, NDArray[np.float32]]:
    """Of "tiles", uint8 (N, side, side): MAPS, float32 (N, h, w, ...)."""
    detector = DigitDetector.load(model_path, runtime=runtime, allow_float=True)
    maps = [detector.maps(tile) for tile in tiles["tiles"]]
    return {name: np.stack(parts) for name, parts in zip(MAPS, zip(*maps, strict=True), strict=True)}


def _columns(runtime: str, model_path: str, given: Arrays) -> dict[str, NDArray[np.float32]]:
    """Of "strips", uint8 (N, h, w): "columns", float32 (N, columns, 11)."""
    reader = SequenceReader.load(model_path, runtime=runtime, allow_float=True)
    return {"columns": np.stack([reader.columns(strip) for strip in given["strips"]])}


def _micro(_: str, model_path: str, given: Arrays) -> dict[str, NDArray[Any]]:
    """Of "images", uint8 (N, 28, 28): "logits", float32 (N, number of labels), and "arena_bytes"."""
    run = run_micro(read_model(model_path).flatbuffer, given["images"])
    return {"logits": run.logits, "arena_bytes": np.array(run.arena_bytes)}


KINDS: Mapping[str, Callable[[str, str, Arrays], dict[str, NDArray[Any]]]] = {
    "classifier": _logits,
    "detector": _maps,
    "sequence": _columns,
    "micro": _micro,
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
