"""The layers of an int8 network as plain integers, as the reference kernels of TFLite compute them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError

# Kinds that the C code knows, by TFLite's operators; a dense layer is a convolution of one place.
KINDS = {
    "CONV_2D": "CONVOLUTION",
    "DEPTHWISE_CONV_2D": "DEPTHWISE",
    "MAX_POOL_2D": "MAX_POOL",
    "FULLY_CONNECTED": "CONVOLUTION",
}
# Says nothing of the numbers, which stay in their order.
IGNORED = ("RESHAPE",)


@dataclass(frozen=True)
class Layer:
    """One layer; real value = scale * (stored value - zero point).

    Attributes:
        kind: of KINDS' values.
        input_hwc: rows, columns, channels.
        output_hwc: the same.
        kernel_hw: of a convolution or a pool.
        stride: in both directions.
        padding_yx: rows above and columns to the left that are not there.
        zero_points: of input and output.
        lowest: of the output's values, what ReLU cuts at.
        weights: int8, (out, h, w, in) or, depthwise, (h, w, out), in this order; empty for a pool.
        biases: int32 (out,).
        multipliers: int32 (out,): a sum times it, over 2**31, times 2**shift is the output less its zero point.
        shifts: int8 (out,).
    """

    kind: str
    input_hwc: tuple[int, int, int]
    output_hwc: tuple[int, int, int]
    kernel_hw: tuple[int, int]
    stride: int
    padding_yx: tuple[int, int]
    zero_points: tuple[int, int]
    lowest: int
    weights: NDArray[np.int8]
    biases: NDArray[np.int32]
    multipliers: NDArray[np.int32]
    shifts: NDArray[np.int8]


def read_layers(flatbuffer: bytes) -> tuple[Layer, ...]:
    """Takes an int8 network apart.

    Raises:
        SourceError: it has an operator or an activation that the C code does not know.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    return tuple(_layers(model, schema))


def _layers(model: Any, schema: Any) -> Iterator[Layer]:
    graph, kinds = model.subgraphs[0], schema.ActivationFunctionType
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        if name in IGNORED:
            continue
        # Not every operator has options, or an activation among them.
        activation = getattr(operator.builtinOptions, "fusedActivationFunction", kinds.NONE)
        if name not in KINDS or activation not in (kinds.NONE, kinds.RELU):
            raise SourceError(
                f"expected a network of {', '.join(KINDS)} with ReLU or nothing behind them, got {name} with "
                f"activation {activation}; train one that has no other"
            )
        tensors, outputs = ([graph.tensors[index] for index in ends] for ends in (operator.inputs, operator.outputs))
        yield _layer(name, operator.builtinOptions, tensors, outputs[0], model.buffers, activation)


def _layer(name: str, options: Any, tensors: list[Any], output: Any, buffers: Any, activation: int) -> Layer:
    kernel_hw, stride, is_same = _geometry(name, options, tensors)
    of_input, of_output = _hwc(tensors[0], name == "FULLY_CONNECTED"), _hwc(output, name == "FULLY_CONNECTED")
    padding = tuple(
        max((out - 1) * stride + kernel - size, 0) // 2 if is_same else 0
        for size, out, kernel in zip(of_input, of_output, kernel_hw, strict=False)
    )
    zero_points = int(tensors[0].quantization.zeroPoint[0]), int(output.quantization.zeroPoint[0])
    weights, biases = np.empty(0, np.int8), np.empty(0, np.int32)
    multipliers, shifts = np.empty(0, np.int32), np.empty(0, np.int8)
    if name != "MAX_POOL_2D":
        weights = np.frombuffer(bytes(buffers[tensors[1].buffer].data), np.int8)
        biases = np.frombuffer(bytes(buffers[tensors[2].buffer].data), np.int32)
        multipliers, shifts = _multipliers(tensors, output, len(biases))
    return Layer(
        KINDS[name], of_input, of_output, kernel_hw, stride, (padding[0], padding[1]), zero_points,
        zero_points[1] if activation else -128, weights, biases, multipliers, shifts,
    )  # fmt: skip


def _geometry(name: str, options: Any, tensors: list[Any]) -> tuple[tuple[int, int], int, bool]:
    """Height and width of the kernel, the stride, and whether the output is padded to the input's size."""
    if name == "FULLY_CONNECTED":
        return (1, 1), 1, False
    if name == "MAX_POOL_2D":
        height, width = options.filterHeight, options.filterWidth
    else:
        height, width = tensors[1].shape[1:3]
    # 0 is SAME in TFLite's schema.
    return (int(height), int(width)), int(options.strideH), options.padding == 0


def _hwc(tensor: Any, is_dense: bool) -> tuple[int, int, int]:
    shape = [int(side) for side in tensor.shape]
    return (1, 1, math.prod(shape)) if is_dense else (shape[1], shape[2], shape[3])


def _multipliers(tensors: list[Any], output: Any, channels: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Input scale * weight scale / output scale of each channel, as a fraction of 2**31 and a power of 2."""
    of_weights = np.resize(np.asarray(tensors[1].quantization.scale, np.float32), channels)
    of_input, of_output = (np.float32(tensor.quantization.scale[0]) for tensor in (tensors[0], output))
    scales = np.float64(of_input) * of_weights.astype(np.float64) / np.float64(of_output)
    fractions, exponents = np.frexp(scales)
    multipliers = np.floor(fractions * 2.0**31 + 0.5).astype(np.int64)
    is_one = multipliers == 2**31
    return (np.where(is_one, 2**30, multipliers).astype(np.int32), (exponents + is_one).astype(np.int8))
