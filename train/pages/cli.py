"""`python -m train.pages PICTURE`: draws one page, a filled-in template sheet or a note; prints its truth as JSON."""

import argparse
import dataclasses
import json
import shlex
import sys
from pathlib import Path

import cv2

from edge_app.errors import DigitsError
from edge_app.files.atomic import write_atomically
from edge_app.host.parser import Parser

from ..data.mnist import load_mnist
from .layouts import LAYOUTS
from .maker import draw_page
from .template import NOTE_WH, PHOTO_WH, draw_note, photograph_template
from .truth import DrawnPage


def main(arguments: list[str] | None = None) -> int:
    """Writes one page and says so on stderr; prints where each digit is, but to a terminal. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        page = _page(options)
        _, coded = cv2.imencode(options.path.suffix, cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR))
        write_atomically(options.path, coded.tobytes())
    except DigitsError as error:
        print(f"train.pages: error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.path}: {len(page.digits)} digits; next: {_next_step(options)}", file=sys.stderr, flush=True)
    if not sys.stdout.isatty():
        print(json.dumps([[dataclasses.asdict(digit) for digit in line] for line in page.lines]))
    return 0


def _next_step(options: argparse.Namespace) -> str:
    path = shlex.quote(str(options.path))
    if options.template:
        return f"python -m edge_app collect --sheet {path} --to own --writer anna"
    return f"python -m edge_app read {path}"


def _page(options: argparse.Namespace) -> DrawnPage:
    mnist = load_mnist(options.data)
    if options.template:
        # Not the test digits: a model that is taught with the sheet is proven on those.
        return photograph_template(mnist.train, options.seed, options.size or PHOTO_WH, options.lean)
    if options.note:
        return draw_note(mnist.test, options.seed, options.size or NOTE_WH, options.lean)
    return draw_page(mnist.test, options.seed, options.size or (640, 480), options.layout)


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
    parser.add_argument(
        "--lean", type=float, default=1.4, help="how far that hand leans to the right, in heights (default 1.4)"
    )
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
