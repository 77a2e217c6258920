"""`python -m edge_app`, or `digits`: flags, printing, exit code."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from .commands import batch, bench, collect, doctor, form, inspect, model, phone, read, run, service
from .errors import DigitsError
from .host.parser import Parser
from .host.printable import printable
from .host.version import __version__

DONE, FAILED, USAGE = 0, 1, 2
COMMANDS = {
    "run": run,
    "read": read,
    "form": form,
    "batch": batch,
    "phone": phone,
    "collect": collect,
    "model": model,
    "bench": bench,
    "doctor": doctor,
    "service": service,
    "inspect": inspect,
}


def digits() -> int:
    """The console script `digits`."""
    return main(prog="digits")


def main(arguments: Sequence[str] | None = None, prog: str = "python -m edge_app") -> int:
    """Runs a command; returns the exit code: 0 done, 1 a clear failure, 2 usage.

    Args:
        arguments: without the program's name; those of this process if None.
        prog: what was called, for usage lines.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal's encoding may lack a letter of a file's name; stderr replaces those already.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser(prog).parse_args(_with_default(sys.argv[1:] if arguments is None else arguments))
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except DigitsError as error:
        print(f"edge_app: error: {printable(str(error))}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of a pipe has gone; keep Python's last flush from complaining about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return code


def _with_default(arguments: Sequence[str]) -> list[str]:
    """`edge_app` alone, or with flags of `run` alone, is `edge_app run`."""
    plain = not arguments or (arguments[0].startswith("-") and arguments[0] not in {"-h", "--help", "--version"})
    return ["run", *arguments] if plain else list(arguments)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = Parser(prog=prog, description="Reads handwritten digits.")
    parser.add_argument("--version", action="version", version=f"digits-edge {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="{" + ",".join(COMMANDS) + "}")
    for command in COMMANDS.values():
        command.add(commands)
    return parser
