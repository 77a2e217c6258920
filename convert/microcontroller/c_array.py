"""A .tflite file as C source: its flatbuffer as an aligned constant, its contract as constants."""

import math
from dataclasses import dataclass

import numpy as np

from edge_app.model.classifier import Endpoint, input_table
from edge_app.model.contract import ModelContract
from edge_app.model.file import ModelFile
from edge_app.model.runtime import open_interpreter
from train.quiet_import import import_tensorflow

from ..errors import SourceError
from ..prove.inspection import inspect_model
from ..prove.micro import measure_arena, resolver_call
from .c_layers import layer_sources
from .layers import Layer, read_layers
from .text import guarded, rows

BYTES_A_LINE = 20
EXPONENTIALS_A_LINE = 10
# Eleven of the largest exponential stay below 2**32.
EXPONENTIAL_ONE = 1 << 24
CONFIDENCE_ONE = 1 << 16
# Pointers of 64 bits made the measurement; a microcontroller's are shorter, its alignment may not be.
ARENA_STEP = 1024
UNMEASURED_ARENA_BYTES = 32 * 1024


@dataclass(frozen=True)
class MicroModel:
    """What a microcontroller needs to know of a model.

    Attributes:
        source: the file's name, for a comment.
        sha256: of the whole file.
        flatbuffer: without the ZIP tail.
        contract: of the file.
        input: scale and zero point.
        output: scale and zero point.
        operators: each kind once, as TFLite names them.
        layers: the same network as integers.
        arena_bytes: what tflite-micro took here; None where it is not installed.
    """

    source: str
    sha256: str
    flatbuffer: bytes
    contract: ModelContract
    input: tuple[float, int]
    output: tuple[float, int]
    operators: tuple[str, ...]
    layers: tuple[Layer, ...]
    arena_bytes: int | None


def take_apart(model: ModelFile[ModelContract], name: str) -> MicroModel:
    """Finds out what is written into the sources.

    Raises:
        SourceError: the model is not int8 at both ends, or its input is not pixel - 128.
        RuntimeUnavailableError: no TFLite runtime works here.
    """
    interpreter = open_interpreter(model.content).interpreter
    inputs, outputs = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    dtypes = [np.dtype(end["dtype"]).name for end in (inputs, outputs)]
    if dtypes != ["int8", "int8"]:
        raise SourceError(f"expected an int8 model, got {' and '.join(dtypes)} in {name}; make one with --int8")
    if not np.array_equal(input_table(inputs), np.arange(256) - 128):
        raise SourceError(f"expected a model that takes pixel - 128, got {name} with another scale; convert it again")
    import_tensorflow()
    return MicroModel(
        source=name,
        sha256=model.sha256,
        flatbuffer=model.flatbuffer,
        contract=model.contract,
        input=_quantization(inputs),
        output=_quantization(outputs),
        operators=tuple(dict.fromkeys(operator.name for operator in inspect_model(model.content).operators)),
        layers=read_layers(model.flatbuffer),
        arena_bytes=measure_arena(model.flatbuffer),
    )


def _quantization(end: Endpoint) -> tuple[float, int]:
    scale, zero_point = end["quantization"]
    return float(scale), int(zero_point)


def generated_sources(model: MicroModel) -> dict[str, str]:
    """Text by file name: digits_contract and digits_layers, .h and .c (C99), digits_model.h and .cc (C++11)."""
    return {
        "digits_contract.h": _contract_header(model),
        "digits_contract.c": _contract_source(model),
        "digits_model.h": _model_header(model),
        "digits_model.cc": _model_source(model),
        **layer_sources(_origin(model), model.layers),
    }


def exponentials(model: MicroModel) -> list[int]:
    """Of each difference from the largest output, 0 to 255, e to the calibrated logit, in 1 / EXPONENTIAL_ONE."""
    step = model.output[0] / model.contract.temperature
    return [round(EXPONENTIAL_ONE * math.exp(-difference * step)) for difference in range(256)]


def _contract_header(model: MicroModel) -> str:
    contract = model.contract
    limit = math.ceil(contract.refuse_below * CONFIDENCE_ONE)
    body = f"""#include <stdint.h>

/* Ten digits first; the eleventh output, where there is one, is "not a digit". */
#define DIGITS_LABEL_COUNT {len(contract.labels)}
/* Logits are divided by it before the softmax. */
#define DIGITS_TEMPERATURE {contract.temperature!r}
/* A digit less probable than this is refused; the second in 1/65536. */
#define DIGITS_REFUSE_BELOW {contract.refuse_below!r}
#define DIGITS_REFUSE_BELOW_65536 {limit}u
/* Real value = scale * (stored value - zero point). */
#define DIGITS_INPUT_SCALE {model.input[0]!r}
#define DIGITS_INPUT_ZERO_POINT ({model.input[1]})
#define DIGITS_OUTPUT_SCALE {model.output[0]!r}
#define DIGITS_OUTPUT_ZERO_POINT ({model.output[1]})

{
        _extern_c(
            "extern const char *const digits_labels[DIGITS_LABEL_COUNT];",
            "/* exp(-i * scale / temperature) of the output that is i below the largest; 2^24 is 1. */",
            "extern const uint32_t digits_exponentials[256];",
        )
    }"""
    return _origin(model) + guarded("DIGITS_CONTRACT_H", body)


def _contract_source(model: MicroModel) -> str:
    labels = ", ".join(f'"{label}"' for label in model.contract.labels)
    return (
        f'{_origin(model)}#include "digits_contract.h"\n\n'
        f"const char *const digits_labels[DIGITS_LABEL_COUNT] = {{{labels}}};\n\n"
        f"const uint32_t digits_exponentials[256] = {{\n{rows(exponentials(model), EXPONENTIALS_A_LINE)}}};\n"
    )


def _model_header(model: MicroModel) -> str:
    calls = ", ".join(f"(resolver).{resolver_call(name)}" for name in model.operators)
    measured = model.arena_bytes
    arena = UNMEASURED_ARENA_BYTES if measured is None else -(-measured // ARENA_STEP) * ARENA_STEP
    note = "not measured: tflite-micro was not there" if measured is None else f"tflite-micro took {measured:,} bytes"
    body = f"""/* Operators of the network, for a tflite::MicroMutableOpResolver<DIGITS_OPERATOR_COUNT>. */
#define DIGITS_OPERATOR_COUNT {len(model.operators)}
#define DIGITS_ADD_OPERATORS(resolver) ({calls})
/* Memory for tflite::MicroInterpreter ({note}). */
#define DIGITS_ARENA_BYTES {arena}
#define DIGITS_MODEL_BYTES {len(model.flatbuffer)}

{_extern_c("extern const unsigned char digits_model[DIGITS_MODEL_BYTES];")}"""
    return _origin(model) + guarded("DIGITS_MODEL_H", body)


def _model_source(model: MicroModel) -> str:
    return (
        f'{_origin(model)}#include "digits_model.h"\n\n'
        f"alignas(16) const unsigned char digits_model[DIGITS_MODEL_BYTES] = {{\n"
        f"{rows(model.flatbuffer, BYTES_A_LINE)}}};\n"
    )


def _origin(model: MicroModel) -> str:
    return f"/* {model.source} as python -m convert --c-array writes it; SHA-256 of the file:\n * {model.sha256} */\n"


def _extern_c(*lines: str) -> str:
    declared = "\n".join(lines)
    return f'#ifdef __cplusplus\nextern "C" {{\n#endif\n\n{declared}\n\n#ifdef __cplusplus\n}}\n#endif'
