"""`python -m edge_app inspect`: what is in a model file, in words."""

import os
from typing import Any

from .contract import ModelContract
from .detector_contract import DetectorContract
from .file import ModelFile, read_model
from .runtime import open_interpreter
from .sequence_contract import KIND as SEQUENCE_KIND
from .sequence_contract import SequenceContract

AnyContract = ModelContract | DetectorContract | SequenceContract


def read_any_model(path: str | os.PathLike[str]) -> ModelFile[AnyContract]:
    """Reads a model file of any kind; raises ModelError."""
    return read_model(path, _any_contract)


def describe_model(model: ModelFile[AnyContract]) -> str:
    """Size, hash, contract and tensors of a model, some lines of text; raises ModelError."""
    opened = open_interpreter(model.content)
    interpreter = opened.interpreter
    tensors = interpreter.get_tensor_details()
    lines = [
        f"file: {model.source}",
        f"size_bytes: {len(model.content)}",
        f"sha256: {model.sha256}",
        f"runtime: {opened.runtime}",
        "contract:",
        *("  " + line for line in model.contract.to_json().splitlines()),
        *(f"input: {_describe(detail)}" for detail in interpreter.get_input_details()),
        *(f"output: {_describe(detail)}" for detail in interpreter.get_output_details()),
        f"tensors: {len(tensors)}",
        *(f"  {_describe(detail)}" for detail in tensors),
    ]
    return "\n".join(lines)


def _any_contract(text: str) -> AnyContract:
    if f'"{SEQUENCE_KIND}"' in text:
        return SequenceContract.from_json(text)
    return DetectorContract.from_json(text) if '"kind"' in text else ModelContract.from_json(text)


def _describe(detail: dict[str, Any]) -> str:
    scale, zero_point = detail["quantization"]
    shape = "x".join(str(side) for side in detail["shape"]) or "scalar"
    return f"{detail['name']} {detail['dtype'].__name__} {shape} scale {scale:.6g} zero_point {zero_point}"
