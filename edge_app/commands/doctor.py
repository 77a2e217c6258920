"""`doctor`: what works on this machine and what does not."""

import argparse
from typing import Any

from .flags import add_model, model_of
from .run import add_camera, camera_of


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "doctor",
        help="check this machine, runtime, model and camera",
        description="Checks what live reading needs, each line with its fix; exit code 1 if something fails.",
    )
    add_camera(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_model(parser)
    parser.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from ..doctor.doctor import doctor

    return doctor(model_of(options), camera_of(options), options.json)
