"""`service`: a systemd unit."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "service",
        help="print a systemd unit that keeps `run` up",
        description="Prints a systemd unit that runs what follows `--` with `run`, restarts it and fences it in.",
    )
    parser.add_argument("--user", default="digits", help="the account it runs as (default: %(default)s)")
    parser.add_argument("run", nargs=argparse.REMAINDER, metavar="-- RUN_FLAG", help="flags of `run`")
    parser.set_defaults(command=_service)


def _service(options: argparse.Namespace) -> int:
    from ..service.unit import print_unit

    return print_unit(options)
