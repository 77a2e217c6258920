"""The card's table of the networks on tflite-micro."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..prove.micro import RUNTIME, resolver_call
from .markdown import percent, table
from .publish import conversion_key, model_name

Json = Mapping[str, Any]
TITLES = (
    f"on {RUNTIME}",
    "weights",
    "with graph and scales",
    "file",
    "MACs",
    "arena",
    "test images",
    "accuracy",
    "same digit as float32",
    "same digit as on",
    "resolver",
)


def chips_table(metrics: Json) -> str:
    """A row for each int8 digit network that was proven there."""
    rows = list(_rows(metrics))
    if not rows:
        return "Not measured yet; make it with `python -m convert --int8 --publish` where tflite-micro is installed.\n"
    return table(TITLES, rows)


def _rows(metrics: Json) -> Iterator[list[str]]:
    for network in ("digits", "nano"):
        model = metrics.get(conversion_key(network), {}).get("models", {}).get("int8", {})
        if "micro" not in model:
            continue
        micro = model["micro"]
        yield [
            f"`{model_name('int8', network)}`",
            _bytes(sum(operator["bytes"] for operator in model["operators"])),
            _bytes(model["flatbuffer_bytes"]),
            _bytes(model["size_bytes"]),
            f"{model['macs']:,}",
            _bytes(micro["arena_bytes"]),
            f"{micro['images']:,}",
            percent(micro["comparison"]["accuracy_percent"]),
            percent(micro["comparison"]["agreement_percent"]),
            f"{percent(micro['same_digit_percent'])} {micro['beside']}",
            ", ".join(map(resolver_call, micro["operators"])),
        ]


def _bytes(count: int) -> str:
    return f"{count:,} B"
