"""Quantization-aware training: the one file that imports tensorflow-model-optimization (tfmot)."""

from pathlib import Path
from typing import Any

from .network import load_float


def quantization_aware(model: Any) -> Any:
    """A copy of a float model that simulates int8 weights and activations (Jacob et al. 2018, arXiv:1712.05877)."""
    from tensorflow_model_optimization.quantization.keras import quantize_model

    return quantize_model(model)


def load_quantized(path: Path) -> Any:
    """Loads a quantization-aware model (.h5: .keras files of these do not load again) or a float one."""
    from tensorflow_model_optimization.quantization.keras import quantize_scope

    with quantize_scope():
        return load_float(path)
