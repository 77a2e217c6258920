"""`python -m edge_app`: flags, printing, exit code."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import DigitsError
from .runtime import CHOICES

DONE, FAILED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code: 0 done, 1 a clear failure, 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_usage(sys.stderr)
        return USAGE
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except DigitsError as error:
        print(f"edge_app: error: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of a pipe has gone; keep Python's last flush from complaining about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="edge_app", description="Reads handwritten digits.")
    commands = parser.add_subparsers(title="commands", metavar="{read,bench,inspect}")
    parser.set_defaults(command=None)
    read = commands.add_parser("read", help="read photos or scans", description="Reads photos or scans.")
    read.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    read.add_argument("--json", action="store_true", help="print one JSON object a line for each image")
    read.add_argument("--annotate", type=Path, metavar="DIR", help="write each image with what was read drawn on it")
    read.add_argument("--explain", type=Path, metavar="DIR", help="write each stage of each image as a picture")
    read.add_argument(
        "--region",
        type=_region,
        action="append",
        default=[],
        metavar="[NAME=]X,Y,W,H",
        help="read only this place, in pixels; repeatable",
    )
    read.add_argument(
        "--rotate",
        choices=("none", "auto", "90", "180", "270"),
        default="none",
        help="turn the image clockwise first; auto: whichever way reads most clearly (default: %(default)s)",
    )
    read.add_argument("--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert")
    read.add_argument("--runtime", choices=CHOICES, default="auto", help="TFLite runtime (default: %(default)s)")
    read.add_argument("--threads", type=_positive, default=1, metavar="N", help="CPU threads (default: %(default)s)")
    read.set_defaults(command=_read)
    inspect = commands.add_parser("inspect", help="show what is in a model", description="Shows what is in a model.")
    inspect.add_argument("model", type=Path, metavar="MODEL")
    inspect.set_defaults(command=_inspect)
    _add_bench(commands)
    return parser


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser(
        "bench",
        help="measure how long reading takes",
        description="Measures milliseconds by stage, start-up time and memory, each run in a process of its own.",
    )
    bench.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="default: two pages that it draws itself")
    bench.add_argument(
        "--runtime", choices=CHOICES, action="append", help="TFLite runtime; repeatable (default: each that works)"
    )
    bench.add_argument(
        "--threads",
        type=_positive,
        action="append",
        metavar="N",
        help="CPU threads; repeatable (default: 1 and the number of cores, at most 4)",
    )
    bench.add_argument(
        "--frames",
        type=_positive,
        default=100,
        metavar="N",
        help="how often to read each image, a tenth of it beyond 4 megapixels (default: %(default)s)",
    )
    bench.add_argument("--json", type=Path, metavar="FILE", help="also write all numbers as JSON; -: on stdout")
    bench.add_argument("--compare", type=Path, metavar="OLD.json", help="show the change since an earlier --json")
    bench.add_argument("--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert")
    bench.set_defaults(command=_bench)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return number


def _region(text: str) -> Any:
    from .regions import parse_region

    try:
        return parse_region(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected [NAME=]X,Y,W,H in pixels, got {text!r} ({error})") from error


def _read(options: argparse.Namespace) -> int:
    from .reading import read_files

    return read_files(options)


def _bench(options: argparse.Namespace) -> int:
    from .bench import bench

    return bench(options)


def _inspect(options: argparse.Namespace) -> int:
    from .inspection import describe_model

    print(describe_model(options.model))
    return DONE
