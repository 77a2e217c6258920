"""`python -m train`: printing, exit code, and which training is run. Its flags are in flags.py."""

import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable

from .chosen_pens import choose_pens
from .flags import parse
from .metrics_file import METRICS_NAME, read_metrics
from .runs import RUNS
from .settings import (
    AnyTraining,
    DetectorTraining,
    DigitsTraining,
    FineTuning,
    SeedsTraining,
    SequenceTraining,
)

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Trains; returns the exit code: 0 done, 1 a clear failure, 2 usage, 130 stopped with Ctrl-C."""
    settings = parse(sys.argv[1:] if argv is None else argv)
    if settings.output.parent == RUNS:
        replaced = ", in place of the training there" if (settings.output / METRICS_NAME).exists() else ""
        print(f"train: writes to {settings.output}{replaced}", flush=True)
    try:
        _run(settings)
    except DigitsError as error:
        print(f"train: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        where = str(stop) or "no epoch was finished, nothing is kept"
        print(f"\ntrain: stopped; {where}; earlier models are as they were", file=sys.stderr)
        return INTERRUPTED
    return 0


def _run(settings: AnyTraining) -> None:
    if isinstance(settings, DetectorTraining):
        _train_detector(settings)
    elif isinstance(settings, SequenceTraining):
        _train_sequence(settings)
    elif isinstance(settings, FineTuning):
        from .finetune.fit import fine_tune_folder

        fine_tune_folder(settings)
    elif isinstance(settings, SeedsTraining):
        _train_seeds(settings)
    else:
        _train_digits(settings)


def _train_seeds(settings: SeedsTraining) -> None:
    from .seeds import run_seeds

    try:
        run_seeds(settings)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("finished seeds stay, the same command goes on after them") from None


def _train_detector(settings: DetectorTraining) -> None:
    from .data.mnist import load_mnist

    started = time.monotonic()
    mnist = load_mnist(settings.data)
    pens = choose_pens(settings.pens)
    from .backup import Backup
    from .detector.fitting import train_detector
    from .detector.network import build_detector
    from .detector.report import write_detector
    from .distribution import default_strategy
    from .page_fitting import load_start
    from .report import Results

    recipe, output = settings.recipe, settings.output
    require_writable(output)
    read_metrics(output / METRICS_NAME)
    start = load_start(settings.start, build_detector()) if settings.start else None
    start_sha256 = _sha256(settings.start)
    data = mnist.sha256 + start_sha256 + pens.identity
    backup = Backup(output, recipe, settings.seed, data, default_strategy())
    with backup.interruptible():
        trained = train_detector(mnist, recipe, settings.seed, backup, start, pens.pools())
        seconds = time.monotonic() - started
        results = Results(settings.seed, recipe, mnist.sha256, seconds, pens=pens.metrics(), start_sha256=start_sha256)
        write_detector(output, trained, mnist, results)
    backup.remove()


def _train_sequence(settings: SequenceTraining) -> None:
    from .data.mnist import load_mnist

    started = time.monotonic()
    mnist = load_mnist(settings.data)
    recipe, output = settings.recipe, settings.output
    require_writable(output)
    read_metrics(output / METRICS_NAME)
    pens = choose_pens(settings.pens)
    from .page_fitting import load_start
    from .sequence.network import build_sequence_reader
    from .sequence.pool import load_pool

    start = load_start(settings.start, build_sequence_reader()) if settings.start else None
    pool, others = (
        load_pool(pens.path, part, validation) for part, validation in ((mnist.train, False), (mnist.validation, True))
    )
    from .backup import Backup
    from .distribution import default_strategy
    from .report import Results
    from .sequence.fitting import train_sequence
    from .sequence.report import write_sequence

    start_sha256 = _sha256(settings.start)
    identity = mnist.sha256 + start_sha256 + pool.pens_sha256 + others.pens_sha256
    backup = Backup(output, recipe, settings.seed, identity, default_strategy())
    with backup.interruptible():
        trained = train_sequence(pool, others, recipe, settings.seed, backup, start)
        seconds = time.monotonic() - started
        results = Results(settings.seed, recipe, mnist.sha256, seconds, pens=pens.metrics(), start_sha256=start_sha256)
        write_sequence(output, trained, pool.pens_sha256, results)
    backup.remove()


def _train_digits(settings: DigitsTraining) -> None:
    from .data.mnist import load_mnist

    started = time.monotonic()
    mnist = load_mnist(settings.data)
    pens = choose_pens(settings.pens)
    from . import distribution, fitting, report
    from .backup import Backup
    from .network import load_teacher

    recipe, output = pens.recipe(settings.recipe), settings.output
    require_writable(output)
    read_metrics(output / METRICS_NAME)
    strategy = distribution.choose_strategy()
    distribution.require_equal_parts(strategy, recipe.batch_size)
    teacher = load_teacher(settings.teacher) if settings.teacher else None
    data = mnist.sha256 + _sha256(settings.teacher) + pens.identity
    backup = Backup(output, recipe, settings.seed, data, strategy)
    with backup.interruptible():
        with distribution.together(strategy):
            trained = fitting.train(mnist, recipe, settings.seed, backup, teacher, pens.pools()[0])
        if not distribution.is_chief(strategy):
            print("train: done; worker 0 writes the models")
            return
        seconds = time.monotonic() - started
        results = report.Results(settings.seed, recipe, mnist.sha256, seconds, pens=pens.metrics())
        report.write(output, trained, mnist, results)
    backup.remove()


def _sha256(path: Path | None) -> str:
    """A file's hash, empty for none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""
