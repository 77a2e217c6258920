"""Models for the store: the shipped network again and again, each a file of its own, and some that are ill."""

import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np

from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract, parse_model, shipped_model_path
from edge_app.model.runtime import open_interpreter
from edge_app.store.verification import Demands

SHIPPED = parse_model(shipped_model_path().read_bytes())


def flatbuffer() -> bytes:
    """The shipped network without its tail."""
    with zipfile.ZipFile(io.BytesIO(SHIPPED.content)) as archive:
        return SHIPPED.content[: min(member.header_offset for member in archive.infolist())]


def variant(number: int) -> bytes:
    """A model that reads as the shipped one does, and is another file."""
    contract: ModelContract = dataclasses.replace(SHIPPED.contract, provenance={"variant": number})
    return embed_contract(flatbuffer(), contract)


def written(folder: Path, number: int) -> Path:
    """That model as a file."""
    path = folder / f"variant{number}.tflite"
    path.write_bytes(variant(number))
    return path


def forgetful() -> bytes:
    """A model that runs and has forgotten its largest layer."""
    interpreter, network = open_interpreter(SHIPPED.content, "litert").interpreter, flatbuffer()
    weights = []
    for detail in interpreter.get_tensor_details():
        try:
            weights.append(interpreter.get_tensor(detail["index"]).tobytes())
        except ValueError:  # not a constant
            continue
    largest = max((each for each in weights if network.count(each) == 1), key=len)
    return embed_contract(network.replace(largest, bytes(len(largest))), SHIPPED.contract)


def not_a_number() -> bytes:
    """A model whose output's scale is NaN."""
    interpreter, network = open_interpreter(SHIPPED.content, "litert").interpreter, flatbuffer()
    scale = np.float32(interpreter.get_output_details()[0]["quantization"][0]).tobytes()
    assert network.count(scale) == 1
    return embed_contract(network.replace(scale, np.float32(np.nan).tobytes()), SHIPPED.contract)


def trusting(path: Path, _demands: Demands) -> bytes:
    """Stands in for verification where something else is tested."""
    return path.read_bytes()
