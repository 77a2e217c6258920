"""Whether what is read stays the same when a page is moved, scaled, or has ink far from its numbers.

`python tests/benchmarks/invariance.py [--pages N] [--seed N] [--layout NAME]` draws pages of MNIST's test digits, reads
each and its variants, and prints on what share the text is the same, by variant.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402

Image = NDArray[np.uint8]
Random = np.random.Generator
RIM_PX = 12


def main() -> int:
    """Draws, reads and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layout", default="numbers")
    options = parser.parse_args()
    reader, digits = PageReader(DigitClassifier.load()), load_mnist().test
    held, read, differing = dict.fromkeys(VARIANTS, 0), 0, 0
    for page in range(options.pages):
        random = np.random.default_rng([options.seed, page, 0x1A7])
        image = draw_page(digits, int(random.integers(1 << 40)), layout=options.layout, colour=False).image
        plain = np.pad(np.asarray(image), RIM_PX, "edge")
        text = reader.read(plain).text
        read += sum(character.isdigit() for character in text)
        same = {name: reader.read(vary(plain, random)).text == text for name, vary in VARIANTS.items()}
        differing += not all(same.values())
        for name, holds in same.items():
            held[name] += holds
    print(f"{options.pages} pages of layout {options.layout!r}, {read} digits read")
    for name, count in held.items():
        print(f"{name:16s} the same text on {100 * count / options.pages:6.2f} % of pages")
    print(f"{'all of them':16s} the same text on {100 * (1 - differing / options.pages):6.2f} % of pages")
    return 0


def _shifted(image: Image, random: Random) -> Image:
    """By up to 10 pixels each way, what comes in being like the rim."""
    dx, dy = (int(step) for step in random.integers(-10, 11, 2))
    return np.roll(image, (dy, dx), (0, 1))


def _scaled(low: float, high: float) -> Callable[[Image, Random], Image]:
    def scaled(image: Image, random: Random) -> Image:
        scale = float(np.exp(random.uniform(np.log(low), np.log(high))))
        kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=kind), np.uint8)

    return scaled


def _with_far_ink(image: Image, random: Random) -> Image:
    """Paper added at one side, and a long stroke of a pen on it, far from all that is written."""
    height, width = image.shape
    side = 2 * height // 3
    paper = np.pad(image, ((0, side), (0, 0)), "edge")
    paper[height:] = int(np.median(image[-2:]))
    points = np.stack([np.linspace(0.2, 0.8, 12) * width, height + side * random.uniform(0.55, 0.75, 12)], axis=1)
    cv2.polylines(paper, [points.astype(np.int32)], False, (int(np.percentile(image, 1)),), 3, cv2.LINE_AA)
    return paper


VARIANTS: dict[str, Callable[[Image, Random], Image]] = {
    "shifted": _shifted,
    "scaled 0.5 to 1": _scaled(0.5, 1.0),
    "scaled 1 to 2": _scaled(1.0, 2.0),
    "far ink": _with_far_ink,
}

if __name__ == "__main__":
    raise SystemExit(main())
