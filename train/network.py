"""The float network. Only layers that quantization-aware training knows how to fold."""

import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edge_app.errors import DigitsError
from edge_app.files.atomic import write_atomically
from edge_app.model.contract import IMAGE_HW, LABELS

from .quiet_import import import_tensorflow

# Its errors are exceptions; a user can do nothing about the rest of its log, such as a missing GPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# tfmot needs Keras 2, and TensorFlow reads this when it is first imported.
os.environ["TF_USE_LEGACY_KERAS"] = "1"


class TeacherError(DigitsError, ValueError):
    """A file that holds no network to learn from."""


def build_network(width: float = 1) -> Any:
    """Builds the network: float32 (N, 28, 28, 1) in [0, 1], ink = 1, to logits (N, 11) in the order of LABELS.

    Conv-BN-ReLU blocks, then one learnt weight for each place and channel (the global depthwise convolution of
    MobileFaceNets, Chen et al. 2018, arXiv:1804.07573); 45 thousand parameters, 2.9 million multiply-accumulates.

    Args:
        width: multiplies the filters: 2 makes a teacher.
    """
    import_tensorflow()
    from tf_keras import Model, layers

    def block(x: Any, filters: int, padding: str = "same") -> Any:
        return _normalised(layers.Conv2D(round(filters * width), 3, padding=padding, use_bias=False)(x))

    inputs = layers.Input((*IMAGE_HW, 1))
    x = layers.MaxPooling2D(2)(block(inputs, 16, "valid"))  # 13 x 13
    x = block(block(x, 24), 32)
    x = layers.MaxPooling2D(2, padding="same")(x)  # 7 x 7
    x = block(block(x, 40), 56, "valid")  # 5 x 5
    x = layers.Flatten()(_normalised(layers.DepthwiseConv2D(5, use_bias=False)(x)))
    return Model(inputs, layers.Dense(len(LABELS))(x), name="digits")


def build_nano() -> Any:
    """Builds the network for microcontrollers, with the same input and output.

    The same blocks, of which strides halve the side where that one pools; 12 thousand parameters, 240 thousand
    multiply-accumulates.
    """
    import_tensorflow()
    from tf_keras import Model, layers

    x = inputs = layers.Input((*IMAGE_HW, 1))
    # 14 x 14, 7 x 7, 5 x 5, 3 x 3
    for filters, strides, padding in ((12, 2, "same"), (16, 2, "same"), (24, 1, "valid"), (26, 1, "valid")):
        x = _normalised(layers.Conv2D(filters, 3, strides, padding, use_bias=False)(x))
    x = layers.Flatten()(_normalised(layers.DepthwiseConv2D(3, use_bias=False)(x)))
    return Model(inputs, layers.Dense(len(LABELS))(x), name="nano")


NETWORKS: Mapping[str, Callable[[], Any]] = MappingProxyType({"digits": build_network, "nano": build_nano})


def _normalised(x: Any) -> Any:
    from tf_keras import layers

    return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))


def load_float(path: Path) -> Any:
    """Loads a float network that training saved; whatever Keras raises for a damaged file comes through."""
    import_tensorflow()
    from tf_keras.models import load_model

    return load_model(path, compile=False)


def load_or_raise(path: Path, error_class: type[DigitsError]) -> Any:
    """Loads a float network; raises the class of error given, in one line, if the file is damaged."""
    try:
        return load_float(path)
    except Exception as error:  # h5py, Keras and json each raise their own kinds for a damaged file
        cause = (str(error).strip().splitlines() or ["no message"])[0]
        raise error_class(f"expected a Keras model in {path}, got {type(error).__name__}: {cause}") from error


def load_teacher(path: Path) -> Any:
    """Loads a network to learn from; raises TeacherError if the file is damaged or the network's shapes are others."""
    model = load_or_raise(path, TeacherError)
    shapes = (tuple(model.input_shape[1:]), tuple(model.output_shape[1:]))
    if shapes != ((*IMAGE_HW, 1), (len(LABELS),)):
        raise TeacherError(
            f"expected {path} to take (N, 28, 28, 1) and give (N, {len(LABELS)}), "
            f"got {model.input_shape} to {model.output_shape}"
        )
    return model


def save_h5(model: Any, path: Path) -> None:
    """Saves a Keras model, quantization-aware or not, whole or not at all; raises OutputError."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # Keras calls .h5 legacy, but quantization-aware models load from no other single file.
        warnings.filterwarnings("ignore", "You are saving your model as an HDF5", UserWarning)
        temporary = Path(folder) / "model.h5"
        model.save(temporary, include_optimizer=False, save_format="h5")
        write_atomically(path, temporary.read_bytes())
