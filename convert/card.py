"""The numbers in README.md and models/README.md, written from models/metrics.json: `python -m convert.card`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_app.model_file import write_atomically

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "models" / "README.md")
_PLACE = re.compile(r"(<!-- numbers -->\n).*?(<!-- /numbers -->)", re.DOTALL)


def numbers_table(metrics: dict[str, Any]) -> str:
    """The float-against-int8 table in Markdown, from what `python -m convert` measured."""
    models = metrics["convert"]["models"]
    runtimes = list(models["int8"]["runtimes"])
    columns = [("float32", runtimes[0]), *(("int8", runtime) for runtime in runtimes)]
    rows = [
        ["MNIST test, 10,000 images", *(f"{precision} on {runtime}" for precision, runtime in columns)],
        ["---"] * (1 + len(columns)),
    ]
    for name, read in _ROWS.items():
        rows.append([name, *(read(_measured(models[precision], runtime)) for precision, runtime in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _measured(model: dict[str, Any], runtime: str) -> dict[str, Any]:
    on_runtime = model["runtimes"][runtime]
    return {**model, **on_runtime, **on_runtime["comparison"]}


def _percent_or_none(percent: float | None) -> str:
    return "n/a" if percent is None else f"{percent:.1f} %"


_ROWS: dict[str, Callable[[dict[str, Any]], str]] = {
    "accuracy": lambda m: f"{m['accuracy_percent']:.2f} %",
    "drop from float32": lambda m: f"{m['drop_pp']:+.2f} pp",
    "McNemar's exact p": lambda m: f"{m['mcnemar_p']:.2f}",
    "labels changed": lambda m: f"{m['labels_changed']}",
    "worst logit error": lambda m: f"{m['worst_logit_error']:.2f}",
    "expected calibration error": lambda m: f"{m['calibration_error']:.4f}",
    "digits kept": lambda m: f"{m['digits_kept_percent']:.2f} %",
    "non-digits passed": lambda m: f"{m['non_digits_passed_percent']:.1f} %",
    "non-digits passed where 99 % of digits are kept": lambda m: _percent_or_none(m["non_digits_passed_at_99_percent"]),
    "file": lambda m: f"{m['size_bytes'] / 1024:.1f} KiB",
    "multiply-accumulates": lambda m: f"{m['macs'] / 1e6:.2f} M",
}


def with_numbers(page: str, table: str) -> str:
    """A page's text with the table between its marks; raises ValueError if they are not there."""
    replaced, count = _PLACE.subn(lambda found: found[1] + table + found[2], page)
    if count != 1:
        raise ValueError(f"expected one place between <!-- numbers --> and <!-- /numbers -->, got {count}")
    return replaced


def main() -> None:
    """Rewrites the tables in place."""
    table = numbers_table(json.loads((ROOT / "models" / "metrics.json").read_text()))
    for page in PAGES:
        write_atomically(page, with_numbers(page.read_text(), table).encode())
        print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
