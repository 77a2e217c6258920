"""`inspect`: what is in a model."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser("inspect", help="show what is in a model", description="Shows what is in a model.")
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.set_defaults(command=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    from ..model.describe import describe_model, read_any_model
    from ..store.verification import require_runs

    model = read_any_model(options.model)
    # An interpreter that it crashes must not be this process's.
    require_runs(model.content, model.source, task="open")
    print(describe_model(model))
    return 0
