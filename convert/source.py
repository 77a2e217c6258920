"""What conversion starts from: the float Keras model, its quantization-aware twin, and training's metrics."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_app.errors import DigitsError, OutputError
from edge_app.model.contract import DIGIT_LABELS, IMAGE_HW, LABELS
from train import metrics_file

from .errors import SourceError

FLOAT_NAME = "digits_float.h5"


@dataclass(frozen=True)
class Source:
    """The models to convert.

    Attributes:
        float_model: Keras model, float32 (N, 28, 28, 1) in [0, 1] to logits (N, number of labels).
        qat_model: its quantization-aware twin, or None: int8 then comes from post-training quantization (PTQ).
        labels: the meaning of the logits.
        float_sha256: hash of the float model's file.
        train_metrics: what training wrote; empty if it is unknown.
        network: "digits" or "nano"; files are named for it.
    """

    float_model: Any
    qat_model: Any | None
    labels: tuple[str, ...]
    float_sha256: str
    train_metrics: Mapping[str, Any] = field(default_factory=dict)
    network: str = "digits"

    @property
    def quantization(self) -> str:
        """How int8 comes about: "QAT", or "PTQ" where there is no quantization-aware model."""
        return "PTQ" if self.qat_model is None else "QAT"


def load_source(model: Path, network: str = "digits") -> Source:
    """Loads the float model and, where there is one, its quantization-aware twin.

    Args:
        model: a folder that holds digits_float.h5 and optionally digits_qat.h5, or one .h5 file: a
            quantization-aware one (its float parent digits_float.h5 lies beside it), or a float one (int8 then comes
            from PTQ).
        network: "digits" or "nano"; the files of the latter are nano_float.h5 and nano_qat.h5.

    Raises:
        SourceError: a file is missing, corrupt, or of the wrong shape.
    """
    folder = model if model.is_dir() else model.parent
    float_path = folder / f"{network}_float.h5"
    qat_path: Path | None = folder / f"{network}_qat.h5" if model.is_dir() else model
    _require(float_path if model.is_dir() else model)
    train_metrics = read_metrics(folder).get(metrics_file.training_key(network), {})
    from train.qat import load_quantized

    # The content decides, not the name: the quantization-aware loader takes float models too.
    qat_model = _load(load_quantized, qat_path) if qat_path and qat_path.exists() else None
    if not model.is_dir() and not is_quantized(qat_model):
        float_path = model
    if not is_quantized(qat_model):
        qat_model = None
    float_model = _load(_float_loader(), _require(float_path))
    labels = _labels(float_model, float_path)
    if qat_model is not None and _labels(qat_model, qat_path) != labels:
        raise SourceError(f"expected {qat_path} to have the outputs of {float_path}; run python -m train again")
    float_sha256 = hashlib.sha256(float_path.read_bytes()).hexdigest()
    return Source(float_model, qat_model, labels, float_sha256, train_metrics, network)


def load_pair(folder: Path, name: str) -> tuple[Any, Any]:
    """Loads NAME_float.h5 and its quantization-aware twin NAME_qat.h5; raises SourceError."""
    from train.qat import load_quantized

    float_model = _load(_float_loader(), _require(folder / f"{name}_float.h5"))
    return float_model, _load(load_quantized, _require(folder / f"{name}_qat.h5"))


def is_quantized(model: Any | None) -> bool:
    """Whether a Keras model carries quantization-aware layers."""
    return model is not None and any(type(layer).__name__.startswith("Quantize") for layer in model.layers)


def read_metrics(folder: Path) -> dict[str, Any]:
    """Reads a folder's metrics.json; empty if there is none."""
    try:
        return metrics_file.read_metrics(folder / metrics_file.METRICS_NAME)
    except OutputError as error:
        raise SourceError(str(error)) from error


def _require(path: Path) -> Path:
    if not path.is_file():
        raise SourceError(
            f"expected a Keras model at {path}, got nothing there; make one with python -m train, or give --model"
        )
    return path


def _float_loader() -> Callable[[Path], Any]:
    from train.network import load_float

    return load_float


def _load(load: Callable[[Path], Any], path: Path) -> Any:
    try:
        return load(path)
    except DigitsError:
        raise
    except Exception as error:  # h5py, Keras and json each raise their own kinds for a damaged file
        cause = (str(error).strip().splitlines() or ["no message"])[0]
        raise SourceError(
            f"expected a Keras model in {path}, got {type(error).__name__}: {cause}; make it again with python -m train"
        ) from error


def _labels(model: Any, path: Path | None) -> tuple[str, ...]:
    for labels in (LABELS, DIGIT_LABELS):
        if (tuple(model.input_shape[1:]), tuple(model.output_shape[1:])) == ((*IMAGE_HW, 1), (len(labels),)):
            return labels
    raise SourceError(
        f"expected {path} to take (N, 28, 28, 1) and give (N, {len(LABELS)}) or (N, {len(DIGIT_LABELS)}), "
        f"got {model.input_shape} to {model.output_shape}; convert a model that python -m train made"
    )
