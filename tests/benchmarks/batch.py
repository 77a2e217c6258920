"""Measures `python -m edge_app batch`; exit code 1 if a number is not held.

Usage: python tests/benchmarks/batch.py [--pages N] [--rate-pages N] [--rounds N] [--only kills|rates|cost]
Timings need a machine with two idle cores; the kills and the memory do not.
"""

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402

from edge_app import DigitClassifier, PageReader, load_image  # noqa: E402
from edge_app.batch.cluster import Work, connect, in_order  # noqa: E402
from edge_app.batch.models import Models  # noqa: E402
from edge_app.batch.reader import PageResult  # noqa: E402
from edge_app.batch.spans import Task  # noqa: E402
from edge_app.batch.worker import ReaderPlugin, read_task  # noqa: E402
from edge_app.model.file import read_model, shipped_model_path  # noqa: E402
from edge_app.page.views import View  # noqa: E402
from tests.benchmarks.batch_pages import make_images, make_mixed  # noqa: E402
from tests.benchmarks.batch_process import BatchProcess, kill_worker  # noqa: E402

KILL_EVERY_S = 20
MIN_EFFICIENCY = 0.9
MAX_OVERHEAD = 0.1
MAX_GROWTH_MB = 10.0
BATCH_PAGES = 32
EMPTY_TASKS = 3000
# Assumptions of the cost model, beside what is measured.
ARCHIVE_PAGES = 2_000_000
PAGE_KB = 150
PI_SLOWER = 5.0
PIS, PI_CORES, BIG_CORES = 50, 4, 64


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures batch reading.")
    parser.add_argument("--pages", type=int, default=10_000, help="to kill and to watch the memory at")
    parser.add_argument("--rate-pages", type=int, default=4_000, help="to compare rates at")
    parser.add_argument("--rounds", type=int, default=3, help="of rates; medians are told")
    parser.add_argument("--only", choices=("kills", "rates", "cost"), action="append")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        print(bare_loop(options.bare))
        return 0
    chosen = options.only or ["kills", "rates", "cost"]
    held = True
    with tempfile.TemporaryDirectory() as folder:
        if "kills" in chosen:
            held &= measure_kills(Path(folder) / "kills", options.pages)
        if "rates" in chosen:
            held &= measure_rates(Path(folder) / "rates", options.rate_pages, options.rounds)
        if "cost" in chosen:
            print_cost(Path(folder) / "cost")
    return 0 if held else 1


def bare_loop(folder: Path) -> float:
    """Pages a second of reading a folder's images in a plain loop on one thread."""
    cv2.setNumThreads(1)
    reader = PageReader(DigitClassifier.load())
    paths = sorted(folder.iterdir())
    reader.read(load_image(paths[0]))
    started_s = time.perf_counter()
    for path in paths:
        reader.read(load_image(path))
    return len(paths) / (time.perf_counter() - started_s)


def measure_kills(folder: Path, pages: int) -> bool:
    """The same pages undisturbed on one worker, and disturbed on two."""
    source = make_mixed(folder / "pages", pages)
    growth_mb, rate = watch_memory(BatchProcess(source, folder / "calm", 1))
    row("undisturbed, 1 worker", f"{rate:.1f} pages/s")
    held = row("growth of its memory", f"{growth_mb:+.1f} MB", f"at most {MAX_GROWTH_MB:g}", growth_mb <= MAX_GROWTH_MB)
    started_s = time.monotonic()
    workers, runs = disturb(source, folder / "killed", parts=len(list((folder / "calm" / "done").iterdir())))
    row("disturbed, 2 workers", f"{time.monotonic() - started_s:.0f} s, {workers} workers and {runs} runs killed")
    results = sum(json.loads(path.read_bytes())["counts"]["pages"] for path in (folder / "killed" / "done").iterdir())
    held &= row("pages", str(results), f"exactly {pages}", results == pages)
    held &= row("runs killed", str(runs), "exactly 2", runs == 2)
    held &= row("workers killed", str(workers), "at least 1", workers >= 1)
    same = digest(folder / "calm") == digest(folder / "killed")
    return held & row("all files", "the same" if same else "different", "the same", same)


def watch_memory(run: BatchProcess) -> tuple[float, float]:
    """Growth of a worker's memory in MB, from the run's first fifth to its last, and pages a second."""
    seen: list[tuple[int, float]] = []
    while run.running:
        memory_mb = run.worker_rss_mb()
        if memory_mb is not None and run.done_parts():
            seen.append((run.done_parts(), memory_mb))
        time.sleep(0.5)
    rate = run.wait()
    last = seen[-1][0]
    early = statistics.median(memory for part, memory in seen if part <= max(1, last // 5))
    late = statistics.median(memory for part, memory in seen if part > last - max(1, last // 5))
    return late - early, rate


def disturb(source: Path, output: Path, parts: int) -> tuple[int, int]:
    """Kills a worker every 20 s, and the run after a third and two thirds of the parts; how many of each."""
    workers = runs = 0
    run = BatchProcess(source, output, 2)
    next_s = time.monotonic() + KILL_EVERY_S
    while run.running:
        if time.monotonic() > next_s:
            workers += kill_worker(run)
            next_s += KILL_EVERY_S
        if runs < 2 and run.done_parts() >= parts * (runs + 1) // 3:
            run.kill()
            runs += 1
            run = BatchProcess(source, output, 2)
        time.sleep(0.1)
    run.wait()
    return workers, runs


def digest(output: Path) -> dict[str, str]:
    """SHA-256 of each file of a run."""
    return {
        str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in output.rglob("*")
        if path.is_file()
    }


def measure_rates(folder: Path, pages: int, rounds: int) -> bool:
    """Bare loops, one and two at once, against one and two workers, turn by turn."""
    source = make_images(folder / "pages", pages)
    one_bare, two_bare, one, two = [], [], [], []
    for number in range(rounds):
        one_bare.append(bare_loops(source, 1))
        one.append(BatchProcess(source, folder / f"one{number}", 1).wait())
        two_bare.append(bare_loops(source, 2))
        two.append(BatchProcess(source, folder / f"two{number}", 2).wait())
    for name, rates in (("bare loop", one_bare), ("1 worker", one), ("2 bare loops", two_bare), ("2 workers", two)):
        row(name, f"{statistics.median(rates):.1f} pages/s", f"of {', '.join(f'{rate:.1f}' for rate in rates)}")
    overhead = statistics.median(bare / rate - 1 for bare, rate in zip(one_bare, one, strict=True))
    efficiency = statistics.median(double / single / 2 for double, single in zip(two, one, strict=True))
    ceiling = statistics.median(double / single / 2 for double, single in zip(two_bare, one_bare, strict=True))
    row("this machine's own efficiency", f"{ceiling:.3f}", "two bare loops against one")
    held = row("overhead, 1 worker", f"{overhead:+.1%}", f"at most {MAX_OVERHEAD:.0%}", overhead <= MAX_OVERHEAD)
    return held & row("efficiency", f"{efficiency:.3f}", f"at least {MIN_EFFICIENCY}", efficiency >= MIN_EFFICIENCY)


def bare_loops(source: Path, count: int) -> float:
    """Pages a second of several bare loops at once, each over all pages in a process of its own."""
    command = [sys.executable, __file__, "--bare", str(source)]
    loops = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(count)]
    return sum(float(loop.communicate()[0]) for loop in loops)


def print_cost(folder: Path) -> None:
    """What a task costs beside its pages, and what follows for an archive."""
    source = make_images(folder / "pages", 300)
    rate = bare_loops(source, 1)
    plugin = ReaderPlugin(Models.load(read_model(shipped_model_path()), "auto"), (), 200, View("none"))
    with connect(None, 1, plugin) as client:
        work: Work[Task, PageResult] = Work(
            partial(read_task, plugin.name), lambda task: [task], lambda task: PageResult(str(task), 1)
        )
        started_s, busy_s = time.perf_counter(), time.process_time()
        for _ in in_order(client, work, [()] * EMPTY_TASKS):
            pass
        wall_ms = (time.perf_counter() - started_s) / EMPTY_TASKS * 1000
        busy_ms = (time.process_time() - busy_s) / EMPTY_TASKS * 1000
    row("pages a second a core", f"{rate:.1f}")
    row("an empty task", f"{wall_ms:.2f} ms", f"{busy_ms:.2f} ms of it scheduler and client")
    row(f"share of a task of {BATCH_PAGES}", f"{wall_ms * rate / BATCH_PAGES / 1000:.2%}")
    most = BATCH_PAGES / busy_ms * 1000
    row("one scheduler feeds at most", f"{most:.0f} pages/s")
    for name, cores, core_rate in (
        (f"{PIS} Pis of {PI_CORES} cores", PIS * PI_CORES, rate / PI_SLOWER),
        (f"a machine of {BIG_CORES} cores", BIG_CORES, rate),
    ):
        pages = min(most, cores * core_rate * MIN_EFFICIENCY)
        hours = ARCHIVE_PAGES / pages / 3600
        reads = f"{pages:.0f} pages/s, {pages * PAGE_KB / 1000:.0f} MB/s read"
        row(f"{ARCHIVE_PAGES} pages on {name}", f"{hours:.2f} h", reads)


def row(name: str, value: str, limit: str = "", holds: bool | None = None) -> bool:
    """Prints a line of the table; returns whether it holds."""
    print(f"{name:42s} {value:>28s}  {limit:30s} {'' if holds is None else 'yes' if holds else 'NO'}", flush=True)
    return holds is not False


if __name__ == "__main__":
    raise SystemExit(main())
