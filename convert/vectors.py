"""`python -m convert --vectors FILE`: crops, what normalisation makes of them, and what the networks answer, as JSON.

Whoever writes the road from ink to digit again, in Kotlin, Swift or C, tests it on these.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.errors import ModelError
from edge_app.files.atomic import write_atomically
from edge_app.model.classifier import DigitClassifier, Prediction
from edge_app.model.contract import ModelContract
from edge_app.model.file import CONTRACT_NAME, ModelFile, read_model, shipped_model_path
from edge_app.model.runtime import open_interpreter
from edge_app.model.tail import Tail
from edge_app.page.normalise import FIELD_PX, normalise
from train.data.mnist import Split
from train.data.non_digits import make_non_digits

from .errors import SourceError

FORMAT = 1
DIGIT_COUNT, NON_DIGIT_COUNT = 18, 2
SEED = 20
SIDES_PX = (12, 64)
INT8_END, FLOAT_END = "_int8.tflite", "_float32.tflite"
# Runtimes round differently: by steps of the int8 output, and in logits of the float network.
TOLERANCE: Mapping[str, float] = {"int8_steps": 2, "float_logit": 1e-3, "confidence": 0.03}
# Of the picture, in pixels: what of it each vector has, and how large the side of a crop or an image is there.
CELL_WH, SHOWN_PX, COLUMNS = (200, 118), 84, 5


def write_vectors(model: Path | None, output: Path, validation: Split) -> Path:
    """Writes the vectors and, beside them, their picture, each whole or not at all.

    Args:
        model: a NAME_int8.tflite with NAME_float32.tflite beside it; the shipped one if None.
        output: the JSON file; the picture has its name, ending in .png.
        validation: MNIST's, of which crops are made.

    Raises:
        SourceError: the model is no NAME_int8.tflite.
        ModelError: one of both cannot be read.
        RuntimeUnavailableError: no TFLite runtime works here.
        OutputError: the file cannot be written.
    """
    path = shipped_model_path() if model is None else model
    if not path.name.endswith(INT8_END):
        raise SourceError(f"expected a model named NAME{INT8_END}, got {path}; its parent NAME{FLOAT_END} is beside it")
    parent = path.with_name(path.name.removesuffix(INT8_END) + FLOAT_END)
    found = vectors({path.name: read_model(path), parent.name: read_model(parent)}, validation)
    write_atomically(output, (json.dumps(found, indent=1) + "\n").encode())
    write_atomically(output.with_suffix(".png"), picture(found["vectors"]))
    return output


def vectors(models: Mapping[str, ModelFile[ModelContract]], validation: Split) -> dict[str, Any]:
    """What is written, from the int8 model and its float parent, in this order, by name."""
    int8, float32 = (DigitClassifier(model, allow_float=True) for model in models.values())
    scale, zero_point = _output_quantization(next(iter(models.values())))
    found = []
    for digit, crop in crops(validation):
        image = normalise(crop)
        logits, parent_logits = (network.logits(image[None])[0] for network in (int8, float32))
        found.append(
            {
                "digit": digit,
                "crop": {"width": crop.shape[1], "height": crop.shape[0], "ink": _text(crop)},
                "image": _text(image),
                "int8_outputs": np.rint(logits / scale + zero_point).astype(int).tolist(),
                "int8_logits": _rounded(logits),
                "float_logits": _rounded(parent_logits),
                **_reading(int8.classify(image)),
            }
        )
    return {
        "format": FORMAT,
        "runtime": int8.runtime,
        "models": {name: _identity(model) for name, model in models.items()},
        "int8_output": {"scale": scale, "zero_point": zero_point},
        "tolerance": dict(TOLERANCE),
        "vectors": found,
    }


def picture(found: Sequence[Mapping[str, Any]]) -> bytes:
    """Each vector's crop, what the network gets of it, and what it reads: PNG."""
    width, height = CELL_WH
    rows = -(-len(found) // COLUMNS)
    sheet = np.full((rows * height, COLUMNS * width), 255, np.uint8)
    for index, vector in enumerate(found):
        top, left = index // COLUMNS * height + 4, index % COLUMNS * width + 8
        crop = vector["crop"]
        shown = _pixels(crop["ink"], crop["height"], crop["width"]), _pixels(vector["image"], FIELD_PX, FIELD_PX)
        for ink, at in zip(shown, (left, left + SHOWN_PX + 8), strict=True):
            factor = SHOWN_PX / max(ink.shape)
            size_wh = max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))
            large = cv2.resize(255 - ink, size_wh, interpolation=cv2.INTER_NEAREST)
            sheet[top : top + size_wh[1], at : at + size_wh[0]] = large
            cv2.rectangle(sheet, (at - 1, top - 1), (at + size_wh[0], top + size_wh[1]), (200,), 1)
        read = "no digit" if vector["label"] is None else f"{vector['label']}  {100 * vector['confidence']:.0f} %"
        cv2.putText(sheet, read, (left + SHOWN_PX + 8, top + SHOWN_PX + 20), 0, 0.5, (0,), 1, cv2.LINE_AA)
    return cv2.imencode(".png", sheet)[1].tobytes()


def crops(validation: Split) -> Iterator[tuple[int | None, NDArray[np.uint8]]]:
    """Digits and non-digits, None, as pages have them: uint8 (H, W), other sizes, proportions, greys and thresholds."""
    random = np.random.default_rng(SEED)
    digits = [index % 10 for index in range(DIGIT_COUNT)]
    chosen = [random.choice(np.flatnonzero(validation.labels == digit)) for digit in digits]
    others = make_non_digits(NON_DIGIT_COUNT, SEED, validation.images, validation.labels)
    pictures = np.concatenate([validation.images[chosen], others])
    for number, picture in enumerate(pictures):
        width, height = (int(side) for side in random.integers(*SIDES_PX, 2))
        size_wh = (width, height) if number % 3 == 0 else (width, width)
        crop = np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)
        if number % 2:
            crop = np.where(crop > 100, 255, 0).astype(np.uint8)
        elif number % 4 == 0:
            crop = (crop * random.uniform(0.3, 1)).astype(np.uint8)
        yield (digits[number] if number < DIGIT_COUNT else None), crop


def _identity(model: ModelFile[ModelContract]) -> dict[str, Any]:
    contract = Tail(model.content, model.source).read(CONTRACT_NAME)
    return {"sha256": model.sha256, "contract_sha256": hashlib.sha256(contract).hexdigest()}


def _output_quantization(model: ModelFile[ModelContract]) -> tuple[float, int]:
    scale, zero_point = open_interpreter(model.content).interpreter.get_output_details()[0]["quantization"]
    if scale == 0:
        raise ModelError(f"expected an int8 model, got float32 in {model.source}; make one with --int8")
    return float(scale), int(zero_point)


def _reading(read: Prediction) -> dict[str, Any]:
    return {"label": read.label, "confidence": round(read.confidence, 6)}


def _text(pixels: NDArray[np.uint8]) -> str:
    """Bytes, row by row, in Base64."""
    return base64.b64encode(pixels.tobytes()).decode()


def _pixels(text: str, height: int, width: int) -> NDArray[np.uint8]:
    """The way back."""
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)


def _rounded(logits: NDArray[np.float32]) -> list[float]:
    return [round(float(logit), 5) for logit in logits]
