"""`batch`: archives of scans, on all cores or many machines."""

import argparse
from pathlib import Path
from typing import Any

from ..host.extras import needs
from ..model.runtime import CHOICES
from .flags import add_form, add_store, add_view, form_of, positive, view_of

PARTS = {"dask", "distributed", "pyarrow", "fsspec", "rich"}


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "batch",
        help="read archives of scans on all cores, or on many machines",
        description="Reads folders, globs, images, multi-page TIFFs, PDFs, ZIP and TAR archives, local or by URL, on "
        "Dask. If it is stopped, the same command resumes it.",
    )
    parser.add_argument("sources", type=_source, nargs="+", metavar="SOURCE", help="folder, file, 'glob' or URL")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the results are written")
    parser.add_argument(
        "--format",
        choices=("parquet", "jsonl", "both", "csv"),
        default="parquet",
        help="of the results; csv: with --form (default: %(default)s)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler", metavar="URL", help="tcp://host:8786 of a Dask scheduler (default: this machine alone)"
    )
    where.add_argument(
        "--workers", type=positive, metavar="N", help="processes on this machine (default: as many as cores)"
    )
    parser.add_argument(
        "--batch-pages", type=positive, default=32, metavar="N", help="pages per task (default: %(default)s)"
    )
    parser.add_argument("--dpi", type=positive, default=200, metavar="N", help="to draw PDFs at (default: %(default)s)")
    add_form(parser)
    add_view(parser, "a page, PDFs as drawn at --dpi")
    parser.add_argument("--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert")
    add_store(parser)
    parser.add_argument("--runtime", choices=CHOICES, default="auto", help="TFLite runtime (default: %(default)s)")
    parser.set_defaults(command=_batch)


def _source(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got an empty one; name a folder, or . for this one")
    return text


def _batch(options: argparse.Namespace) -> int:
    with needs(PARTS, "batch", "batch"):
        from ..batch.parts import FORMATS
        from ..batch.run import batch
        from ..batch.settings import BatchSettings
        from ..store.choice import ModelChoice
    return batch(
        BatchSettings(
            options.sources,
            options.output,
            view_of(options),
            ModelChoice(options.model, options.store, options.runtime),
            FORMATS if options.format == "both" else (options.format,),
            scheduler=options.scheduler,
            workers=options.workers,
            batch_pages=options.batch_pages,
            dpi=options.dpi,
            form=form_of(options),
        )
    )
