"""The table of a digit network's numbers, float against int8."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .markdown import percent, table

Json = Mapping[str, Any]
# The rows of the card's table that README shows.
HEADLINE = (
    "accuracy",
    "drop from float32",
    "labels changed",
    "corruption suite, mean",
    "file",
    "multiply-accumulates",
)


def numbers_table(models: Json, names: Iterable[str] | None = None) -> str:
    """The float-against-int8 table, from what `python -m convert` measured of each precision.

    Args:
        models: by precision, as metrics.json has them.
        names: of its rows; None for all.
    """
    runtimes = list(models["int8"]["runtimes"])
    columns = [("float32", runtimes[0]), *(("int8", runtime) for runtime in runtimes)]
    measured = [_measured(models[precision], runtime) for precision, runtime in columns]
    titles = ["MNIST test, 10,000 images", *(f"{precision} on {runtime}" for precision, runtime in columns)]
    return table(titles, ([name, *map(_ROWS[name], measured)] for name in names or _ROWS))


def _measured(model: Json, runtime: str) -> Json:
    on_runtime = model["runtimes"][runtime]
    # Corrupted digits are read on the first runtime alone.
    kinds = model.get("corruption_accuracy_percent") if runtime == next(iter(model["runtimes"])) else None
    mean = sum(kinds.values()) / len(kinds) if kinds else None
    return {**model, **on_runtime, **on_runtime["comparison"], "corruption_mean": mean}


_ROWS: dict[str, Callable[[Json], str]] = {
    "accuracy": lambda m: percent(m["accuracy_percent"]),
    "accuracy without 15 disputed labels": lambda m: percent(m.get("undisputed_accuracy_percent")),
    "drop from float32": lambda m: f"{m['drop_pp']:+.2f} pp",
    "McNemar's exact p": lambda m: f"{m['mcnemar_p']:.2f}",
    "labels changed": lambda m: f"{m['labels_changed']}",
    "worst logit error": lambda m: f"{m['worst_logit_error']:.2f}",
    "expected calibration error": lambda m: f"{m['calibration_error']:.4f}",
    "digits kept": lambda m: percent(m["digits_kept_percent"]),
    "non-digits passed": lambda m: percent(m["non_digits_passed_percent"], 1),
    "non-digits passed where 99 % of digits are kept": lambda m: percent(m["non_digits_passed_at_99_percent"], 1),
    "corruption suite, mean": lambda m: percent(m["corruption_mean"]),
    "file": lambda m: f"{m['size_bytes'] / 1024:.1f} KiB",
    "parameters": lambda m: f"{m['parameters']:,}",
    "multiply-accumulates": lambda m: f"{m['macs'] / 1e6:.2f} M",
}
