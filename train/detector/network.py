"""The detector's network: fully convolutional, only layers that quantization-aware training knows how to fold."""

from typing import Any

CONTEXT_DILATIONS = (1, 2, 1)


def build_detector() -> Any:
    """Builds the network: float32 (N, H, W, 1) in [0, 1], sides multiples of 8, to maps of H/4 x W/4.

    Outputs by name: "centre", (N, H/4, W/4, 1), logit that a handwritten digit's middle lies in the cell; "box",
    (N, H/4, W/4, 4), as edge_app.model.detector_contract has it; "label", (N, H/4, W/4, 10), logits of the digits.
    Centres as in CenterNet (Zhou et al. 2019, arXiv:1904.07850). Three scales, so that a cell sees a digit's context at
    a sixteenth of the ink's size, joined with the finer ones again (as in U-Net, Ronneberger et al. 2015,
    arXiv:1505.04597). Plain convolutions: tflite-runtime takes longer for depthwise ones with fewer multiplications.
    """
    from tf_keras import Model, initializers, layers

    def block(x: Any, filters: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
        x = layers.Conv2D(filters, kernel, stride, padding="same", dilation_rate=dilation, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    inputs = layers.Input((None, None, 1))
    fine = block(block(inputs, 12, 5, 2), 24, 3, 2)
    middle = block(block(fine, 48, 3, 2), 48)
    x = block(middle, 72, 3, 2)
    for dilation in CONTEXT_DILATIONS:
        x = block(x, 72, dilation=dilation)
    x = layers.UpSampling2D(2)(block(x, 48, 1))
    x = layers.UpSampling2D(2)(block(layers.Concatenate()([middle, x]), 24, 1))
    x = block(block(layers.Concatenate()([fine, x]), 24, 1), 32)
    # Centres are rare: the bias starts at a probability near 0.
    rare = initializers.Constant(-4.0)
    centre = layers.Conv2D(1, 1, bias_initializer=rare, name="centre")(x)
    box = layers.Conv2D(4, 1, name="box")(x)
    label = layers.Conv2D(10, 1, name="label")(x)
    return Model(inputs, [centre, box, label], name="detector")
