"""Keras models to .tflite flatbuffers, in four precisions. A fixed batch of 1 runs fastest on a Pi."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.model.contract import IMAGE_HW

PRECISIONS = ("float32", "float16", "dynamic", "int8")
CALIBRATION_COUNT = 500


def to_tflite(
    model: Any,
    precision: str,
    calibration_images: NDArray[np.uint8] | None = None,
    image_hw: tuple[int, int] = IMAGE_HW,
    float_ends: bool = False,
) -> bytes:
    """Converts a Keras model.

    Args:
        model: float32 (N, H, W, 1) in [0, 1] to logits (N, K) or maps; for int8 a quantization-aware one, or a
            float one together with calibration images.
        precision: "float32"; "float16" (weights); "dynamic" (int8 weights, float activations); "int8" (everything,
            input and output included).
        calibration_images: uint8 (N, 28, 28): the representative dataset that post-training quantization takes the
            ranges of the activations from. A quantization-aware model has learnt them, and takes None.
        image_hw: what a fully convolutional model is fixed to.
        float_ends: an int8 model takes and gives float32 all the same, for a runtime without int8 tensors.

    Returns:
        The flatbuffer, its batch fixed to 1.
    """
    import tensorflow as tf

    function = tf.function(lambda image: model(image, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((1, *image_hw, 1), tf.float32))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], model)
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "dynamic":
        # tflite-runtime 2.14 has no dense operator with a scale for each channel (FULLY_CONNECTED version 12).
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if precision == "int8":
        if not float_ends:
            converter.inference_input_type = converter.inference_output_type = tf.int8
        if calibration_images is not None:
            converter.representative_dataset = lambda: _representative(calibration_images)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return bytes(converter.convert())


def without_names(flatbuffer: bytes) -> bytes:
    """The same network without the names of its tensors, for chips on which each kilobyte counts."""
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(flatbuffer))
    flatbuffer_utils.strip_strings(model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _representative(images: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    # All 256 grey values, so that the input's range is [0, 1] whichever images were drawn.
    ramp = np.resize(np.arange(256, dtype=np.uint8), (1, *IMAGE_HW))
    for image in np.concatenate([ramp, images]):
        yield [image[None, ..., None].astype(np.float32) / np.float32(255)]
