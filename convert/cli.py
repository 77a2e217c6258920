"""`python -m convert`: flags, progress, printing and the exit code."""

import argparse
import itertools
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable
from edge_app.host.parser import Parser
from train.data.mnist import load_mnist

from .conversion import EvaluationImages, Step, convert_and_prove, draw_non_digits, step_count
from .keras_to_tflite import PRECISIONS
from .places import Places, find_places
from .prove.finetuned import load_held_out, teaching_paragraph
from .prove.gate import Check, Limits, TeachingLimits
from .prove.runtimes import installed_runtimes
from .report.publish import merge_metrics, model_name, publish, require_proof
from .report.table import print_report
from .source import load_source, read_metrics

INTERRUPTED = 130
AFTER_PUBLISHING = "next: python -m convert.report.card"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0 when everything was written, 1 for a clear failure, 2 (from argparse) for usage."""
    arguments = _parser().parse_args(argv)
    precisions = [precision for precision in PRECISIONS if getattr(arguments, precision)]
    if arguments.detector and not arguments.int8:
        _parser().error("expected --int8 with --detector; float32 comes with it")
    if not precisions:
        _parser().error("expected at least one of --int8, --float32, --float16 and --dynamic")
    try:
        return _convert_detector(arguments) if arguments.detector else _convert(arguments, precisions)
    except DigitsError as error:
        print(f"convert: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("convert: interrupted, nothing was written", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m convert",
        description="Convert trained Keras models to .tflite, prove them close to float, and write them.",
    )
    for precision, meaning in zip(
        PRECISIONS,
        ("as trained", "float16 weights", "int8 weights, float activations", "integers throughout"),
        strict=True,
    ):
        parser.add_argument(f"--{precision}", action="store_true", help=f"make digits_{precision}.tflite: {meaning}")
    parser.add_argument("--detector", action="store_true", help="convert the page's digit detector instead")
    parser.add_argument("--model", type=Path, help="folder of python -m train, or one .h5 (default: the last in runs/)")
    parser.add_argument("--data", type=Path, help="MNIST: a Keras mnist.npz or a folder of IDX files")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", type=Path, help="folder to write to (default: the model's own)")
    where.add_argument("--publish", action="store_true", help="write to models/, with the files of the training")
    limits = Limits()
    parser.add_argument(
        "--max-accuracy-drop",
        type=_non_negative,
        default=limits.max_accuracy_drop_pp,
        metavar="PP",
        help="the gate: percentage points that a model may lose to its float parent (default: %(default)s)",
    )
    parser.add_argument(
        "--min-agreement",
        type=_non_negative,
        default=limits.min_agreement_percent,
        metavar="PERCENT",
        help="the gate: share of test images on which both name the same digit (default: %(default)s)",
    )
    parser.add_argument(
        "--max-teaching-p",
        type=_non_negative,
        default=TeachingLimits().max_improvement_p,
        metavar="P",
        help="the gate: McNemar's p of a taught model's gain on held-out digits; 1: no proof (default: %(default)s)",
    )
    return parser


def _non_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"expected a number >= 0, got {text!r}")
    return value


def _convert(arguments: argparse.Namespace, precisions: Sequence[str]) -> int:
    _quieten_tensorflow()
    # What is cheap to find out comes before what takes a minute.
    places = _places(arguments, "digits")
    output = places.output
    former_metrics = read_metrics(output)
    runtimes = installed_runtimes()
    mnist = load_mnist(arguments.data)
    source = load_source(places.model)
    held_out = load_held_out(places.folder, source.train_metrics)
    if held_out is not None:
        require_proof(precisions, source, output)
    images = EvaluationImages(mnist, draw_non_digits(mnist.test), held_out)
    teaching_limits = TeachingLimits(max_improvement_p=arguments.max_teaching_p)
    limits = Limits(arguments.max_accuracy_drop, arguments.min_agreement, teaching_limits)
    with _steps(step_count(precisions, runtimes, held_out is not None)) as step:
        artefacts = convert_and_prove(source, precisions, images, runtimes, limits, step)
    print_report(artefacts, Console())
    if held_out is not None:
        (teaching,) = (artefact.teaching for artefact in artefacts if artefact.teaching)
        print(teaching_paragraph(teaching, held_out))
    if not _passes(check for artefact in artefacts for check in artefact.checks):
        return 1
    metrics = merge_metrics(former_metrics, source, artefacts, limits)
    for path in publish(output, artefacts, metrics, images, places.read_training_files()):
        print(f"wrote {path}")
    if arguments.publish:
        print(AFTER_PUBLISHING)
    elif arguments.int8:
        print(f"next: python -m edge_app model install {output / model_name('int8')}")
    return 0


def _convert_detector(arguments: argparse.Namespace) -> int:
    _quieten_tensorflow()
    places = _places(arguments, "detector")
    former_metrics = read_metrics(places.output)
    runtimes = installed_runtimes()
    mnist = load_mnist(arguments.data)
    from .detector import check_detector, convert_detector, print_detector, publish_detector

    with _steps(3 + 2 * len(runtimes)) as step:
        artefacts = convert_detector(places.folder, mnist, runtimes, step)
    checks = check_detector(*artefacts)
    print_detector(artefacts, checks, Console())
    if not _passes(checks):
        return 1
    for path in publish_detector(places, artefacts, former_metrics):
        print(f"wrote {path}")
    if arguments.publish:
        print(AFTER_PUBLISHING)
    return 0


def _places(arguments: argparse.Namespace, network: str) -> Places:
    places = find_places(arguments.model, arguments.output, arguments.publish, network)
    require_writable(places.output)
    print(f"convert: {places}", flush=True)
    return places


@contextmanager
def _steps(total: int) -> Iterator[Step]:
    """A bar on the terminal; what it gives is called before each step."""
    done = itertools.count()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda description: progress.update(task, description=description, completed=next(done))


def _passes(checks: Iterable[Check]) -> bool:
    failures = [check for check in checks if not check.holds]
    for check in failures:
        print(f"convert: error: {check}", file=sys.stderr)
    if failures:
        print(
            "convert: nothing was written; try more epochs with python -m train (for a taught model more digits "
            "like those it misreads), or other limits with --max-accuracy-drop, --min-agreement and --max-teaching-p",
            file=sys.stderr,
        )
    return not failures


def _quieten_tensorflow() -> None:
    # Read when TensorFlow is first imported. Its errors come as exceptions; what else it logs nobody can fix.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
