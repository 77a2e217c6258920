"""`python -m convert.report.card`: the tables of README.md and models/README.md and int8's pictures, from metrics.json.

The tables of the ablation and of the seeds come from models/ablation.json and models/seeds.json, where these exist.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_app.errors import DigitsError
from edge_app.files.atomic import write_atomically
from train.data.mnist import load_mnist
from train.metrics_file import PENS_KEY
from train.seed_statistics import number_heading, value_text
from train.seeds import SEEDS_NAME

from ..errors import SourceError
from ..source import read_metrics
from .chips import chips_table
from .markdown import table
from .numbers import HEADLINE, numbers_table
from .page_networks import detector_table, sequence_table
from .plots import int8_pictures

ROOT = Path(__file__).parents[2]
ABLATION_NAME = "ablation.json"
# The rendered parts of each page; each stands between its marks.
PAGES = {
    Path("README.md"): ("headline",),
    Path("models", "README.md"): (
        "numbers",
        "pens",
        "operators",
        "ablation",
        "seeds",
        "detector",
        "sequence",
        "nano",
        "nano_operators",
        "chips",
    ),
}

NO_NANO = "Not measured yet; make it with `python -m convert --nano --int8 --float32 --publish`.\n"

Json = Mapping[str, Any]


def rendered_parts(models: Path) -> dict[str, str]:
    """Every part that a page can hold, in Markdown, by name.

    Args:
        models: the folder with metrics.json and optionally ablation.json and seeds.json.

    Raises:
        SourceError: one of these cannot be read.
        KeyError: metrics.json lacks a number.
    """
    metrics = read_metrics(models)
    nano = metrics.get("nano", {}).get("models", {})
    return {
        "headline": numbers_table(metrics["convert"]["models"], HEADLINE),
        "numbers": numbers_table(metrics["convert"]["models"]),
        "nano": numbers_table(nano) if nano else NO_NANO,
        "nano_operators": operator_table(nano.get("int8", {}).get("operators")),
        "chips": chips_table(metrics),
        "pens": pens_text(metrics),
        "operators": operator_table(metrics["convert"]["models"]["int8"].get("operators")),
        "ablation": ablation_table(_read_if_there(models / ABLATION_NAME, "budget", "rows")),
        "detector": detector_table(metrics.get("detector")),
        "sequence": sequence_table(metrics.get("sequence")),
        "seeds": seeds_table(_read_if_there(models / SEEDS_NAME, "best_seed", "seeds", "numbers")),
    }


def with_parts(page: str, names: Iterable[str], parts: Mapping[str, str]) -> str:
    """A page's text with the named parts between their marks; raises ValueError if a mark is not there once."""
    for name in names:
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        before_and_after = place.split(page)
        if len(before_and_after) != 4:
            raise ValueError(
                f"expected one place between <!-- {name} --> and <!-- /{name} -->, got {len(before_and_after) // 3}"
            )
        before, opening, closing, after = before_and_after
        page = before + opening + parts[name] + closing + after
    return page


def pens_text(metrics: Json) -> str:
    """Which of the networks were trained with UNIPEN, and whose it is, as its licence asks."""
    names = {
        "train": "the classifier",
        "train_detector": "the detector",
        "train_sequence": "the sequence reader",
    }
    found = {name: pens for part, name in names.items() if (pens := metrics.get(part, {}).get(PENS_KEY))}
    if not found:
        return "No pen trajectories: the networks were trained without UNIPEN.\n"
    pens = next(iter(found.values()))
    archive = f", archive with SHA-256 {pens['sha256']}" if pens["sha256"] else ""
    return (
        f"Real hands: {' and '.join(found)} learnt from digits, letters and words of UNIPEN's writers, too, drawn with "
        f"other pens, slants and widths (UNIPEN train_r01_v07, {pens['author']}, {pens['licence']}, "
        f"[doi:{pens['doi']}](https://doi.org/{pens['doi']}){archive}).\n"
    )


def operator_table(operators: Sequence[Json] | None) -> str:
    """The cost of each operator, and of all; None if metrics.json was written before they were measured."""
    if operators is None:
        return "n/a; make it with `python -m convert --int8 --float32 --publish`.\n"
    counts = ("parameters", "macs", "bytes")
    rows = [
        [row["operator"], "x".join(map(str, row["output_shape"])), *(f"{row[count]:,}" for count in counts)]
        for row in operators
    ]
    total = ["all", "", *(f"{sum(row[count] for row in operators):,}" for count in counts)]
    return table(["operator", "output shape", "parameters", "MACs", "bytes"], [*rows, total])


def ablation_table(ablation: Json | None) -> str:
    """Accuracies, percent, of trainings that each lack an ingredient, with the differences to the first row."""
    if ablation is None:
        return "Not measured yet; make it with `python tests/benchmarks/ablation.py --output models/ablation.json`.\n"
    first, *others = ablation["rows"]
    sets = [name for name in first if name != "name"]
    rows = [[first["name"], *(_decimals(first[name]) for name in sets)]]
    rows += [[row["name"], *(_with_difference(row.get(name), first[name]) for name in sets)] for row in others]
    titles = ["accuracy, %", *(name.replace("_", " ") for name in sets)]
    return f"Equal budget: {ablation['budget']}.\n\n{table(titles, rows)}"


def seeds_table(seeds: Json | None) -> str:
    """Mean and standard deviation over the seeds, and each seed's value."""
    if seeds is None:
        return "Not measured yet; make it with `python -m train --seeds 5` and `python -m convert --int8 --publish`.\n"
    each = ", ".join(map(str, seeds["seeds"]))
    rows = [
        [
            number_heading(name),
            value_text(found["mean"]),
            value_text(found["std"]),
            ", ".join(map(value_text, found["values"])),
        ]
        for name, found in seeds["numbers"].items()
    ]
    numbers = table(["", "mean", "standard deviation", f"seeds {each}"], rows)
    return f"Seed {seeds['best_seed']} was taken, by validation data alone.\n\n{numbers}"


def _read_if_there(path: Path, *keys: str) -> Json | None:
    expected = f"expected a JSON object with {', '.join(keys)} in {path}"
    try:
        content: Json = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise SourceError(f"{expected}, got {error}; delete the file, or make it again") from error
    if not (isinstance(content, dict) and content.keys() >= set(keys)):
        raise SourceError(f"{expected}, got other JSON; delete the file, or make it again")
    return content


def _decimals(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"


def _with_difference(value: float | None, reference: float | None) -> str:
    return _decimals(value) if value is None or reference is None else f"{value:.2f} ({value - reference:+.2f})"


def main(root: Path = ROOT) -> int:
    """Rewrites tables and pictures below the root of a checkout; returns 0, or 1 for a clear failure."""
    models = root / "models"
    try:
        parts = rendered_parts(models)
        files = {root / page: with_parts((root / page).read_text(), names, parts) for page, names in PAGES.items()}
        pictures = int8_pictures(read_metrics(models)["convert"]["models"]["int8"], load_mnist().test.images)
    except DigitsError as error:
        print(f"card: error: {error}", file=sys.stderr)
        return 1
    except KeyError as error:
        print(
            f"card: error: expected {error} in {models / 'metrics.json'}, got none; "
            "run python -m convert --int8 --float32 --publish",
            file=sys.stderr,
        )
        return 1
    for path, text in files.items():
        _write(root, path, text.encode())
    for name, content in pictures.items():
        _write(root, models / name, content)
    return 0


def _write(root: Path, path: Path, content: bytes) -> None:
    write_atomically(path, content)
    print(f"wrote {path.relative_to(root)}")


if __name__ == "__main__":
    raise SystemExit(main())
