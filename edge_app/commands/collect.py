"""`collect`: somebody's own digits, labelled, to fine-tune a model with."""

import argparse
from pathlib import Path
from typing import Any

from .flags import add_writer
from .run import add_live, live_of


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "collect",
        help="collect your own digits to fine-tune a model with",
        description="Draws a sheet to write a hundred digits on (--template), cuts photos of it into labelled digits "
        "(--sheet), or else reads live like run and keeps what was refused or unsure, to be labelled on the web page "
        "(--preview-port); all for python -m train --add DIR.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--template", type=Path, metavar="FILE", help="write the empty sheet, a .pdf or .png, A4")
    what.add_argument("--sheet", nargs="+", type=Path, metavar="PHOTO", help="photos of sheets that one writer filled")
    parser.add_argument("--to", type=Path, metavar="DIR", help="where digits go: DIR/WRITER/LABEL/*.png")
    add_writer(parser)
    parser.add_argument("--raw", action="store_true", help="also keep each box as the camera saw it, in LABEL/raw")
    add_live(parser)
    parser.set_defaults(command=_collect, usage_error=parser.error)


def _collect(options: argparse.Namespace) -> int:
    if options.template is not None:
        from ..collect.template import write_template

        write_template(options.template)
        print(f"wrote {options.template}: print it at 100 %, fill it in, photograph it, then collect --sheet PHOTO")
        return 0
    if options.to is None:
        options.usage_error("expected --to DIR, the folder for the digits")
    if options.sheet is None:
        from ..files.atomic import require_writable
        from .run_live import run

        require_writable(options.to, "--to")
        return run(live_of(options, collect=options.to))
    from ..collect.sheets import collect_sheets

    return collect_sheets(options.sheet, options.to, options.writer, options.raw)
