"""Kinds of values that several commands take."""

import argparse
from pathlib import Path

from ..runtime import CHOICES


def positive(text: str) -> int:
    """An integer of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return number


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds --model, --store, --runtime and --threads, as reading takes them."""
    parser.add_argument(
        "--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert (default: the installed one)"
    )
    add_store(parser)
    parser.add_argument("--runtime", choices=CHOICES, default="auto", help="TFLite runtime (default: %(default)s)")
    parser.add_argument("--threads", type=positive, default=1, metavar="N", help="CPU threads (default: %(default)s)")


def add_store(parser: argparse.ArgumentParser) -> None:
    """Adds --store."""
    parser.add_argument(
        "--store", type=Path, metavar="DIR", help="installed models (default: $EDGE_APP_STORE, else systemd's or XDG's)"
    )


def add_writer(parser: argparse.ArgumentParser) -> None:
    """Adds --writer."""
    parser.add_argument(
        "--writer", type=_writer, default="me", metavar="NAME", help="whose digits: letters, digits, - and _ (me)"
    )


def _writer(text: str) -> str:
    from ..collect.folder import check_writer

    try:
        return check_writer(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
