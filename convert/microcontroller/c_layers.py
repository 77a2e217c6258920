"""The layers of a network as C99: what sources/digits_network.c runs without TFLite."""

from collections.abc import Sequence
from math import prod

from .layers import Layer
from .text import guarded, rows

NUMBERS_A_LINE = 20


def layer_sources(origin: str, layers: Sequence[Layer]) -> dict[str, str]:
    """Text by file name: digits_layers.h and .c.

    Args:
        origin: a comment that says where they come from.
        layers: in order.
    """
    return {"digits_layers.h": origin + _header(layers), "digits_layers.c": origin + _source(layers)}


def _header(layers: Sequence[Layer]) -> str:
    sizes = [prod(layers[0].input_hwc), *(prod(layer.output_hwc) for layer in layers)]
    body = f"""#include <stdint.h>

/* Each layer reads one of two buffers and writes the other; the image stands in the second. */
#define DIGITS_FIRST_BUFFER_BYTES {max(sizes[1::2])}
#define DIGITS_SECOND_BUFFER_BYTES {max(sizes[0::2])}
#define DIGITS_LAYER_COUNT {len(layers)}

enum {{ DIGITS_CONVOLUTION, DIGITS_DEPTHWISE, DIGITS_MAX_POOL }};

/* Real value = scale * (stored value - zero point). */
typedef struct {{
  uint8_t kind, kernel_height, kernel_width, stride;
  uint8_t rows_above, columns_left; /* of padding */
  uint16_t in_height, in_width, in_channels;
  uint16_t out_height, out_width, out_channels;
  int16_t in_zero_point, out_zero_point, lowest;
  const int8_t *weights;      /* out, height, width, in; depthwise: height, width, out */
  const int32_t *biases;      /* the rest: one for each channel of the output */
  const int32_t *multipliers; /* in 1/2^31 */
  const int8_t *shifts;       /* powers of 2 */
}} digits_layer;

extern const digits_layer digits_layers[DIGITS_LAYER_COUNT];"""
    return guarded("DIGITS_LAYERS_H", body)


def _source(layers: Sequence[Layer]) -> str:
    arrays = "".join(_arrays(index, layer) for index, layer in enumerate(layers) if len(layer.weights))
    table = "".join(f"    {_entry(index, layer)},\n" for index, layer in enumerate(layers))
    return (
        f'#include "digits_layers.h"\n\n{arrays}const digits_layer digits_layers[DIGITS_LAYER_COUNT] = {{\n{table}}};\n'
    )


def _arrays(index: int, layer: Layer) -> str:
    parts = (
        ("int8_t", "weights", layer.weights),
        ("int32_t", "biases", layer.biases),
        ("int32_t", "multipliers", layer.multipliers),
        ("int8_t", "shifts", layer.shifts),
    )
    return "".join(
        f"static const {kind} {name}_{index}[] = {{\n{rows(numbers.tolist(), NUMBERS_A_LINE)}}};\n\n"
        for kind, name, numbers in parts
    )


def _entry(index: int, layer: Layer) -> str:
    numbers = (
        *layer.kernel_hw, layer.stride, *layer.padding_yx, *layer.input_hwc, *layer.output_hwc, *layer.zero_points,
        layer.lowest,
    )  # fmt: skip
    names = ("weights", "biases", "multipliers", "shifts")
    pointers = (f"{name}_{index}" if len(layer.weights) else "0" for name in names)
    return f"{{{', '.join([f'DIGITS_{layer.kind}', *map(str, numbers), *pointers])}}}"
