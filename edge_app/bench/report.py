"""What `bench` found: as a table, as JSON, and beside an earlier one."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import BenchError
from ..host.machine import Condition, Machine

FORMAT = 1

# Image, runtime, threads: what makes two runs comparable.
Key = tuple[str, str, int]


@dataclass(frozen=True)
class Percentiles:
    """Milliseconds that half, 95 % and 99 % of the frames took at most."""

    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Run:
    """One image read many times on one runtime, in a process of its own.

    Attributes:
        image: path as it was given, or the name of a drawn page.
        width: pixels.
        height: pixels.
        runtime: "litert" or "tflite-runtime".
        threads: of OpenCV and of the runtime.
        frames: how often it was read.
        digits: how many were read on it.
        startup_ms: wall time of a whole `edge_app read` of it, median.
        load_ms: importing everything and opening the model, measured in the other process.
        peak_mb: most memory that the process ever had, MiB.
        memory_over_libraries_mb: of that, beyond Python with numpy, OpenCV and the runtime imported.
        stages: by name in their order, at last "total".
    """

    image: str
    width: int
    height: int
    runtime: str
    threads: int
    frames: int
    digits: int
    startup_ms: float
    load_ms: float
    peak_mb: float
    memory_over_libraries_mb: float
    stages: dict[str, Percentiles]

    @property
    def key(self) -> Key:
        """Runs with the same one can be compared."""
        return self.image, self.runtime, self.threads


@dataclass(frozen=True)
class Bench:
    """All runs of one model on one machine, and the machine's condition before and after them."""

    machine: Machine
    model_sha256: str
    before: Condition
    after: Condition
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Earlier:
    """What a comparison needs of an earlier bench: its machine's name, and p50 by run and stage."""

    machine: str
    p50_ms: dict[Key, dict[str, float]]


def to_json(bench: Bench) -> str:
    """A bench as JSON, units in the names; null is what the machine does not report."""
    return json.dumps({"format": FORMAT, **asdict(bench)}, indent=1, ensure_ascii=False) + "\n"


def read_earlier(path: Path) -> Earlier:
    """Reads what to_json wrote; raises BenchError for any other file."""
    remedy = f"make one with: python -m edge_app bench --json {path}"
    try:
        record = json.loads(path.read_bytes())
    except OSError as error:
        raise BenchError(f"expected a bench file, got {path} ({error.strerror}); {remedy}") from error
    except (ValueError, RecursionError) as error:
        raise BenchError(f"expected a bench file, got {path}, which is not JSON; {remedy}") from error
    if not isinstance(record, dict) or not {"format", "runs"} <= set(record):
        raise BenchError(f"expected a bench file, got {path}, which is other JSON; {remedy}")
    if record["format"] != FORMAT:
        raise BenchError(f"expected a bench file of format {FORMAT}, got format {record['format']!r:.40}; {remedy}")
    try:
        return Earlier(str(record["machine"]["name"]), dict(_p50s(run) for run in record["runs"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BenchError(f"expected a whole bench file, got {path} with {error!r:.80}; {remedy}") from error


def _p50s(run: dict[str, Any]) -> tuple[Key, dict[str, float]]:
    p50s = {str(stage): float(found["p50_ms"]) for stage, found in run["stages"].items()}
    if not all(math.isfinite(value) and value >= 0 for value in p50s.values()):
        raise ValueError("a time below 0 or infinite")
    return (str(run["image"]), str(run["runtime"]), int(run["threads"])), p50s


def as_table(bench: Bench) -> str:
    """A bench as aligned text: the machine, milliseconds by stage, and what each process took."""
    machine = bench.machine
    facts = [
        ["machine", f"{machine.name}, {_count(machine.cores, 'core')}, Python {machine.python}"],
        ["packages", ", ".join(f"{name} {version}" for name, version in machine.packages.items())],
        ["model", f"sha256 {bench.model_sha256[:12]}"],
        ["before", _condition(bench.before)],
        ["after", _condition(bench.after)],
    ]
    stages = list(dict.fromkeys(chain.from_iterable(run.stages for run in bench.runs)))
    times = [["image", "runtime", "threads", "ms", *stages]]
    for run in bench.runs:
        for name in ("p50", "p95", "p99"):
            label = [run.image, run.runtime, str(run.threads)] if name == "p50" else ["", "", ""]
            times.append([*label, name, *(f"{getattr(run.stages[stage], name + '_ms'):.2f}" for stage in stages)])
    costs = ["frames", "digits", "start-up ms", "load ms", "peak MB", "over libraries MB"]
    processes = [["image", "runtime", "threads", *costs]]
    for run in bench.runs:
        memory = [f"{run.peak_mb:.1f}", f"{run.memory_over_libraries_mb:.1f}"]
        took = [f"{run.startup_ms:.0f}", f"{run.load_ms:.0f}"]
        processes.append([run.image, run.runtime, str(run.threads), str(run.frames), str(run.digits), *took, *memory])
    return "\n\n".join((_aligned(facts), _aligned(times), _aligned(processes)))


def compare(bench: Bench, earlier: Earlier) -> str:
    """P50 of each stage, earlier and now, as aligned text; a stage that one of them does not have is "-"."""
    rows = [["image", "runtime", "threads", "stage", "old ms", "new ms", "new/old"]]
    for run in bench.runs:
        old = earlier.p50_ms.get(run.key)
        if old is None:
            continue
        new = {stage: found.p50_ms for stage, found in run.stages.items()}
        for index, stage in enumerate([*(stage for stage in old if stage not in new), *new]):
            label = ["", "", ""] if index else [run.image, run.runtime, str(run.threads)]
            rows.append([*label, stage, *_change(old.get(stage), new.get(stage))])
    if len(rows) == 1:
        return "nothing to compare: no run has the same image, runtime and threads in both"
    machines = "" if earlier.machine == bench.machine.name else f"\n\nold: {earlier.machine}; new: {bench.machine.name}"
    return _aligned(rows) + machines


def _change(old_ms: float | None, new_ms: float | None) -> list[str]:
    ratio = f"{new_ms / old_ms:.2f}x" if old_ms and new_ms is not None else "-"
    return [*("-" if value is None else f"{value:.2f}" for value in (old_ms, new_ms)), ratio]


def _condition(condition: Condition) -> str:
    held = condition.throttled
    parts = [
        "-" if condition.temperature_c is None else f"{condition.temperature_c:.1f} °C",
        "-" if condition.frequency_mhz is None else f"{condition.frequency_mhz:.0f} MHz",
        "-" if held is None else ", ".join(held) or "not throttled",
    ]
    return "-" if set(parts) == {"-"} else ", ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of text to the left, those of numbers (below their heading) to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [all(cell.strip("-x.0123456789") == "" for cell in column[1:]) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, right, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
