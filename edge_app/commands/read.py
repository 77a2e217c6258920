"""`read`: photos or scans."""

import argparse
from pathlib import Path
from typing import Any

from ..errors import OptionError
from .flags import add_model, add_view, model_of, view_of

# What reads pages of any kind; a form says itself where to look.
_NOT_OF_FORMS = ("annotate", "explain", "region")


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
    parser.add_argument("--form", type=Path, metavar="FILE", help="read the fields that this form.toml names; see form")
    parser.add_argument(
        "--form-picture",
        type=Path,
        metavar="IMAGE",
        help="the form's own picture, to find it by on photos (without one, images are of the form alone)",
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a row for each page and a column for each field"
    )
    add_view(parser, "the image")
    add_model(parser)
    parser.set_defaults(command=_read)


def _read(options: argparse.Namespace) -> int:
    if options.form is not None:
        return _read_forms(options)
    for flag in ("form_picture", "csv"):
        if getattr(options, flag) is not None:
            raise OptionError(f"expected --form with --{flag.replace('_', '-')}, got none; name the form's file")
    from .read_files import ReadSettings, read_files

    return read_files(
        ReadSettings(
            options.images, view_of(options), model_of(options), options.json, options.annotate, options.explain
        )
    )


def _read_forms(options: argparse.Namespace) -> int:
    from .read_forms import FormSettings, read_forms

    given = [flag for flag in _NOT_OF_FORMS if getattr(options, flag)] + ["rotate"] * (
        options.rotate not in ("auto", "none")
    )
    if given:
        raise OptionError(f"expected --form without --{given[0]}, got both; a form says itself where its fields are")
    return read_forms(
        FormSettings(options.images, options.form, options.form_picture, model_of(options), options.json, options.csv)
    )
