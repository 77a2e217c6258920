"""Prints how well the reader does on drawn strips, images that one number fills; no photo is needed.

Usage: python tests/benchmarks/drawn_strips.py [--strips N] [--seed N] [--pens PATH]
The numbers are written with MNIST's validation split, drawn shapes and, where UNIPEN is found, the pens of writers kept
for validation. What the reader weighs on a strip (ways.WHOLE_WEIGHT_ON_STRIP, fusion.MIN_NEW_ON_STRIP) was chosen here.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.data.unipen_found import find_unipen  # noqa: E402
from train.sequence.paper import photographed  # noqa: E402
from train.sequence.pool import Pool, load_pool  # noqa: E402
from train.sequence.style import Style  # noqa: E402
from train.sequence.texts import any_text  # noqa: E402
from train.sequence.writing import write_number, write_real  # noqa: E402

HEIGHTS_PX, REAL_SHARE, MOST_DIGITS = (20, 50), 0.12, 9
# Around the number, in heights of a digit.
MARGINS_ABOVE, MARGINS_BESIDE = (0.2, 0.7), (0.2, 1.0)
LEAST_SIDE_PX = 32


def main() -> int:
    """Draws, reads and counts."""
    parser = argparse.ArgumentParser(description="Reads drawn strips.")
    parser.add_argument("--strips", type=int, default=600, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=77_001)
    parser.add_argument("--pens", type=Path, help="UNIPEN's tree (default: $UNIPEN or the cache)")
    options = parser.parse_args()
    pool = load_pool(find_unipen(options.pens), load_mnist().validation, validation=True)
    reader, outcomes = PageReader(DigitClassifier.load()), Counter[str]()
    for number in range(options.strips):
        image, text = draw(pool, np.random.default_rng([options.seed, number]))
        digits = [digit.label for line in reader.read(image).lines for digit in line.digits]
        read = "".join("?" if label is None else str(label) for label in digits)
        outcomes[_outcome(read, text)] += 1
    for outcome, count in outcomes.most_common():
        print(f"{outcome:<16} {count:5} {100 * count / options.strips:6.1f} %")
    return 0


def draw(pool: Pool, random: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
    """A strip, uint8 (H, W), and its digits."""
    size = float(np.exp(random.uniform(*np.log(HEIGHTS_PX))))
    while True:
        is_real = bool(pool.numbers) and random.random() < REAL_SHARE
        style = Style.any(pool, random)
        number = (
            write_real(pool, size, random) if is_real else write_number(pool, style, any_text(random), size, random)
        )
        if 0 < len(number.text) <= MOST_DIGITS:
            break
    above, below = size * random.uniform(*MARGINS_ABOVE, 2)
    left, right = size * random.uniform(*MARGINS_BESIDE, 2)
    width, height = int(left + number.along + right) + 8, int(above + size + below)
    ink = np.zeros((max(height, LEAST_SIDE_PX), max(width, LEAST_SIDE_PX)), np.uint8)
    number.draw(ink, left, above)
    return photographed(ink, size, above, random), number.text


def _outcome(read: str, text: str) -> str:
    if read == text:
        return "right"
    return "nothing read" if not read else "marked" if "?" in read else "wrong, unmarked"


if __name__ == "__main__":
    sys.exit(main())
