"""The card's tables of the networks that only pages need: the detector and the sequence reader."""

from collections.abc import Mapping
from typing import Any

from .markdown import percent, table

Json = Mapping[str, Any]


def detector_table(detector: Json | None) -> str:
    """The detector's scores on drawn tiles, by precision and runtime."""
    if detector is None:
        return "Not measured yet; make it with `python -m convert --detector --int8 --publish`.\n"
    titles = ["drawn tiles of MNIST's test digits", "digits", "F1", "recall", "precision", "file", "MACs a tile"]
    rows = [
        [
            f"{precision} on {runtime}",
            f"{score['truth']:,}",
            percent(score["f1_percent"]),
            percent(100 * score["placed"] / max(1, score["truth"])),
            percent(100 * score["placed"] / max(1, score["found"])),
            *_size(model),
        ]
        for precision, model in detector["models"].items()
        for runtime, score in model["runtimes"].items()
    ]
    return table(titles, rows)


def sequence_table(sequence: Json | None) -> str:
    """The sequence reader's scores on drawn numbers, by precision and runtime."""
    if sequence is None:
        return "Not measured yet; make it with `python -m convert --sequence --int8 --publish`.\n"
    hands = "MNIST's test digits and other writers' pens" if sequence["pens_sha256"] else "MNIST's test digits"
    titles = [f"numbers drawn with {hands}", "numbers", "read exactly", "same text as float32", "file", "MACs a strip"]
    rows = [
        [
            f"{precision} on {runtime}",
            f"{score['strips']:,}",
            percent(score["exact_percent"]),
            percent(score["same_text_percent"]),
            *_size(model),
        ]
        for precision, model in sequence["models"].items()
        for runtime, score in model["runtimes"].items()
    ]
    return table(titles, rows)


def _size(model: Json) -> tuple[str, str]:
    return f"{model['size_bytes'] / 1000:.0f} kB", f"{model['macs'] / 1e6:.0f} M"
