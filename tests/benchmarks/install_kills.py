"""Kills installs and rollbacks a thousand times; exits 1 unless a working model is current after each of the kills.

Usage: python tests/benchmarks/install_kills.py [--kills N] [--seed N] [--folder DIR]
One store lives through all of it. Kills come before each step that changes a file, before any call of Python into C,
at random instants, and at random instants of the whole command with its verification. After each, what is current must
be the model before or the new one, and read the golden digits as the shipped model does.
"""

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier  # noqa: E402
from edge_app.host.python_process import python_command, python_environment  # noqa: E402
from edge_app.model.golden import shipped_golden  # noqa: E402
from edge_app.store.store import ModelStore  # noqa: E402
from tests.edge_app.store.models import SHIPPED, trusting, written  # noqa: E402
from tests.edge_app.store.steps import killed_before, start, was_killed  # noqa: E402

# Of all kills: which share comes how.
SHARES = {
    "before each change of a file": 0.40,
    "before any call into C": 0.30,
    "at a random instant": 0.26,
    "the command, at a random instant": 0.04,
}
GOLDEN = shipped_golden()
VARIANTS = 8
CALLS = 1500
COMMAND_S = 2.5


@dataclass
class Course:
    """The store, the models that it is given, and what is random."""

    store: ModelStore
    paths: list[Path]
    shas: list[str]
    random: random.Random

    def work(self) -> tuple[Callable[[], object], Path | None, set[str]]:
        """An install or a rollback, the file of the former, and what may be current after it."""
        models = self.store.list()
        before = self.store.current().sha256
        if models and self.random.random() < 0.3:
            after = models[1].sha256 if len(models) > 1 else SHIPPED.sha256
            return self.store.rollback, None, {before, after}
        choice = self.random.randrange(VARIANTS)
        path = self.paths[choice]
        return lambda: self.store.install(path), path, {before, self.shas[choice]}


def main() -> int:
    """Kills, prints a table, and returns 0 if every model worked."""
    parser = argparse.ArgumentParser(description="Kills installs.")
    parser.add_argument("--kills", type=int, default=1000, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the store is made (default: the system's temporary folder)")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        course = prepared(Path(folder), options.seed)
        kinds = dict(zip(SHARES, (at_each_step, at_any_call, at_random, of_the_command), strict=True))
        counts = {kind: Counter[str]() for kind in SHARES}
        for kind, kill in kinds.items():
            attempts = kill(course)
            while counts[kind]["kills"] < round(SHARES[kind] * options.kills):
                allowed = next(attempts)
                counts[kind].update(["kills", outcome(course.store, allowed)])
    print_table(counts, time.monotonic() - started)
    total = sum((count for count in counts.values()), Counter[str]())
    return int(total["working"] != total["kills"])


def prepared(folder: Path, seed: int) -> Course:
    """A store that is not there yet, and models to install."""
    paths = [written(folder, number) for number in range(VARIANTS)]
    other = ModelStore(folder / "other", VARIANTS, trusting)
    shas = [other.install(path).sha256 for path in paths]
    return Course(ModelStore(folder / "store", verify=trusting), paths, shas, random.Random(seed))


def at_each_step(course: Course) -> Iterator[set[str]]:
    """One step after the other, again and again; yields after each kill what may be current."""
    while True:
        for step in itertools.count():
            work, _, allowed = course.work()
            if not killed_before(step, work):
                break
            yield allowed


def at_any_call(course: Course) -> Iterator[set[str]]:
    """Between any two things that Python does."""
    while True:
        work, _, allowed = course.work()
        if killed_before(course.random.randrange(CALLS), work, every_call=True):
            yield allowed


def at_random(course: Course) -> Iterator[set[str]]:
    """By the clock, wherever the operating system is at it."""
    began = time.monotonic()
    course.store.install(course.paths[0])
    usual_s = time.monotonic() - began
    while True:
        work, _, allowed = course.work()
        child = start(work)
        time.sleep(course.random.uniform(0, 1.5 * usual_s))
        os.kill(child, signal.SIGKILL)
        if was_killed(os.waitpid(child, 0)[1]):
            yield allowed


def of_the_command(course: Course) -> Iterator[set[str]]:
    """`python -m edge_app model`, with the trial on every runtime."""
    while True:
        _, path, allowed = course.work()
        action = ["rollback"] if path is None else ["install", str(path)]
        command = python_command("-m", "edge_app", "model", *action, "--store", str(course.store.folder))
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=python_environment()) as running:
            with suppress(subprocess.TimeoutExpired):
                running.wait(course.random.uniform(0, COMMAND_S))
            running.kill()
        if running.returncode == -signal.SIGKILL:
            yield allowed
        elif running.returncode != 0:
            raise RuntimeError(f"expected a kill or a good end, got exit code {running.returncode} of {command}")


def outcome(store: ModelStore, allowed: set[str]) -> str:
    """Loads what is current and reads with it."""
    model = store.current()
    if model.sha256 not in allowed:
        return "another model"
    read = DigitClassifier(model, "litert").classify_batch(GOLDEN.images)
    return "working" if np.array_equal(read.labels, GOLDEN.labels) else "misreading"


def print_table(counts: dict[str, "Counter[str]"], took_s: float) -> None:
    """One line for each kind, and their sum."""
    print(f"{'killed':34} {'kills':>6} {'working models':>15}")
    for kind, count in counts.items():
        print(f"{kind:34} {count['kills']:6,} {count['working']:15,}")
    total = sum((count for count in counts.values()), Counter[str]())
    print(f"{'together':34} {total['kills']:6,} {total['working']:15,}   in {took_s:.0f} s")


if __name__ == "__main__":
    raise SystemExit(main())
