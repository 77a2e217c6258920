"""`read`: photos or scans."""

import argparse
from pathlib import Path
from typing import Any

from ..errors import OptionError
from .flags import add_form, add_model, add_view, form_of, model_of, view_of


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "read",
        help="read photos or scans",
        description="Reads photos and scans: images, multi-page TIFFs, PDFs, folders. Archives, or thousands of files: "
        "see batch.",
    )
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help="file, folder, 'glob', http(s) URL, or - for standard input"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each page")
    parser.add_argument("--annotate", type=Path, metavar="DIR", help="write each image with what was read drawn on it")
    parser.add_argument("--explain", type=Path, metavar="DIR", help="write each stage of each image as a picture")
    add_form(parser)
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a row for each page and a column for each field"
    )
    add_view(parser, "the image")
    add_model(parser)
    parser.set_defaults(command=_read)


def _read(options: argparse.Namespace) -> int:
    form = form_of(options)
    if form is not None:
        from .read_forms import FormSettings, read_forms

        return read_forms(FormSettings(options.images, form, model_of(options), options.json, options.csv))
    if options.csv is not None:
        raise OptionError("expected --form with --csv, got none; name the form's file")
    from .read_files import ReadSettings, read_files

    return read_files(
        ReadSettings(
            options.images, view_of(options), model_of(options), options.json, options.annotate, options.explain
        )
    )
