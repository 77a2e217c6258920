"""`python -m edge_app bench`: how long reading takes, on each runtime; every run has a process of its own."""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import errors
from ..errors import BenchError, DigitsError, RuntimeUnavailableError
from ..files.atomic import require_writable, write_atomically
from ..files.image import load_image
from ..host.machine import condition_now, this_machine
from ..host.python_process import python_command, python_environment
from ..model.contract import ModelContract
from ..model.file import ModelFile, read_model, shipped_model_path
from ..model.runtime import RUNTIMES
from ..page.drawing import save_image
from ..store.choice import named_model
from .report import Bench, Percentiles, Run, as_table, compare, read_earlier, to_json
from .sample_page import SIZES_WH, draw_page

MAX_DEFAULT_THREADS = 4
STARTS = 3
# A larger image gets a tenth of the frames, so that a Raspberry Pi is done within minutes.
LARGE_PIXELS = 4_000_000
LARGE_SHARE = 10
CHILD = "import time; started = time.perf_counter(); from edge_app.bench.child import main; main(started)"


@dataclass(frozen=True)
class BenchSettings:
    """What to measure.

    Attributes:
        images: none for two pages that are drawn.
        runtimes: none for each that works.
        threads: none for 1 and the number of cores, at most MAX_DEFAULT_THREADS.
        frames: how often to read each image, a tenth of it beyond LARGE_PIXELS.
        json: where the numbers go, too; "-" is standard output.
        compare: an earlier bench's JSON.
        model: None for the shipped one.

    Raises:
        BenchError: a count below 1.
    """

    images: Sequence[Path] = ()
    runtimes: Sequence[str] = ()
    threads: Sequence[int] = ()
    frames: int = 100
    json: Path | None = None
    compare: Path | None = None
    model: Path | None = None

    def __post_init__(self) -> None:
        least = min((self.frames, *self.threads))
        if least < 1:
            raise BenchError(f"expected 1 or more frames and threads, got {least}; the least is 1")


def bench(settings: BenchSettings) -> int:
    """Measures, prints and stores; returns the exit code.

    Raises:
        DigitsError: an image, model, runtime or earlier bench that is of no use, or nowhere to write.
    """
    # What can fail at once does so before minutes of measuring.
    earlier = None if settings.compare is None else read_earlier(settings.compare)
    to_stdout = settings.json is not None and str(settings.json) == "-"
    if settings.json is not None and not to_stdout:
        _require_file(settings.json)
    model = read_model(shipped_model_path()) if settings.model is None else named_model(settings.model)
    runtimes = _working(settings.runtimes, settings.model)
    with tempfile.TemporaryDirectory() as folder:
        images = {str(path): path for path in settings.images} or _drawn(Path(folder))
        found = _measure(images, runtimes, model, settings)
    text = as_table(found) + ("" if earlier is None else "\n\n" + compare(found, earlier))
    print(text, file=sys.stderr if to_stdout else sys.stdout)
    if to_stdout:
        print(to_json(found), end="")
    elif settings.json is not None:
        write_atomically(settings.json, to_json(found).encode())
    return 0


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise errors.OutputError(f"expected a file for --json, got the folder {path}; add a file name")
    require_writable(path.parent, "--json")


def _working(asked: Sequence[str], model: Path | None) -> list[str]:
    """The runtimes to measure: the asked-for ones, which must work, else each that does."""
    working, causes = [], []
    for runtime in asked or RUNTIMES:
        try:
            working.append(_child({"model": _text(model), "runtime": runtime}, runtime)["runtime"])
        except (RuntimeUnavailableError, BenchError) as error:
            if asked:
                raise
            causes.append(error)
            _tell(f"left out {runtime}: {error}")
    if not working:
        raise causes[0]
    return list(dict.fromkeys(working))


def _drawn(folder: Path) -> dict[str, Path]:
    images = {}
    for width, height in SIZES_WH:
        name = f"drawn-{width}x{height}"
        images[name] = folder / f"{name}.png"
        save_image(draw_page((width, height)), images[name])
    return images


def _measure(
    images: dict[str, Path], runtimes: list[str], model: ModelFile[ModelContract], settings: BenchSettings
) -> Bench:
    # Whatever cannot be loaded ends this before the first run.
    sizes_hw = {name: load_image(path).shape[:2] for name, path in images.items()}
    cores = min(os.cpu_count() or 1, MAX_DEFAULT_THREADS)
    runs: list[Run] = []
    asked = [
        (name, runtime, threads)
        for name in images
        for runtime in runtimes
        for threads in dict.fromkeys(settings.threads or (1, cores))
    ]
    before = condition_now()
    for name, runtime, threads in asked:
        _tell(f"{name} on {runtime}, threads: {threads} ({len(runs) + 1} of {len(asked)})")
        height, width = sizes_hw[name]
        frames = max(1, settings.frames // LARGE_SHARE) if height * width > LARGE_PIXELS else settings.frames
        task = {"image": str(images[name]), "model": _text(settings.model), "runtime": runtime, "threads": threads}
        answer = _child({**task, "frames": frames}, runtime)
        answer["stages"] = {stage: Percentiles(**found) for stage, found in answer["stages"].items()}
        startup_ms = statistics.median(
            _startup_ms(images[name], runtime, threads, settings.model) for _ in range(STARTS)
        )
        runs.append(Run(name, width, height, runtime, threads, frames, startup_ms=startup_ms, **answer))
    return Bench(this_machine(), model.sha256, before, condition_now(), tuple(runs))


def _startup_ms(image: Path, runtime: str, threads: int, model: Path | None) -> float:
    """Wall time of a whole `edge_app read`."""
    arguments = ["-m", "edge_app", "read", "--runtime", runtime, "--threads", str(threads)]
    arguments += [] if model is None else ["--model", str(model)]
    started = time.perf_counter()
    _python([*arguments, "--", str(image)], runtime)
    return (time.perf_counter() - started) * 1000


def _child(task: dict[str, Any], runtime: str) -> dict[str, Any]:
    """What bench_child answers; an error of this project that it met is raised here."""
    answer: dict[str, Any] = json.loads(_python(["-c", CHILD, json.dumps(task)], runtime).splitlines()[-1])
    if "error" in answer:
        kind: type[DigitsError] = getattr(errors, answer["error"])
        raise kind(answer["message"])
    return answer


def _python(arguments: list[str], runtime: str) -> str:
    """Standard output of a Python that imports this very package; Ctrl-C ends it too."""
    with subprocess.Popen(
        python_command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=python_environment(),
    ) as process:
        try:
            output, complaints = process.communicate()
        finally:
            process.kill()
            process.wait()
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        raise BenchError(
            f"expected {runtime} to run, got a process ended by {name}; try another --runtime or a smaller image"
        )
    if process.returncode:
        # No error of a user ends it so: a bug keeps its traceback.
        raise RuntimeError(complaints)
    return output


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _tell(message: str) -> None:
    print(f"edge_app: bench: {message}", file=sys.stderr, flush=True)
