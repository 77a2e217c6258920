"""`collect`: somebody's own digits, labelled, to teach a model with."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "collect",
        help="collect your own digits to teach a model with",
        description="Draws a sheet to write a hundred digits on (--template), and cuts photos of it into labelled "
        "digits (--sheet) for python -m train --add DIR.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--template", type=Path, metavar="FILE", help="write the empty sheet, a .pdf or .png, A4")
    what.add_argument("--sheet", nargs="+", type=Path, metavar="PHOTO", help="photos of sheets that one writer filled")
    parser.add_argument("--to", type=Path, metavar="DIR", help="where digits go: DIR/WRITER/LABEL/*.png")
    parser.add_argument("--writer", type=_writer, metavar="NAME", help="who wrote them: letters, digits, - and _")
    parser.add_argument("--raw", action="store_true", help="also keep each box as the camera saw it, in LABEL/raw")
    parser.set_defaults(command=_collect, usage_error=parser.error)


def _writer(text: str) -> str:
    from ..collect.folder import check_writer

    try:
        return check_writer(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _collect(options: argparse.Namespace) -> int:
    if options.template is not None:
        from ..collect.template import write_template

        write_template(options.template)
        print(f"wrote {options.template}: print it at 100 %, fill it in, photograph it, then collect --sheet PHOTO")
        return 0
    if options.to is None or options.writer is None:
        options.usage_error("expected --to DIR and --writer NAME with --sheet")
    from ..collect.sheets import collect_sheets

    return collect_sheets(options.sheet, options.to, options.writer, options.raw)
