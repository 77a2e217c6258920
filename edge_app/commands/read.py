"""`read`: photos or scans."""

import argparse
from pathlib import Path
from typing import Any

from .flags import add_model


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
    parser.add_argument(
        "--region",
        type=_region,
        action="append",
        default=[],
        metavar="[NAME=]X,Y,W,H",
        help="read only this place, in pixels; repeatable",
    )
    parser.add_argument(
        "--rotate",
        choices=("none", "auto", "90", "180", "270"),
        default="none",
        help="turn the image clockwise first; auto: whichever way reads most clearly (default: %(default)s)",
    )
    add_model(parser)
    parser.set_defaults(command=_read)


def _region(text: str) -> Any:
    from ..regions import parse_region

    try:
        return parse_region(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected [NAME=]X,Y,W,H in pixels, got {text!r} ({error})") from error


def _read(options: argparse.Namespace) -> int:
    from ..reading import read_files

    return read_files(options)
