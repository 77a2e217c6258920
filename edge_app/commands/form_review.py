"""`form review`: look through what was read of forms with doubt, in the browser."""

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OptionError, OutputError
from .flags import add_address, add_model, add_writer, model_of

if TYPE_CHECKING:
    from ..forms.reading import FormReader
    from ..review.archive import ArchiveReview
    from ..review.result import Result


def add_review(actions: Any) -> None:
    """Adds the action to argparse's subparsers."""
    parser = actions.add_parser(
        "review",
        help="look through what was read with doubt, in the browser",
        description="Serves a page that asks about each field in doubt. What is said is kept beside the result, in "
        "corrections.jsonl; --export writes both together.",
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="--output of batch --form; file of read --form")
    parser.add_argument("--form", type=Path, metavar="FILE", help="of a file: its form.toml; a folder has its own")
    parser.add_argument(
        "--form-picture", type=Path, metavar="IMAGE", help="the form's own picture, if it was read by it"
    )
    add_address(parser, port=0)
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="write result and corrections as .csv or .jsonl; serves nothing"
    )
    parser.add_argument("--collect", type=Path, metavar="DIR", help="keep the digits of what is said there, labelled")
    add_writer(parser)
    add_model(parser)
    parser.set_defaults(command=_review)


def _review(options: argparse.Namespace) -> int:
    from ..files.lock import alone
    from ..review.corrections import Corrections

    if options.export is not None and options.export.suffix not in (".csv", ".jsonl"):
        raise OptionError(f"expected a file .csv or .jsonl for --export, got {options.export}; rename it")
    with contextlib.ExitStack() as stack:
        result = _result(options)
        stack.callback(result.close)
        path = result.corrections
        taken = OutputError(f"expected one review of {options.result} at a time, got another that runs; end it first")
        stack.enter_context(alone(path.with_name(f".{path.name}.lock"), taken))
        review = _opened(options, result, Corrections(path))
        stack.callback(review.close)
        if options.export is not None:
            return _export(options.export, review)
        return _serve(options, review, stack)


def _result(options: argparse.Namespace) -> "Result":
    if options.result.is_dir():
        if options.form is not None or options.form_picture is not None:
            raise OptionError(
                "expected --form with a file of read --form, got a folder, which has its form; leave it out"
            )
        from ..host.extras import needs
        from .batch import PARTS

        with needs(PARTS, "form review of a batch", "batch"):
            from ..batch.form_result import FormResult
        return FormResult(options.result)
    if options.form is None:
        raise OptionError(f"expected --form with {options.result}, got none; name the form that was read")
    from ..forms.described import DescribedForm
    from ..review.table import TableResult

    return TableResult(options.result, DescribedForm.load(options.form, options.form_picture))


def _opened(options: argparse.Namespace, result: "Result", corrections: Any) -> "ArchiveReview":
    from ..review.archive import ArchiveReview

    if options.collect is None or options.export is not None:
        return ArchiveReview(result, corrections)
    from ..collect.queue import CropQueue
    from ..files.atomic import require_writable
    from ..review.digits import DigitCollection

    require_writable(options.collect, "--collect")
    make_reader = _reader(options, result)
    queue: CropQueue = CropQueue(options.collect, options.writer)
    collection = DigitCollection(queue, lambda: make_reader().classifier)
    return ArchiveReview(result, corrections, collection, make_reader)


def _reader(options: argparse.Namespace, result: "Result") -> "Callable[[], FormReader]":
    """Makes the form's reader, once, when it is first needed."""
    from functools import cache

    from ..forms.reading import FormReader
    from ..store.choice import chosen_classifier

    model = model_of(options)
    return cache(lambda: FormReader(result.described.form, chosen_classifier(model), result.described.picture))


def _export(path: Path, review: "ArchiveReview") -> int:
    from ..files.atomic import write_atomically
    from ..review.export import as_csv, as_jsonl

    pages = review.pages()
    write_atomically(path, as_csv(review.names, pages) if path.suffix == ".csv" else as_jsonl(pages))
    print(f"wrote {path}: {review.done} fields reviewed, {review.waiting} still in doubt")
    return 0


def _serve(options: argparse.Namespace, review: "ArchiveReview", stack: contextlib.ExitStack) -> int:
    from ..host.logs import log_to_stderr
    from ..web.open import open_review

    log_to_stderr()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        former = signal.signal(number, lambda *_: stopped.set())
        stack.callback(signal.signal, number, former)
    server = open_review(options.preview_host, options.preview_port, options.token_file, review)
    stack.callback(server.close)
    stopped.wait()
    print(f"{review.done} fields reviewed, {review.waiting} still in doubt; export them with --export FILE")
    return 0
