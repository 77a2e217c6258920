"""Quantization-aware training: the one file that imports tensorflow-model-optimization (tfmot)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .network import load_float
from .quiet_import import import_tensorflow

_MINIMA = ("/output_min:0", "/post_activation_min:0")


def quantization_aware(model: Any, calibration_inputs: NDArray[np.float32]) -> Any:
    """A copy of a float model that simulates int8 weights and activations (Jacob et al. 2018, arXiv:1712.05877).

    Args:
        model: the trained float model.
        calibration_inputs: float32 (N, 28, 28, 1) in [0, 1]. The ranges of the activations start at what these give:
            tfmot's own start of -6 to 6 fades slowly and wastes half the steps of int8 behind a ReLU.
    """
    from tensorflow_model_optimization.quantization.keras import quantize_model

    twin = quantize_model(model)
    _start_ranges(model, twin, calibration_inputs)
    return twin


def copy_of(model: Any) -> Any:
    """A copy of a float or quantization-aware model, its variables in the tf.distribute scope that is open."""
    from tensorflow_model_optimization.quantization.keras import quantize_scope
    from tf_keras.models import clone_model

    with quantize_scope():
        copy = clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def load_quantized(path: Path) -> Any:
    """Loads a quantization-aware model (.h5: .keras files of these do not load again) or a float one."""
    import_tensorflow()
    from tensorflow_model_optimization.quantization.keras import quantize_scope

    with quantize_scope():
        return load_float(path)


def _start_ranges(model: Any, twin: Any, inputs: NDArray[np.float32]) -> None:
    from tf_keras import Model

    minima = {layer.layer.name: v for layer in twin.layers for v in layer.weights if v.name.endswith(_MINIMA)}
    maxima = {v.name: v for v in twin.weights}
    probe = Model(model.input, [model.get_layer(name).output for name in minima])
    for minimum, values in zip(minima.values(), probe.predict(inputs, batch_size=500, verbose=0), strict=True):
        minimum.assign(float(values.min()))
        maxima[minimum.name.replace("_min:0", "_max:0")].assign(float(values.max()))
