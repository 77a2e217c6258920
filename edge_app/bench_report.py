"""The tables of a bench, and one bench held against an earlier one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import BenchError

FORMAT = 1
Json = Mapping[str, Any]


def print_results(record: Json) -> None:
    """Prints a table of stages for each image, runtime and number of threads."""
    board, before, after = record["board"], record["before"], record["after"]
    print(f"{board['board']}, {board['cpus']} CPUs, Python {board['python']}")
    for name, unit in (("temperature_c", "°C"), ("clock_mhz", "MHz")):
        if before[name] is not None:
            print(f"{name.rpartition('_')[0]} {before[name]:.0f} {unit} before, {after[name]:.0f} {unit} after")
    if after["throttled"] is not None:
        print(f"slowed down: {', '.join(after['throttled']) or 'no'}")
    for result in record["results"]:
        print(
            f"\n{result['runtime']}, {result['threads']} thread{'s' * (result['threads'] > 1)}: "
            f"start-up {result['start_up_ms']:.0f} ms; memory {result['peak_mb']:.0f} MB at most, the first image "
            f"{result['first_page_over_libraries_mb']:.0f} MB over Python and its libraries"
        )
        for page in result["pages"]:
            rows = [(stage, *(f"{value:.2f}" for value in times.values())) for stage, times in page["stages"].items()]
            titles = (
                f"{page['image']}, {page['digits']} digits, {page['frames']} frames",
                "p50 ms",
                "p95 ms",
                "p99 ms",
            )
            _print_table([titles, *rows])


def print_comparison(old: Json, new: Json) -> None:
    """Prints the medians of the stages that both have, and how they changed."""
    former = dict(_medians(old))
    rows = [
        (", ".join(map(str, key)), f"{former[key]:.2f}", f"{p50_ms:.2f}", f"{p50_ms / former[key]:.2f}x")
        for key, p50_ms in _medians(new)
        if former.get(key)
    ]
    print()
    if rows:
        _print_table([("p50", "before ms", "now ms", "ratio"), *rows])
    else:
        print("nothing to compare: no image, runtime and number of threads is in both")


def read_results(path: Path) -> Json:
    """Reads what --json wrote; raises BenchError for anything else."""
    try:
        record = json.loads(path.read_text())
        if record["format"] != FORMAT:
            raise ValueError(f"format {record['format']!r}")
        list(_medians(record))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        cause = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise BenchError(
            f"expected what edge_app bench --json wrote in {path}, got {cause}; make it with: "
            f"python -m edge_app bench --json {path}"
        ) from error
    return dict(record)


def _medians(record: Json) -> Iterator[tuple[tuple[str, str, int, str], float]]:
    for result in record["results"]:
        for page in result["pages"]:
            for stage, times in page["stages"].items():
                yield (page["image"], result["runtime"], result["threads"], stage), float(times["p50_ms"])


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *others in rows:
        print(first.ljust(widths[0]), *(cell.rjust(width + 1) for cell, width in zip(others, widths[1:], strict=True)))
