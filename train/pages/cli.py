"""`python -m train.pages PICTURE`: draws one page, a filled-in template sheet or a note; prints its truth as JSON."""

import argparse
import dataclasses
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2

from edge_app.errors import DigitsError
from edge_app.files.atomic import write_atomically
from edge_app.host.parser import Parser

from ..data.mnist import load_mnist
from .layouts import LAYOUTS
from .maker import draw_page
from .template import NOTE_WH, PHOTO_WH, draw_note, photograph_template
from .truth import DrawnPage

PAGE_WH = 640, 480
LEAN = 1.4


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one drawn page is asked for.

    Attributes:
        path: where it goes, a .jpg or .png.
        kind: a page of anything, the sheet of `edge_app collect`, or a note in that sheet's hand.
        seed: of everything random.
        size_wh: in pixels.
        layout: what is on a page; None for anything.
        lean: how far the hand of a template or a note leans to the right, in heights.
        data: MNIST's place; None for wherever it is found.
    """

    path: Path
    kind: Literal["page", "template", "note"]
    seed: int
    size_wh: tuple[int, int]
    layout: str | None
    lean: float
    data: Path | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes one page and says so on stderr; prints where each digit is, but to a terminal. Returns the exit code."""
    settings = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        page = _page(settings)
        _, coded = cv2.imencode(settings.path.suffix, cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR))
        write_atomically(settings.path, coded.tobytes())
    except DigitsError as error:
        print(f"train.pages: error: {error}", file=sys.stderr)
        return 1
    print(
        f"wrote {settings.path}: {len(page.digits)} digits; next: {_next_step(settings)}", file=sys.stderr, flush=True
    )
    return 0 if sys.stdout.isatty() else _print_truth(page)


def parse(arguments: Sequence[str]) -> Settings:
    """The settings of a command line; ends the program with exit code 2 where it makes no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    kind: Literal["page", "template", "note"] = "template" if options.template else "note" if options.note else "page"
    if options.layout is not None and kind != "page":
        parser.error(f"expected --layout without --{kind}, got both; leave out --layout, which would have no effect")
    if options.lean is not None and kind == "page":
        parser.error(
            "expected --template or --note with --lean, got --lean without either; add one, or leave out --lean"
        )
    sizes = {"page": PAGE_WH, "template": PHOTO_WH, "note": NOTE_WH}
    return Settings(
        path=options.path,
        kind=kind,
        seed=options.seed,
        size_wh=options.size or sizes[kind],
        layout=options.layout,
        lean=LEAN if options.lean is None else options.lean,
        data=options.data,
    )


def _print_truth(page: DrawnPage) -> int:
    """Prints where each digit is; returns the exit code."""
    try:
        print(json.dumps([[dataclasses.asdict(digit) for digit in line] for line in page.lines]), flush=True)
    except BrokenPipeError:
        # The reader of a pipe has gone; keep Python's last flush from complaining about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _next_step(settings: Settings) -> str:
    path = shlex.quote(str(settings.path))
    if settings.kind == "template":
        return f"python -m edge_app collect --sheet {path} --to own --writer anna"
    return f"python -m edge_app read {path}"


def _page(settings: Settings) -> DrawnPage:
    mnist = load_mnist(settings.data)
    if settings.kind == "template":
        # Not the test digits: a model that is fine-tuned on the sheet is proven on those.
        return photograph_template(mnist.train, settings.seed, settings.size_wh, settings.lean)
    if settings.kind == "note":
        return draw_note(mnist.test, settings.seed, settings.size_wh, settings.lean)
    return draw_page(mnist.test, settings.seed, settings.size_wh, settings.layout)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m train.pages", description="Draw a page of handwriting with its truth.")
    parser.add_argument("path", type=_picture, metavar="PICTURE", help="a .jpg or .png")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same page (default 0)")
    parser.add_argument("--layout", choices=list(LAYOUTS), help="what is on it (default: anything, maybe on a desk)")
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="in pixels (640x480; --template: 1800x2400; --note: 1280x960)"
    )
    hand = parser.add_mutually_exclusive_group()
    hand.add_argument("--template", action="store_true", help="the sheet of edge_app collect, filled in by one hand")
    hand.add_argument("--note", action="store_true", help="numbers of that hand on plain paper")
    parser.add_argument("--lean", type=float, help=f"how far that hand leans to the right, in heights (default {LEAN})")
    parser.add_argument("--data", type=Path, metavar="PATH", help="MNIST: mnist.npz or a folder of IDX files")
    return parser


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in {".jpg", ".jpeg", ".png"}:
        raise argparse.ArgumentTypeError(f"expected a name that ends in .jpg or .png, got {text}")
    return path


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    try:
        size_wh = int(width), int(height)
    except ValueError:
        size_wh = 0, 0
    if not all(32 <= side <= 8000 for side in size_wh):
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT of 32 to 8000 pixels, got {text}")
    return size_wh
