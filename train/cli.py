"""`python -m train`: flags, printing, exit code."""

import argparse
import dataclasses
import hashlib
import sys
import time
from pathlib import Path
from typing import TypeVar

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable
from edge_app.host.parser import Parser

from .metrics_file import METRICS_NAME, read_metrics
from .recipe import RECIPES, Recipe
from .runs import SHIPPED, default_output

INTERRUPTED = 130
SEED_COUNT = 1 << 32
AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)
NOT_WHEN_TEACHING = ("quick", "seeds", "teacher", "detector", "start", "pages")


def main(argv: list[str] | None = None) -> int:
    """Trains; returns the exit code: 0 done, 1 a clear failure, 2 usage, 130 stopped with Ctrl-C."""
    options = _parser().parse_args(argv)
    _refuse_nonsense(options)
    if options.output is None:
        options.output = default_output(options)
        replaced = ", in place of the training there" if (options.output / METRICS_NAME).exists() else ""
        print(f"train: writes to {options.output}{replaced}", flush=True)
    try:
        if options.detector:
            _train_detector(options)
        elif options.add:
            _teach(options)
        elif options.seeds:
            _train_seeds(options, sys.argv[1:] if argv is None else argv)
        else:
            _train(options)
    except DigitsError as error:
        print(f"train: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        where = str(stop) or "no epoch was finished, nothing is kept"
        print(f"\ntrain: stopped; {where}; earlier models are as they were", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m train", description="Train a digit network on MNIST, quantization-aware.")
    parser.add_argument("--epochs", type=_positive, metavar="N", help="epochs of the float network")
    parser.add_argument("--batch-size", type=_positive, metavar="N", help="images a step")
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="of everything random (default 0)")
    parser.add_argument("--seeds", type=_positive, metavar="N", help="train N seeds, report all, take the best one")
    parser.add_argument("--data", type=Path, metavar="PATH", help="mnist.npz or a folder of IDX files")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where models go (a folder in runs/)")
    parser.add_argument("--add", type=Path, metavar="DIR", help="teach a trained model these WRITER/LABEL/*.png")
    parser.add_argument("--from", type=Path, dest="parent", metavar="DIR", help="the model to teach (models/)")
    parser.add_argument("--quick", action="store_true", help="a model of about 99 %% in a minute or two")
    parser.add_argument("--teacher", type=Path, metavar="FILE", help="learn from this digits_teacher.h5, train none")
    parser.add_argument("--detector", action="store_true", help="train the page's digit detector, on drawn pages")
    parser.add_argument("--start", type=Path, metavar="FILE", help="go on from this detector_float.h5")
    parser.add_argument("--pages", type=_positive, metavar="N", help="pages drawn for the detector")
    parser.add_argument("--train-limit", type=_positive, metavar="N", help="use only the first N training images")
    return parser


def _refuse_nonsense(options: argparse.Namespace) -> None:
    """Ends as argparse does where flags do not go together."""
    usage_error = _parser().error
    if options.seed + (options.seeds or 1) > SEED_COUNT:
        usage_error(f"expected seeds below {SEED_COUNT}, got --seed {options.seed} and {options.seeds} of them")
    if options.parent is not None and options.add is None:
        usage_error("expected --add DIR with --from, the digits to teach; without both, a model is trained anew")
    not_taught = [name for name in NOT_WHEN_TEACHING if getattr(options, name)]
    if options.add is not None and not_taught:
        usage_error(f"expected --add without --{not_taught[0]}, got both; a model is taught in one way")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, got {text}")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < SEED_COUNT:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to {SEED_COUNT - 1}, got {text}")
    return value


def _recipe(options: argparse.Namespace) -> Recipe:
    return _with_flags(RECIPES["quick" if options.quick else "default"], options)


def _with_flags(base: AnyRecipe, options: argparse.Namespace) -> AnyRecipe:
    changes = {"float_epochs": options.epochs, "batch_size": options.batch_size, "train_limit": options.train_limit}
    return dataclasses.replace(base, **{name: value for name, value in changes.items() if value is not None})


def _train_seeds(options: argparse.Namespace, arguments: list[str]) -> None:
    from .seeds import run_seeds

    try:
        run_seeds(options, _recipe(options), arguments)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("finished seeds stay, the same command goes on after them") from None


def _teach(options: argparse.Namespace) -> None:
    from .finetune.fit import teach_folder
    from .recipe import TeachRecipe

    recipe = _with_flags(TeachRecipe(), options)
    teach_folder(options.parent or SHIPPED, options.add, options.output, options.data, options.seed, recipe)


def _train_detector(options: argparse.Namespace) -> None:
    from .data.mnist import load_mnist
    from .detector.recipe import DETECTOR_RECIPES

    started = time.monotonic()
    mnist = load_mnist(options.data)
    changes = {"float_epochs": options.epochs, "batch_size": options.batch_size, "pages": options.pages}
    base = DETECTOR_RECIPES["quick" if options.quick else "continued" if options.start else "default"]
    recipe = dataclasses.replace(base, **{name: value for name, value in changes.items() if value is not None})
    from .backup import Backup
    from .detector.fitting import train_detector
    from .detector.network import load_start
    from .detector.report import write_detector
    from .distribution import default_strategy
    from .report import Results

    require_writable(options.output)
    read_metrics(options.output / METRICS_NAME)
    start = load_start(options.start) if options.start else None
    begun_from = hashlib.sha256(options.start.read_bytes()).hexdigest() if options.start else ""
    backup = Backup(options.output, recipe, options.seed, mnist.sha256 + begun_from, default_strategy())
    with backup.interruptible():
        trained = train_detector(mnist, recipe, options.seed, backup, start)
        results = Results(options.seed, recipe, mnist.sha256, time.monotonic() - started)
        write_detector(options.output, trained, mnist, results)
    backup.remove()


def _train(options: argparse.Namespace) -> None:
    from .data.mnist import load_mnist

    started = time.monotonic()
    mnist = load_mnist(options.data)
    recipe = _recipe(options)
    from . import distribution, fitting, report
    from .backup import Backup
    from .network import load_teacher

    require_writable(options.output)
    read_metrics(options.output / METRICS_NAME)
    strategy = distribution.choose_strategy()
    distribution.require_equal_parts(strategy, recipe.batch_size)
    teacher = load_teacher(options.teacher) if options.teacher else None
    taught_by = hashlib.sha256(options.teacher.read_bytes()).hexdigest() if options.teacher else ""
    backup = Backup(options.output, recipe, options.seed, mnist.sha256 + taught_by, strategy)
    with backup.interruptible():
        with distribution.together(strategy):
            trained = fitting.train(mnist, recipe, options.seed, backup, teacher)
        if not distribution.is_chief(strategy):
            print("train: done; worker 0 writes the models")
            return
        results = report.Results(options.seed, recipe, mnist.sha256, time.monotonic() - started)
        report.write(options.output, trained, mnist, results)
    backup.remove()
