"""`service`: a systemd unit."""

import argparse
import functools
import re
from typing import Any

from ..host.parser import Parser
from . import run


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "service",
        help="print a systemd unit that keeps `run` running",
        description="Prints a systemd unit that runs `run` with the flags behind `--`, restarts it and sandboxes it.",
    )
    parser.add_argument("--user", type=_user, help="the account it runs as (default: yours; digits if that is root)")
    parser.add_argument("run", nargs="*", metavar="-- RUN_FLAG", help="flags of `run`")
    parser.set_defaults(command=functools.partial(_service, parser.prog.removesuffix(" service")))


def _user(text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", text):
        raise argparse.ArgumentTypeError(f"expected an account such as digits, got {text!r}")
    if text == "root":
        raise argparse.ArgumentTypeError("expected an account other than root: a camera needs no more than group video")
    return text


def _service(prog: str, options: argparse.Namespace) -> int:
    from ..host.systemd_unit import print_unit

    # A typo shows here, not at the next boot.
    parser = Parser(prog=prog)
    run.add(parser.add_subparsers())
    parser.parse_args(["run", *options.run])
    return print_unit(options.run[1:] if options.run[:1] == ["--"] else options.run, options.user)
