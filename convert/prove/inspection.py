"""What is inside a .tflite: operators, tensors, scales, and whether all of it is integer arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

FLOAT_DTYPES = frozenset({"FLOAT16", "FLOAT32", "FLOAT64", "BFLOAT16", "COMPLEX64", "COMPLEX128"})
FORBIDDEN_OPERATORS = frozenset({"QUANTIZE", "DEQUANTIZE", "FAKE_QUANT"})
INTEGERS = frozenset({"INT8", "UINT8", "INT16", "INT32"})


@dataclass(frozen=True)
class Tensor:
    """One tensor: real value = scale * (stored value - zero point); scales and zero points are empty for float.

    Attributes:
        is_constant: weights and shapes, as against activations.
        size_bytes: what a constant takes up in the file; 0 for activations.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    is_constant: bool
    size_bytes: int = 0


@dataclass(frozen=True)
class Operator:
    """One operator with its tensors, and how many multiply-accumulates (MACs) it costs for one image."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    macs: int

    @property
    def parameters(self) -> tuple[Tensor, ...]:
        """Weights and biases, if it multiplies and accumulates."""
        # Behind the image; float16 ones are no constants there, a DEQUANTIZE comes before them.
        return self.inputs[1:] if self.macs else ()

    @property
    def parameter_count(self) -> int:
        """How many numbers these are."""
        return sum(prod(tensor.shape) for tensor in self.parameters)

    @property
    def converts_float(self) -> bool:
        """Whether it converts float to integers or back; changing from one integer scale to another does not count."""
        ends = {tensor.dtype for tensor in (*self.inputs, *self.outputs)}
        return self.name in FORBIDDEN_OPERATORS and not ends <= INTEGERS

    @property
    def size_bytes(self) -> int:
        """What its constants take up in the file."""
        return sum(tensor.size_bytes for tensor in self.inputs)


@dataclass(frozen=True)
class Inspection:
    """A model's operators in order, all its tensors, its inputs and outputs."""

    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one image."""
        return sum(operator.macs for operator in self.operators)

    @property
    def parameter_count(self) -> int:
        """Weights and biases of the operators that multiply and accumulate."""
        used = {tensor for operator in self.operators for tensor in operator.parameters}
        return sum(prod(tensor.shape) for tensor in used)

    @property
    def float_findings(self) -> tuple[str, ...]:
        """What keeps the model from running on integers alone; empty for a full-integer model."""
        tensors = [f"{tensor.dtype} tensor {tensor.name}" for tensor in self.tensors if tensor.dtype in FLOAT_DTYPES]
        operators = [f"operator {op.name}" for op in self.operators if op.converts_float]
        return (*tensors, *operators)

    @property
    def is_integer_only(self) -> bool:
        """True if no tensor is float and no operator quantizes or dequantizes."""
        return not self.float_findings

    @property
    def takes_pixel_minus_128(self) -> bool:
        """True if the pixel p enters as the int8 number p - 128, which costs the app no arithmetic."""
        tensor = self.inputs[0]
        if not tensor.scales:
            return False
        pixels = np.arange(256)
        quantized = np.rint(pixels / 255 / tensor.scales[0]) + tensor.zero_points[0]
        return bool(np.array_equal(quantized, pixels - 128))


def inspect_model(content: bytes) -> Inspection:
    """Inspects the flatbuffer of a .tflite, not an interpreter, which may have rewritten the graph."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    dtype_names = _names(schema.TensorType)
    operator_names = _names(schema.BuiltinOperator)
    operators: list[Operator] = []
    tensors: list[Tensor] = []
    for graph in model.subgraphs:
        graph_tensors = [_tensor(tensor, dtype_names, model.buffers) for tensor in graph.tensors]
        tensors += graph_tensors
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            # Files from before schema 3a hold the code in the deprecated field alone.
            name = operator_names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            # -1 marks an optional input that is absent.
            inputs = tuple(graph_tensors[index] for index in operator.inputs if index >= 0)
            outputs = tuple(graph_tensors[index] for index in operator.outputs)
            operators.append(Operator(name, inputs, outputs, _macs(name, inputs, outputs)))
    main = model.subgraphs[0]
    ends = ([tensors[index] for index in indices] for indices in (main.inputs, main.outputs))
    inputs, outputs = (tuple(end) for end in ends)
    return Inspection(tuple(operators), tuple(tensors), inputs, outputs)


def _names(enumeration: Any) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


def _tensor(tensor: Any, dtype_names: dict[int, str], buffers: Sequence[Any]) -> Tensor:
    quantization = tensor.quantization
    content = buffers[tensor.buffer].data
    scales, zero_points = (quantization.scale, quantization.zeroPoint) if quantization else (None, None)
    return Tensor(
        name=(tensor.name or b"").decode(),
        shape=tuple(int(side) for side in tensor.shape) if tensor.shape is not None else (),
        dtype=dtype_names[tensor.type],
        scales=tuple(float(scale) for scale in scales) if scales is not None else (),
        zero_points=tuple(int(point) for point in zero_points) if zero_points is not None else (),
        is_constant=content is not None,
        size_bytes=0 if content is None else len(content),
    )


def _macs(name: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> int:
    """MACs by the shapes: weights are (out, height, width, in), (1, height, width, out) and (out, in) in TFLite."""
    if name == "CONV_2D":
        return prod(outputs[0].shape) * prod(inputs[1].shape[1:])
    if name == "DEPTHWISE_CONV_2D":
        return prod(outputs[0].shape) * prod(inputs[1].shape[1:3])
    if name == "FULLY_CONNECTED":
        return prod(outputs[0].shape) * inputs[1].shape[-1]
    return 0
