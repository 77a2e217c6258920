"""Measures what a hostile model costs the app: ZIP tails that are bombs, and networks under a digest that fits.

`python tests/benchmarks/hostile_models.py [--networks]`; exit code 1 unless each tail is refused, and costs the app's
own process less than MAX_MB and MAX_S. With --networks each network is put to its trial too, on every runtime installed
(two minutes): some changes are harmless, and pass.
"""

import argparse
import contextlib
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.errors import DigitsError  # noqa: E402
from edge_app.host.memory import memory_mb  # noqa: E402
from edge_app.model.file import MAX_BYTES, parse_model  # noqa: E402
from edge_app.store.verification import try_model  # noqa: E402
from tests.edge_app.model.test_tail import bomb, crowded  # noqa: E402
from tests.edge_app.store.hostile import KINDS, hostile  # noqa: E402
from tests.edge_app.store.models import SHIPPED, flatbuffer, variant  # noqa: E402

# 47 bytes an entry.
ENTRIES = 1_400_000
MAX_S, MAX_MB, TRIAL_S = 1.0, 80, 20.0
TAILS: dict[str, Callable[[], bytes]] = {
    "1.4 million ZIP entries": lambda: crowded(flatbuffer(), ENTRIES),
    "a contract of 500 MB in 0.6 MB": lambda: bomb(flatbuffer(), 500_000_000),
    "a good one": lambda: variant(1),
}


def main() -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measures what a hostile model costs the app.")
    parser.add_argument("--networks", action="store_true", help="put each hostile network to its trial, too")
    options = parser.parse_args()
    wrong = [name for name, make in TAILS.items() if not parsed(name, make())]
    if options.networks:
        outcomes = Counter(tried(kind) for kind in KINDS)
        print(f"{len(KINDS)} networks: " + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()))
    return int(bool(wrong))


def parsed(name: str, content: bytes) -> bool:
    """Parses a model in a process of its own; whether that went as it must."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=parse, args=(there,))
    process.start()
    here.send_bytes(content)
    outcome, took_s, more_mb = here.recv()
    process.join()
    print(f"{name:34} {len(content) / 1e6:6.1f} MB: {outcome:8} {took_s:6.2f} s, {more_mb:5.0f} MB more")
    wanted = "taken" if content == variant(1) else "refused"
    return bool(outcome == wanted and took_s < MAX_S and more_mb < MAX_MB)


def parse(connection: Connection) -> None:
    """Parses what comes; sends the outcome, seconds and how much the peak of memory grew."""
    content = connection.recv_bytes(2 * MAX_BYTES)
    parse_model(SHIPPED.content)
    # Sets the peak back: taking it in took more than once the file.
    Path("/proc/self/clear_refs").write_text("5")
    before_mb, started_s, outcome = memory_mb("VmHWM"), time.monotonic(), "refused"
    with contextlib.suppress(DigitsError):
        parse_model(content)
        outcome = "taken"
    connection.send((outcome, time.monotonic() - started_s, memory_mb("VmHWM") - before_mb))


def tried(kind: str) -> str:
    """Puts a network to its trial; what came of it."""
    content, started_s = hostile(kind), time.monotonic()
    outcome, said = "passed", ""
    try:
        try_model(content, kind, TRIAL_S)
    except DigitsError as error:
        said = str(error)
        outcome = "crashed there" if "got a crash" in said else "ended there" if "got no answer" in said else "refused"
    print(f"{kind:28} {outcome:14} {time.monotonic() - started_s:5.1f} s  {said[:110]}", flush=True)
    return outcome


if __name__ == "__main__":
    raise SystemExit(main())
