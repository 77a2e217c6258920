"""The sequence reader's network: fully convolutional, of layers that quantization-aware training can fold."""

from typing import Any

from edge_app.model.sequence_contract import SEQUENCE_LABELS, STRIP_PX


def build_sequence_reader(width: float = 1) -> Any:
    """Builds the network: float32 (N, STRIP_PX, W, 1) in [0, 1], W a multiple of 4, to logits (N, 1, W / 4, 11).

    Convolutions down to one row, then along the strip (a convolutional reader without recurrence, as in Coquenet et al.
    2020, "Recurrence-free unconstrained handwritten text recognition using gated fully convolutional network").

    Args:
        width: multiplies the filters.
    """
    from tf_keras import Model, layers

    def block(x: Any, filters: int, kernel: Any = 3, stride: Any = 1, padding: str = "same") -> Any:
        x = layers.Conv2D(round(filters * width), kernel, stride, padding=padding, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    inputs = layers.Input((STRIP_PX, None, 1))
    x = block(block(inputs, 16, 5, 2), 32)  # 16 x W/2
    x = block(block(x, 48, 3, 2), 48)  # 8 x W/4
    x = block(block(x, 64, 3, (2, 1)), 64)  # 4 x W/4
    x = block(x, 96, (4, 3), (4, 1))  # 1 x W/4
    x = block(block(x, 96, (1, 5)), 96, (1, 5))
    return Model(inputs, layers.Conv2D(len(SEQUENCE_LABELS), 1, name="sequence")(x), name="sequence_reader")
