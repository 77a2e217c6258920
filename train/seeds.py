"""`python -m train --seeds N`: trains, converts and measures several seeds, and takes the best on validation data."""

import contextlib
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable, write_atomically

from .chosen_pens import choose_pens
from .data.mnist import load_mnist
from .metrics_file import METRICS_NAME, PENS_KEY, read_metrics, write_metrics
from .runs import model_flag
from .seed_statistics import best_seed, spread_table, spreads
from .settings import SeedsTraining

SEEDS_NAME = "seeds.json"
LOG_NAME = "train.log"
MODELS = ("digits_float.h5", "digits_qat.h5")
# Not every recipe has one.
TEACHER = "digits_teacher.h5"
PICTURES = ("training_curves.png", "training_confusion.png")
# Bad seeds belong in the statistics; the gate is for what is shipped.
OPEN_GATE = ("--max-accuracy-drop", "100", "--min-agreement", "0")
GRACE_S = 10


class SeedError(DigitsError, RuntimeError):
    """A seed whose training or conversion failed."""


@dataclass(frozen=True)
class Job:
    """The training of one seed.

    Attributes:
        seed: of the training.
        folder: where its models, metrics and log go.
        flags: of `python -m train`, without --seed, --seeds and --output; they name the pens that were found.
        data: MNIST's path if it was given.
        recipe: the flags' recipe, as metrics.json has it.
        data_sha256: of MNIST.
        pens: as metrics.json has them; None without any.
    """

    seed: int
    folder: Path
    flags: tuple[str, ...]
    data: Path | None
    recipe: Mapping[str, Any]
    data_sha256: str
    pens: Mapping[str, Any] | None = None

    @property
    def log(self) -> Path:
        """Everything that the seed's processes print."""
        return self.folder / LOG_NAME

    @property
    def train_command(self) -> list[str]:
        """The training of this seed, in a process of its own."""
        return _python("train", *self.flags, "--seed", str(self.seed), "--output", str(self.folder))

    @property
    def convert_command(self) -> list[str]:
        """The conversion of this seed with an open gate."""
        data = ["--data", str(self.data)] if self.data else []
        folders = ["--model", str(self.folder), "--output", str(self.folder)]
        return _python("convert", "--int8", *folders, *OPEN_GATE, *data)

    def metrics(self) -> dict[str, Any]:
        """The seed's metrics.json, empty if there is none; raises OutputError if it is damaged."""
        return read_metrics(self.folder / METRICS_NAME)

    def is_trained(self) -> bool:
        """Whether the folder holds this seed's training, to the end."""
        train = self.metrics().get("train", {})
        asked = {"seed": self.seed, "recipe": self.recipe, "data_sha256": self.data_sha256, PENS_KEY: self.pens}
        there = all((self.folder / name).is_file() for name in (*MODELS, *PICTURES))
        return there and {name: train.get(name) for name in asked} == asked

    def is_converted(self) -> bool:
        """Whether the .tflite is there and is the one that metrics.json is about."""
        int8 = self.metrics().get("convert", {}).get("models", {}).get("int8")
        path = self.folder / int8["file"] if int8 else None
        return bool(path and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == int8["sha256"])


def run_seeds(settings: SeedsTraining) -> None:
    """Trains, converts and measures the seeds, reports them, and copies the best one's models to the output folder.

    Raises:
        SeedError: a seed failed; the earlier ones stay.
        OutputError: a folder cannot be written, or a metrics.json in it cannot be read.
        DataError: MNIST is missing or damaged.
    """
    output = settings.output
    require_writable(output)
    read_metrics(output / METRICS_NAME)
    jobs = list(_jobs(settings))
    for number, job in enumerate(jobs, 1):
        _run(job, f"seed {number} of {len(jobs)} (--seed {job.seed})")
    found = {job.seed: job.metrics() for job in jobs}
    best = next(job for job in jobs if job.seed == best_seed(found))
    numbers = spreads(found.values())
    Console().print(spread_table(numbers, list(found)))
    _adopt(best, output)
    report = {
        "seeds": list(found),
        "best_seed": best.seed,
        "chosen_by": "validation accuracy of the quantization-aware model, then its validation loss",
        "recipe": best.recipe,
        "data_sha256": best.data_sha256,
        "numbers": numbers,
    }
    write_metrics(output / SEEDS_NAME, report)
    print(f"train: seed {best.seed} is the best on validation data, copied to {output}")
    print(f"next: python -m convert --int8{model_flag(output)}")


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _jobs(settings: SeedsTraining) -> Iterator[Job]:
    # Through JSON, so that it compares equal to what metrics.json holds.
    pens = choose_pens(settings.pens)
    recipe = json.loads(json.dumps(dataclasses.asdict(pens.recipe(settings.recipe))))
    data_sha256 = load_mnist(settings.data).sha256
    for seed in settings.seeds:
        folder = settings.output / "seeds" / f"seed_{seed}"
        flags = (*settings.flags, *pens.flags)
        yield Job(seed, folder, flags, settings.data, recipe, data_sha256, pens.metrics())


def _run(job: Job, title: str) -> None:
    started = time.monotonic()
    trained, converted = job.is_trained(), job.is_converted()
    status = Console(stderr=True)
    if not trained:
        # metrics.json must not outlive the models that it describes.
        (job.folder / METRICS_NAME).unlink(missing_ok=True)
        job.folder.mkdir(parents=True, exist_ok=True)
        job.log.write_bytes(b"")
        with status.status(f"{title}: training; more in {job.log}"):
            _call(job, job.train_command)
        minutes = round((time.monotonic() - started) / 60, 2)
        write_metrics(job.folder / METRICS_NAME, {**job.metrics(), "training_minutes": minutes})
    if not (trained and converted):
        with status.status(f"{title}: converting; more in {job.log}"):
            _call(job, job.convert_command)
    took = f"{(time.monotonic() - started) / 60:.1f} minutes"
    print(f"train: {title}: {_accuracies(job)}, {f'trained already, in {job.folder}' if trained else took}", flush=True)


def _accuracies(job: Job) -> str:
    runtimes = job.metrics()["convert"]["models"]["int8"]["runtimes"]
    return "int8 " + ", ".join(
        f"{proof['comparison']['accuracy_percent']:.2f} % on {runtime}" for runtime, proof in runtimes.items()
    )


def _call(job: Job, command: Sequence[str]) -> None:
    """Runs a child to its end, with its output in the log; raises SeedError if it fails."""
    last = ""
    with job.log.open("ab") as log:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.PIPE, env=environment)
        with _ended(child):
            for line in child.stderr or ():
                os.write(log.fileno(), line)
                last = line.decode(errors="replace").strip() or last
            child.wait()
    if child.returncode:
        cause = last.removeprefix("train: error: ") or "no message"
        raise SeedError(f"seed {job.seed}: {cause} (exit code {child.returncode}; more in {job.log})")


@contextlib.contextmanager
def _ended(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Ends the child when the block ends."""
    try:
        yield
    except KeyboardInterrupt:
        # The terminal's Ctrl-C has reached the child too: it may be saving what it has.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
        raise
    finally:
        child.terminate()
        child.wait()
        if child.stderr:
            child.stderr.close()


def _adopt(best: Job, output: Path) -> None:
    for name in (*MODELS, *PICTURES, TEACHER):
        if (best.folder / name).exists():
            write_atomically(output / name, (best.folder / name).read_bytes())
    former = read_metrics(output / METRICS_NAME)
    write_metrics(output / METRICS_NAME, {**former, "train": best.metrics()["train"]})
