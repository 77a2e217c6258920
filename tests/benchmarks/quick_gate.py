"""Whether `python -m train --quick` gives a model that convert's gate lets through, seed by seed.

`python tests/benchmarks/quick_gate.py [--seeds N] [--first N] [--output DIR]` trains each seed by the command line, in
DIR/seed_N, proves it as `python -m convert --int8` does, and prints a row for each: seconds of the whole training on
the clock and of all cores, accuracy of the float network, agreement on each runtime, and what the gate says. It exits 1
unless all pass.
"""

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from subprocess import DEVNULL, run
from typing import Any

from convert.artefact import Artefact
from convert.conversion import EvaluationImages, convert_and_prove, draw_non_digits
from convert.prove.gate import Limits
from convert.prove.runtimes import installed_runtimes
from convert.source import load_source
from train.data.mnist import load_mnist
from train.runs import RUNS


def main() -> int:
    """Runs the seeds, printing each row as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many (default 10)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (default 0)")
    parser.add_argument("--output", type=Path, default=RUNS / "quick_gate", help="(default runs/quick_gate)")
    options = parser.parse_args()
    mnist, runtimes = load_mnist(), installed_runtimes()
    images = EvaluationImages(mnist, draw_non_digits(mnist.test))
    agreed = [f"agreement on {runtime}, %" for runtime in runtimes]
    headings = ["seed", "seconds", "CPU seconds", "float, %", *agreed, "gate"]
    print(f"| {' | '.join(headings)} |\n|{'---|' * len(headings)}", flush=True)
    agreements, held = [], []
    for seed in range(options.first, options.first + options.seeds):
        folder = options.output / f"seed_{seed}"
        took = _train(seed, folder)
        (proven,) = convert_and_prove(load_source(folder), ["int8"], images, runtimes, Limits(), lambda _: None)
        agreements.append([proof.comparison.agreement_percent for proof in proven.proofs.values()])
        held.append(all(check.holds for check in proven.checks))
        print(_row((seed, *took), proven, "yes" if held[-1] else _failures(proven)), flush=True)
    for name, of_all in (("mean", fmean), ("least", min)):
        print(f"{name} agreement: " + ", ".join(_by_runtime(agreements, runtimes, of_all)))
    print(f"{sum(held)} of {len(held)} seeds pass the gate")
    return 0 if all(held) else 1


def _train(seed: int, folder: Path) -> tuple[int, int]:
    """Seconds that the whole command took, on the clock and of CPU."""
    started, cpu_before = time.monotonic(), _children_cpu_s()
    command = [sys.executable, "-m", "train", "--quick", "--seed", str(seed), "--output", str(folder)]
    run(command, check=True, stdout=DEVNULL, stderr=DEVNULL)
    return round(time.monotonic() - started), round(_children_cpu_s() - cpu_before)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(counts: Sequence[int], proven: Artefact, gate: str) -> str:
    comparisons = [proof.comparison for proof in proven.proofs.values()]
    agreements = [f"{comparison.agreement_percent:.2f}" for comparison in comparisons]
    cells = [*map(str, counts), f"{comparisons[0].parent_accuracy_percent:.2f}", *agreements, gate]
    return f"| {' | '.join(cells)} |"


def _failures(proven: Artefact) -> str:
    return "no: " + ", ".join(check.subject for check in proven.checks if not check.holds)


def _by_runtime(rows: Sequence[Sequence[float]], runtimes: Sequence[str], of_all: Any) -> list[str]:
    return [f"{of_all(column):.3f} % on {name}" for column, name in zip(zip(*rows, strict=True), runtimes, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
