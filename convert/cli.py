"""`python -m convert`: progress, printing and the exit code. Its flags are in flags.py."""

import functools
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable
from train.data.mnist import load_mnist
from train.data.unipen_found import find_unipen
from train.settings import NO_PENS

from .conversion import EvaluationImages, Step, convert_and_prove, draw_non_digits, step_count
from .errors import SourceError
from .flags import parse
from .places import Places, find_places
from .prove import micro
from .prove.finetuned import fine_tuning_paragraph, load_held_out
from .prove.gate import Check
from .prove.micro_proof import PARTIAL_COUNT
from .prove.runtimes import installed_runtimes
from .report.publish import merge_metrics, model_name, publish, require_proof
from .report.table import print_report
from .settings import (
    Conversion,
    DetectorConversion,
    DigitsConversion,
    MicroExport,
    SequenceConversion,
    VectorsExport,
    WebExport,
)
from .source import load_pair, load_source, read_metrics

INTERRUPTED = 130
OTHER_LIMITS = (
    "try more epochs with python -m train (for a fine-tuned model, more digits like those it misreads), "
    "or other limits with --max-accuracy-drop, --min-agreement and --max-fine-tuning-p"
)
AFTER_PUBLISHING = "next: python -m convert.report.card"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0 when everything was written, 1 for a clear failure, 2 for usage."""
    settings = parse(sys.argv[1:] if argv is None else argv)
    try:
        return _COMMANDS[type(settings)](settings)
    except DigitsError as error:
        print(f"convert: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("convert: interrupted, nothing was written", file=sys.stderr)
        return INTERRUPTED


def _convert(settings: DigitsConversion) -> int:
    _quieten_tensorflow()
    # Cheap checks come before a minute of work.
    precisions, limits = settings.precisions, settings.limits
    places = _places(settings, settings.network)
    output = places.output
    former_metrics = read_metrics(output)
    runtimes = installed_runtimes()
    mnist = load_mnist(settings.data)
    source = load_source(places.model, settings.network)
    held_out = load_held_out(places.folder, source.train_metrics)
    if held_out is not None:
        require_proof(precisions, source, output)
    elif settings.has_fine_tuning_limit:
        raise SourceError(
            f"expected a fine-tuned model with --max-fine-tuning-p, got {places.model}; leave out the limit"
        )
    micro_count = 0 if not micro.is_installed() else len(mnist.test) if settings.publish else PARTIAL_COUNT
    images = EvaluationImages(mnist, draw_non_digits(mnist.test), held_out, micro_count)
    with _steps(step_count(precisions, runtimes, images)) as step:
        artefacts = convert_and_prove(source, precisions, images, runtimes, limits, step)
    print_report(artefacts, Console())
    if "int8" in precisions and not micro_count:
        print(f"{micro.RUNTIME}: not installed, int8 is proven without it; {micro.INSTALL}")
    if held_out is not None:
        (proofs,) = (artefact.fine_tuning for artefact in artefacts if artefact.fine_tuning)
        print(fine_tuning_paragraph(proofs, held_out))
    if not _passes((check for artefact in artefacts for check in artefact.checks), OTHER_LIMITS):
        return 1
    metrics = merge_metrics(former_metrics, source, artefacts, limits)
    for path in publish(output, artefacts, metrics, images, places.read_training_files(), settings.network):
        print(f"wrote {path}")
    if settings.publish:
        print(AFTER_PUBLISHING)
    elif "int8" in precisions:
        print(f"next: python -m edge_app model install {output / model_name('int8', settings.network)}")
    return 0


def _convert_detector(settings: DetectorConversion) -> int:
    _quieten_tensorflow()
    places = _places(settings, "detector")
    former_metrics = read_metrics(places.output)
    runtimes = installed_runtimes()
    mnist = load_mnist(settings.data)
    from .detector import check_detector, convert_detector, print_detector, publish_detector

    with _steps(3 + 2 * len(runtimes)) as step:
        artefacts = convert_detector(places.folder, mnist, runtimes, step)
    checks = check_detector(*artefacts)
    print_detector(artefacts, checks, Console())
    if not _passes(checks, "try more epochs or --pages with python -m train --detector"):
        return 1
    for path in publish_detector(places, artefacts, former_metrics):
        print(f"wrote {path}")
    if settings.publish:
        print(AFTER_PUBLISHING)
    return 0


def _convert_sequence(settings: SequenceConversion) -> int:
    _quieten_tensorflow()
    places = _places(settings, "sequence")
    former_metrics = read_metrics(places.output)
    runtimes = installed_runtimes()
    mnist = load_mnist(settings.data)
    say = functools.partial(print, "convert:", flush=True)
    pens = None if settings.pens == NO_PENS else find_unipen(settings.pens, say)
    from .sequence import check_sequence, convert_sequence, draw_proof, print_sequence, publish_sequence

    pair = load_pair(places.folder, "sequence")
    with _steps(3 + 2 * len(runtimes)) as step:
        step("drawing numbers")
        proof = draw_proof(mnist, pens)
        artefacts = convert_sequence(pair, proof, runtimes, step)
    checks = check_sequence(*artefacts)
    print_sequence(artefacts, checks, Console())
    if not _passes(checks, "try more epochs or --strips with python -m train --sequence"):
        return 1
    for path in publish_sequence(places, artefacts, proof, former_metrics):
        print(f"wrote {path}")
    if settings.publish:
        print(AFTER_PUBLISHING)
    return 0


def _write_c_array(settings: MicroExport) -> int:
    _quieten_tensorflow()
    from .microcontroller.export import write_sources

    for path in write_sources(settings.model, settings.c_array):
        print(f"wrote {path}")
    return 0


def _write_vectors(settings: VectorsExport) -> int:
    require_writable(settings.vectors.parent, "--vectors")
    from .vectors import write_vectors

    print(f"wrote {write_vectors(settings.model, settings.vectors, load_mnist(settings.data).validation)}")
    return 0


def _write_site(settings: WebExport) -> int:
    _quieten_tensorflow()
    from .web.site import write_site

    print(f"wrote {write_site(settings.model, settings.web)}")
    return 0


def _places(settings: Conversion, network: str) -> Places:
    places = find_places(settings.model, settings.output, settings.publish, network)
    require_writable(places.output)
    print(f"convert: {places}", flush=True)
    return places


@contextmanager
def _steps(total: int) -> Iterator[Step]:
    """A progress bar on the terminal; gives a function to call before each step."""
    done = itertools.count()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda description: progress.update(task, description=description, completed=next(done))


def _passes(checks: Iterable[Check], next_step: str) -> bool:
    failures = [check for check in checks if not check.holds]
    for check in failures:
        print(f"convert: error: {check}", file=sys.stderr)
    if failures:
        print(f"convert: nothing was written; {next_step}", file=sys.stderr)
    return not failures


def _quieten_tensorflow() -> None:
    # Read when TensorFlow is first imported. Its errors are exceptions; the rest of its log is of no use to a user.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


_COMMANDS: Mapping[type, Callable[[Any], int]] = {
    DigitsConversion: _convert,
    DetectorConversion: _convert_detector,
    SequenceConversion: _convert_sequence,
    MicroExport: _write_c_array,
    VectorsExport: _write_vectors,
    WebExport: _write_site,
}
