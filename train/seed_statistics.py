"""Statistics over several seeds: mean and standard deviation of each number, and the seed to ship."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

Metrics = Mapping[str, Any]
Spread = dict[str, Any]


def spread(values: Sequence[float | None]) -> Spread:
    """Mean, sample standard deviation (n - 1) and the values themselves, some of which, but not all, may be None.

    The standard deviation is None for a single value.
    """
    known = [value for value in values if value is not None]
    std = statistics.stdev(known) if len(known) > 1 else None
    return {"mean": statistics.fmean(known), "std": std, "values": list(values)}


def seed_numbers(metrics: Metrics) -> dict[str, float | None]:
    """One seed's numbers out of its metrics.json; "name.runtime" where a number belongs to a runtime."""
    int8 = metrics["convert"]["models"]["int8"]
    numbers: dict[str, float | None] = {}
    for runtime, proof in int8["runtimes"].items():
        numbers |= {f"{name}.{runtime}": value for name, value in _proof_numbers(proof).items()}
    kinds = int8.get("corruption_accuracy_percent")
    numbers |= {
        "corruption_accuracy_percent": statistics.fmean(kinds.values()) if kinds else None,
        "qat_validation_accuracy_percent": metrics["train"]["accuracy_percent"]["qat"]["validation"],
        "size_bytes": int8["size_bytes"],
        "training_minutes": metrics.get("training_minutes"),
    }
    return numbers


def _proof_numbers(proof: Metrics) -> dict[str, float | None]:
    comparison = proof["comparison"]
    return {
        "int8_accuracy_percent": comparison["accuracy_percent"],
        "float_accuracy_percent": comparison["parent_accuracy_percent"],
        "drop_pp": comparison["drop_pp"],
        "labels_changed": comparison["labels_changed"],
        "undisputed_accuracy_percent": proof.get("undisputed_accuracy_percent"),
        "calibration_error": proof["calibration_error"],
        "non_digits_passed_at_99_percent": proof["non_digits_passed_at_99_percent"],
    }


def spreads(seeds: Iterable[Metrics]) -> dict[str, Spread]:
    """The spread of each number over the seeds' metrics; a number that no seed has is left out."""
    found = [seed_numbers(metrics) for metrics in seeds]
    # A runtime may have been installed between two seeds.
    names = dict.fromkeys(name for numbers in found for name in numbers)
    columns = {name: [numbers.get(name) for numbers in found] for name in names}
    return {name: spread(values) for name, values in columns.items() if any(value is not None for value in values)}


def best_seed(seeds: Mapping[int, Metrics]) -> int:
    """The seed to ship, by validation data alone.

    The highest validation accuracy of the quantization-aware model; of equals the lowest final validation loss, then
    the lowest seed.
    """

    def rank(seed: int) -> tuple[float, float, int]:
        train = seeds[seed]["train"]
        return -train["accuracy_percent"]["qat"]["validation"], train["histories"]["qat"]["val_loss"][-1], seed

    return min(seeds, key=rank)


def spread_table(numbers: Mapping[str, Spread], seeds: Sequence[int]) -> Table:
    """Mean, standard deviation and each seed's value, a row for each number."""
    table = Table("of each seed", box=SIMPLE)
    for heading in ("mean", "std"):
        table.add_column(heading, justify="right", no_wrap=True)
    # One column for all values: it wraps if there are many seeds.
    table.add_column(f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}")
    for name, found in numbers.items():
        values = "  ".join(value_text(value) for value in found["values"])
        table.add_row(number_heading(name), value_text(found["mean"]), value_text(found["std"]), values)
    return table


def number_heading(name: str) -> str:
    """A number's name in words: "drop_pp.litert" is "drop pp, litert"."""
    name, _, runtime = name.partition(".")
    words = name.replace("percent", "%").replace("_", " ")
    return f"{words}, {runtime}" if runtime else words


def value_text(value: float | None) -> str:
    """A number with its significant decimals; "n/a" for None."""
    if value is None:
        return "n/a"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
