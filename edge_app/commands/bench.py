"""`bench`: how long reading takes."""

import argparse
from pathlib import Path
from typing import Any

from ..model.runtime import CHOICES
from .flags import positive


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "bench",
        help="measure how long reading takes",
        description="Measures milliseconds by stage, start-up time and memory, each run in a process of its own.",
    )
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="default: two pages that it draws itself")
    parser.add_argument(
        "--runtime", choices=CHOICES, action="append", help="TFLite runtime; repeatable (default: each that works)"
    )
    parser.add_argument(
        "--threads",
        type=positive,
        action="append",
        metavar="N",
        help="CPU threads; repeatable (default: 1 and the number of cores, at most 4)",
    )
    parser.add_argument(
        "--frames",
        type=positive,
        default=100,
        metavar="N",
        help="how often to read each image, a tenth of it beyond 4 megapixels (default: %(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all numbers as JSON; -: on stdout")
    parser.add_argument("--compare", type=Path, metavar="OLD.json", help="show the change since an earlier --json")
    parser.add_argument("--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert")
    parser.set_defaults(command=_bench)


def _bench(options: argparse.Namespace) -> int:
    from ..bench.bench import BenchSettings, bench

    return bench(
        BenchSettings(
            options.images,
            options.runtime or (),
            options.threads or (),
            options.frames,
            json=options.json,
            compare=options.compare,
            model=options.model,
        )
    )
