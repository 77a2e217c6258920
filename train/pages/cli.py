"""`python -m train.pages PICTURE`: draws one page and prints its truth as JSON."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import cv2

from edge_app.errors import DigitsError
from edge_app.model_file import write_atomically

from ..data import load_mnist
from .layouts import LAYOUTS
from .maker import draw_page


def main(arguments: list[str] | None = None) -> int:
    """Writes one page, printing its lines with label and box of each digit; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        page = draw_page(load_mnist(options.data).test, options.seed, options.size, options.layout)
        _, coded = cv2.imencode(options.path.suffix, cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR))
        write_atomically(options.path, coded.tobytes())
    except DigitsError as error:
        print(f"train.pages: error: {error}", file=sys.stderr)
        return 1
    print(json.dumps([[dataclasses.asdict(digit) for digit in line] for line in page.lines]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="train.pages", description="Draw a page of handwriting with its truth.")
    parser.add_argument("path", type=_picture, metavar="PICTURE", help="a .jpg or .png")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same page (default 0)")
    parser.add_argument("--layout", choices=list(LAYOUTS), help="what is on it (default: anything, maybe on a desk)")
    parser.add_argument("--size", type=_size, default=(640, 480), metavar="WxH", help="in pixels (default 640x480)")
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
