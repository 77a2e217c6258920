"""`python -m edge_app bench`: milliseconds by stage, memory and start-up, for each runtime and number of threads."""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .bench_report import FORMAT, print_comparison, print_results, read_results
from .board import board_facts, board_state
from .errors import BenchError
from .image_file import load_image
from .model_file import write_atomically
from .runtime import MODULES, RUNTIMES
from .stages import Stopwatch

DRAWN = {"drawn 640x480": (640, 480), "drawn 4000x3000": (4000, 3000)}
WARM_UP = 3
# Large images get fewer frames, so that a bench takes a minute and not ten.
FEWER_FROM_PIXELS = 2_000_000
PERCENTILES = (50, 95, 99)


def run_bench(options: argparse.Namespace) -> int:
    """Measures, prints a table, and what else was asked for; returns the exit code."""
    former = read_results(options.compare) if options.compare else None
    state_before = board_state()
    results = [
        _measured(runtime, threads, options)
        for runtime in _runtimes(options.runtime)
        for threads in options.threads or sorted({1, min(4, os.cpu_count() or 1)})
    ]
    record = {
        "format": FORMAT,
        "board": board_facts(),
        "before": state_before,
        "after": board_state(),
        "results": results,
    }
    if options.json is not None and str(options.json) == "-":
        print(json.dumps(record, indent=1))
    else:
        print_results(record)
    if options.json is not None and str(options.json) != "-":
        write_atomically(options.json, (json.dumps(record, indent=1) + "\n").encode())
    if former is not None:
        print_comparison(former, record)
    return 0


def _runtimes(asked: Sequence[str] | None) -> list[str]:
    """The runtimes asked for, or all that are installed; auto is the first of these."""
    installed = [name for name in RUNTIMES if importlib.util.find_spec(MODULES[name].split(".")[0])]
    if not asked:
        return installed or list(RUNTIMES[:1])
    return list(dict.fromkeys((installed or list(RUNTIMES))[0] if name == "auto" else name for name in asked))


def _measured(runtime: str, threads: int, options: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own measures: runtimes do not share one well, and peak memory is a process's."""
    print(f"edge_app: bench: {runtime}, {threads} thread{'s' * (threads > 1)}", file=sys.stderr)
    command = [sys.executable, "-m", "edge_app", "bench", *map(str, options.images)]
    command += ["--runtime", runtime, "--threads", str(threads), "--frames", str(options.frames), "--child"]
    if options.model:
        command += ["--model", str(options.model)]
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        # The child says when it has read its first page: that is what a cold start costs.
        assert child.stdout is not None
        first = child.stdout.readline()
        start_up_ms = (time.perf_counter() - started) * 1000
        output, errors = child.communicate()
    finally:
        child.kill()
    if child.returncode != 0 or not first:
        lines = [line for line in errors.splitlines() if line.strip()] or [f"exit code {child.returncode}"]
        raise BenchError(f"expected {runtime} to read a page, got: {lines[-1].removeprefix('edge_app: error: ')}")
    return {"runtime": runtime, "threads": threads, "start_up_ms": start_up_ms, **json.loads(output)}


def run_child(options: argparse.Namespace) -> int:
    """Measures one runtime with one number of threads, and prints JSON."""
    runtime, threads = options.runtime[0], options.threads[0]
    cv2.setNumThreads(threads)
    importlib.import_module(MODULES[runtime])
    libraries_mb = _peak_mb()
    from .classifier import DigitClassifier
    from .detector import DigitDetector
    from .page_reader import PageReader

    classifier = DigitClassifier.load(options.model, runtime=runtime, threads=threads)
    reader = PageReader(classifier, DigitDetector.load(runtime=runtime, threads=threads))
    images = _images(options.images)
    name, image = next(images)
    reader.read(image)
    print("ready", flush=True)
    pages = [_timed(reader, name, image, options.frames)]
    memory_mb = _peak_mb() - libraries_mb
    pages += [_timed(reader, name, image, options.frames) for name, image in images]
    print(json.dumps({"pages": pages, "peak_mb": _peak_mb(), "first_page_over_libraries_mb": memory_mb}))
    return 0


def _images(paths: Sequence[Path]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    if paths:
        yield from ((str(path), load_image(path)) for path in paths)
    else:
        yield from ((name, draw_frame(size_wh)) for name, size_wh in DRAWN.items())


def _timed(reader: Any, name: str, image: NDArray[np.uint8], frames: int) -> dict[str, Any]:
    count = frames if image.shape[0] * image.shape[1] < FEWER_FROM_PIXELS else max(3, frames // 5)
    stages: dict[str, list[float]] = {}
    digits = 0
    for frame in range(WARM_UP + count):
        watch = Stopwatch()
        with watch("all"):
            page = reader.read(image, watch)
        digits = sum(len(line.digits) for line in page.lines)
        if frame >= WARM_UP:
            for stage, elapsed_ms in watch.stages_ms.items():
                stages.setdefault(stage, []).append(elapsed_ms)
    percentiles = {
        stage: {f"p{p}_ms": round(float(np.percentile(times, p)), 3) for p in PERCENTILES}
        for stage, times in stages.items()
    }
    return {"image": name, "size": [image.shape[1], image.shape[0]], "digits": digits, "frames": count,
            "stages": percentiles}  # fmt: skip


def _peak_mb() -> float:
    """Most memory that this process has held, in MB of a million bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def draw_frame(size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """A sheet with ten digits in uneven light, uint8 (H, W, 3), the same each time."""
    width, height = size_wh
    random = np.random.default_rng(0)
    scale = height / 480
    page = np.full((height, width, 3), (236, 238, 240), np.uint8)
    for index, digit in enumerate("3141592653"):
        row, column = divmod(index, 5)
        place = int((60 + 110 * column) * scale), int((180 + 160 * row) * scale)
        thickness = max(1, round(7 * scale))
        cv2.putText(page, digit, place, cv2.FONT_HERSHEY_SIMPLEX, 2.6 * scale, (60, 45, 40), thickness, cv2.LINE_AA)
    light = np.linspace(1, 0.7, width, dtype=np.float32)[None, :, None]
    noise = random.normal(0, 2, (height, width, 1)).astype(np.float32)
    return np.clip(page * light + noise, 0, 255).astype(np.uint8)
