"""Networks that nobody means well with, each under a digest that fits; they are made out of the shipped one."""

from collections.abc import Callable
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge_app.model.file import embed_contract

from .models import SHIPPED, flatbuffer

# An operator and an option that no runtime knows, and more than any tensor list has.
UNKNOWN, MANY, HUGE = 9_999, 1_000_000, 2**31 - 1


def model_of(change: Callable[[Any], None]) -> bytes:
    """A model file whose network's tables were changed, as schema_py_generated's objects."""
    network = schema.ModelT.InitFromObj(schema.Model.GetRootAs(flatbuffer()))
    change(network)
    builder = flatbuffers.Builder()
    builder.Finish(network.Pack(builder), b"TFL3")
    return embed_contract(bytes(builder.Output()), SHIPPED.contract)


def _convolution(network: Any) -> Any:
    kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in network.operatorCodes]
    kind = kinds.index(schema.BuiltinOperator.CONV_2D)
    return next(operator for operator in network.subgraphs[0].operators if operator.opcodeIndex == kind)


def _output(network: Any) -> Any:
    """The tensor that the first convolution gives."""
    return network.subgraphs[0].tensors[_convolution(network).outputs[0]]


def _input(network: Any) -> Any:
    return network.subgraphs[0].tensors[network.subgraphs[0].inputs[0]]


def _weights(network: Any) -> Any:
    """The tensor of the first convolution's weights."""
    return network.subgraphs[0].tensors[_convolution(network).inputs[1]]


def _options(network: Any) -> Any:
    return _convolution(network).builtinOptions


def _cycle(network: Any) -> None:
    """A convolution that reads what it gives."""
    convolution = _convolution(network)
    convolution.inputs = [*convolution.outputs, *convolution.inputs[1:]]


def _operator(code: int, custom: bytes | None = None) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        convolution = network.operatorCodes[_convolution(network).opcodeIndex]
        convolution.builtinCode, convolution.deprecatedBuiltinCode = code, min(code, 127)
        convolution.customCode = custom

    return change


def _on(part: Callable[[Any], Any], **values: Any) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        for name, value in values.items():
            setattr(part(network), name, value)

    return change


def _shape(*shape: int) -> Callable[[Any], None]:
    return _on(_output, shape=np.array(shape, np.int32), shapeSignature=None)


def _greedy(network: Any) -> None:
    """FILL, into a tensor of 600 MB that nobody reads."""
    main, code, dims = network.subgraphs[0], schema.OperatorCodeT(), schema.BufferT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FILL
    code.version = 2
    network.operatorCodes.append(code)
    dims.data = np.frombuffer(np.array([600_000_000], np.int32).tobytes(), np.uint8)
    value = schema.BufferT()
    value.data = np.array([1], np.uint8)
    network.buffers += [dims, value]
    for name, shape, kind, buffer in (
        (b"dims", [1], schema.TensorType.INT32, len(network.buffers) - 2),
        (b"value", [], schema.TensorType.BOOL, len(network.buffers) - 1),
        (b"large", [600_000_000], schema.TensorType.BOOL, 0),
    ):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, np.array(shape, np.int32), kind, buffer
        main.tensors.append(tensor)
    fill, last = schema.OperatorT(), len(main.tensors) - 1
    fill.opcodeIndex, fill.inputs, fill.outputs = len(network.operatorCodes) - 1, [last - 2, last - 1], [last]
    fill.builtinOptionsType, fill.builtinOptions = schema.BuiltinOptions.FillOptions, schema.FillOptionsT()
    main.operators.insert(0, fill)


def _endless(network: Any) -> None:
    """WHILE with a condition that always holds, on the input, before everything else."""
    main = network.subgraphs[0]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.WHILE
    code.version = 1
    network.operatorCodes.append(code)
    taken, given = main.tensors[main.inputs[0]], schema.TensorT()
    given.shape, given.type, given.quantization, given.buffer = taken.shape, taken.type, taken.quantization, 0
    given.name = b"given"
    main.tensors.append(given)
    loop = schema.OperatorT()
    loop.opcodeIndex, loop.inputs = len(network.operatorCodes) - 1, [main.inputs[0]]
    loop.outputs = [len(main.tensors) - 1]
    loop.builtinOptionsType, loop.builtinOptions = schema.BuiltinOptions.WhileOptions, schema.WhileOptionsT()
    loop.builtinOptions.condSubgraphIndex, loop.builtinOptions.bodySubgraphIndex = 1, 2
    for operator in main.operators:
        operator.inputs = [loop.outputs[0] if index == main.inputs[0] else index for index in operator.inputs]
    main.operators.insert(0, loop)
    always = schema.BufferT()
    always.data = np.array([1], np.uint8)
    network.buffers.append(always)
    for truth in (True, False):
        graph, inside, answer = schema.SubGraphT(), schema.TensorT(), schema.TensorT()
        inside.shape, inside.type, inside.quantization, inside.buffer = taken.shape, taken.type, taken.quantization, 0
        answer.shape, answer.type = np.array([1], np.int32), schema.TensorType.BOOL
        answer.buffer = len(network.buffers) - 1
        inside.name, answer.name = b"inside", b"always"
        graph.tensors, graph.operators = [inside, answer] if truth else [inside], []
        graph.inputs, graph.outputs = [0], [1] if truth else [0]
        network.subgraphs.append(graph)


CHANGES: dict[str, Callable[[Any], None]] = {
    "unknown operator": _operator(UNKNOWN),
    "custom operator": _operator(schema.BuiltinOperator.CUSTOM, b"Mine"),
    "Flex operator": _operator(schema.BuiltinOperator.CUSTOM, b"FlexReadFile"),
    "another operator": _operator(schema.BuiltinOperator.LSTM),
    "operator out of range": _on(_convolution, opcodeIndex=MANY),
    "inputs out of range": _on(_convolution, inputs=[MANY, MANY, MANY]),
    "negative inputs": _on(_convolution, inputs=[-7, -7, -7]),
    "no inputs": _on(_convolution, inputs=[]),
    "many inputs": _on(_convolution, inputs=[0] * 100_000),
    "outputs out of range": _on(_convolution, outputs=[MANY]),
    "no outputs": _on(_convolution, outputs=[]),
    "no options": _on(_convolution, builtinOptions=None, builtinOptionsType=0),
    "stride 0": _on(_options, strideW=0, strideH=0),
    "negative stride": _on(_options, strideW=-1, strideH=-1),
    "dilation huge": _on(_options, dilationWFactor=HUGE, dilationHFactor=HUGE),
    "cycle": _cycle,
    "backwards": lambda network: network.subgraphs[0].operators.reverse(),
    "zero side": _shape(1, 0, 0, 32),
    "negative side": _shape(1, -5, 28, 32),
    "huge sides": _shape(HUGE, HUGE, HUGE, HUGE),
    "other shape": _shape(1, 2, 2, 1),
    "no shape": _on(_output, shape=None),
    "other type": _on(_output, type=schema.TensorType.STRING),
    "unknown type": _on(_output, type=99),
    "no quantization": _on(_output, quantization=None),
    "scale 0": _on(lambda network: _output(network).quantization, scale=np.array([0], np.float32)),
    "negative scale": _on(lambda network: _output(network).quantization, scale=np.array([-1], np.float32)),
    "scale NaN": _on(lambda network: _output(network).quantization, scale=np.array([np.nan], np.float32)),
    "many scales": _on(lambda network: _output(network).quantization, scale=np.ones(100_000, np.float32)),
    "zero point huge": _on(lambda network: _output(network).quantization, zeroPoint=np.array([2**40], np.int64)),
    "quantized dimension": _on(lambda network: _weights(network).quantization, quantizedDimension=MANY),
    "buffer out of range": _on(_weights, buffer=MANY),
    "no weights": _on(_weights, buffer=0),
    "weights cut": _on(lambda network: network.buffers[_weights(network).buffer], data=np.zeros(3, np.uint8)),
    "no graph": _on(lambda network: network, subgraphs=[]),
    "no operators": _on(lambda network: network.subgraphs[0], operators=[]),
    "no tensors": _on(lambda network: network.subgraphs[0], tensors=[]),
    "graph's input out of range": _on(lambda network: network.subgraphs[0], inputs=[MANY]),
    "graph's output out of range": _on(lambda network: network.subgraphs[0], outputs=[MANY]),
    "endless": _endless,
    "greedy": _greedy,
    "input huge": _on(_input, shape=np.array([1, 40_000, 40_000, 1], np.int32), shapeSignature=None),
    "input large": _on(_input, shape=np.array([1, 5_000, 5_000, 1], np.int32), shapeSignature=None),
}


KINDS = ("cut", "noise", "offsets", *CHANGES)


def hostile(kind: str) -> bytes:
    """The model file of a kind."""
    network = flatbuffer()
    if kind == "cut":
        return embed_contract(network[: len(network) // 2], SHIPPED.contract)
    if kind == "noise":
        return embed_contract(network[:8] + np.random.default_rng(0).bytes(50_000), SHIPPED.contract)
    if kind == "offsets":
        return embed_contract(b"\xff\xff\xff\x7fTFL3" + b"\xff" * 1000, SHIPPED.contract)
    return model_of(CHANGES[kind])
