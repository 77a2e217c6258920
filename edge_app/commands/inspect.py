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
    from ..model.describe import describe_model

    print(describe_model(options.model))
    return 0
