"""Prints how cheque strips are read as a form of one field: without a pattern, with one, and with a check digit.

Usage: python tests/benchmarks/strip_fields.py [PHOTOS] [--seed N] [--sheet PNG]
PHOTOS has cheques.json. For the check digit each strip gets one more digit behind its number, so that the whole is a
luhn number: the same digit of the strip itself if there is one that stands free, otherwise one of MNIST's validation
split in its ink. What stands behind the number ("=", "-") goes.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.files.image import load_image, to_luma  # noqa: E402
from edge_app.forms.checksum import CHECKSUMS  # noqa: E402
from edge_app.forms.fields import ANY_NUMBER, Field  # noqa: E402
from edge_app.forms.form import Form  # noqa: E402
from edge_app.forms.reading import FieldReading, FormReader  # noqa: E402
from edge_app.model.classifier import DigitClassifier  # noqa: E402
from edge_app.model.detector import DigitDetector  # noqa: E402
from edge_app.model.sequence import SequenceReader  # noqa: E402
from train.data.mnist import Split, load_mnist  # noqa: E402

DEFAULT_PHOTOS = Path(os.environ.get("DIGITS_PHOTOS", ROOT.parent / "shared" / "photos"))
PATTERN, SCHEME = "[0-9]{2,9}", CHECKSUMS["luhn"]
RULES: dict[str, dict[str, Any]] = {
    "no pattern": {"pattern": ANY_NUMBER},
    "pattern": {"pattern": PATTERN},
    "pattern and luhn": {"pattern": PATTERN, "checksum": SCHEME.name},
}
# Of the ink of a digit that is taken again, how much must lie in its box: a neighbour's stroke stays behind.
OWN_PART = 0.6
# And how much of the box's height and width it must fill: of a thin stroke not all may be found.
FILLED = 0.8, 0.6
OUTCOMES = ("right", "marked, guess right", "marked", "wrong, unmarked")

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Strip:
    """A strip: its pixels, uint8 (H, W), its number, and each digit with its box (x, y, width, height)."""

    luma: Luma
    text: str
    digits: tuple[tuple[str, tuple[int, int, int, int]], ...]


def main() -> int:
    """Reads all strips under all rules and prints the table."""
    parser = argparse.ArgumentParser(description="Measures how cheque strips are read as fields.")
    parser.add_argument("photos", type=Path, nargs="?", default=DEFAULT_PHOTOS)
    parser.add_argument("--seed", type=int, default=3_000_017)
    parser.add_argument("--sheet", type=Path, help="writes a picture of the first strips with their check digits")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    strips = load_strips(options.photos)
    random, digits = np.random.default_rng(options.seed), load_mnist().validation
    longer = [with_check_digit(strip, digits, random) for strip in strips]
    if options.sheet:
        cv2.imwrite(str(options.sheet), sheet(longer[:48]))
    networks = DigitClassifier.load(), DigitDetector.load(), SequenceReader.load()
    print(f"{'of ' + str(len(strips)):42} " + "  ".join(f"{name:>20}" for name in OUTCOMES), flush=True)
    tables = {
        "as they are": (strips, ("no pattern", "pattern")),
        "with a check digit": (longer, tuple(RULES)),
    }
    for name, (own, rules) in tables.items():
        for rule in rules:
            counts = read_all(own, RULES[rule], networks)
            row = "  ".join(f"{counts[outcome]:20}" for outcome in OUTCOMES)
            print(f"{f'{name}, {rule}':42} {row}", flush=True)
    return 0


def load_strips(photos: Path) -> list[Strip]:
    """All strips of a folder."""
    strips = []
    for entry in json.loads((photos / "cheques.json").read_text())["pages"]:
        (line,) = entry["lines"]
        digits = tuple((digit["d"], tuple(digit["box"])) for digit in line["digits"])
        strips.append(Strip(to_luma(load_image(photos / entry["file"])), line["text"], digits))
    return strips


def read_all(
    strips: Sequence[Strip], rules: dict[str, Any], networks: tuple[DigitClassifier, DigitDetector, SequenceReader]
) -> Counter[str]:
    """How many came out how."""
    classifier, detector, sequence = networks
    form = Form("strip", (Field("number", (0.0, 0.0, 1.0, 1.0), **rules),))
    reader = FormReader(form, classifier, None, detector, sequence)
    return Counter(outcome_of(reader.read(strip.luma).fields[0], strip.text) for strip in strips)


def outcome_of(reading: FieldReading, text: str) -> str:
    """One of OUTCOMES; ink that was taken for none at all is wrong and unmarked."""
    if reading.state in ("read", "blank"):
        return "right" if reading.text == text else "wrong, unmarked"
    return "marked, guess right" if reading.guess == text else "marked"


def with_check_digit(strip: Strip, digits: Split, random: np.random.Generator) -> Strip:
    """The strip with one more digit on its right."""
    wanted = next(digit for digit in "0123456789" if SCHEME.valid(strip.text + digit))
    paper = float(np.percentile(strip.luma, 80))
    boxes = np.array([box for _, box in strip.digits])
    high, gap = int(np.median(boxes[:, 3])), max(2, round(0.25 * float(np.median(boxes[:, 2]))))
    again = (taken(strip.luma, box, paper) for digit, box in strip.digits if digit == wanted)
    own = [each for each in again if each is not None]
    if own:
        drawn = own[int(random.integers(len(own)))]
        high = len(drawn)
    else:
        examples = digits.images[digits.labels == int(wanted)]
        drawn = written(examples[int(random.integers(len(examples)))], high, paper, ink_of(strip))
    right = min(strip.luma.shape[1], int((boxes[:, 0] + boxes[:, 2]).max()) + 1)
    left = right + gap
    middle = round(float(np.mean(boxes[-1, 1] + boxes[-1, 3] / 2)))
    height = len(strip.luma)
    top = min(max(0, middle - high // 2), max(0, height - high))
    wide = left + drawn.shape[1] + gap
    luma = np.full((max(height, top + high), wide), paper, np.uint8)
    luma[:height, :right] = strip.luma[:, :right]
    place = luma[top : top + high, left : left + drawn.shape[1]]
    np.minimum(place, drawn, out=place)
    box = (left, top, drawn.shape[1], high)
    return Strip(luma, strip.text + wanted, (*strip.digits, (wanted, box)))


def ink_of(strip: Strip) -> float:
    """How dark the strip's pen is, as luma."""
    return float(np.mean([np.percentile(strip.luma[y : y + h, x : x + w], 5) for _, (x, y, w, h) in strip.digits]))


def taken(luma: Luma, box: tuple[int, int, int, int], paper: float) -> Luma | None:
    """A digit of the strip alone, uint8 (h, w), on bare paper; None if it does not stand free."""
    x, y, width, height = box
    _, ink = cv2.threshold(luma, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    count, labels = cv2.connectedComponents(ink, connectivity=8)
    within = labels[y : y + height, x : x + width]
    all_of, inside = np.bincount(labels.ravel(), minlength=count), np.bincount(within.ravel(), minlength=count)
    its_own = inside >= OWN_PART * all_of
    its_own[0] = False
    mask = its_own[within].astype(np.uint8)
    if np.any(np.array(cv2.boundingRect(mask)[:1:-1]) < np.multiply(FILLED, mask.shape)):
        return None
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    part = luma[y : y + height, x : x + width]
    return np.asarray(np.where(near > 0, part, np.uint8(paper)), np.uint8)


def written(image: Luma, high: int, paper: float, ink: float) -> Luma:
    """A digit of MNIST, 255 = ink, at that height in the strip's colours, uint8 (h, w)."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = max(2, round(high * cut.shape[1] / cut.shape[0]))
    resized = cv2.resize(cut, (width, high), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.rint(paper + (ink - paper) * resized / 255.0), np.uint8)


def sheet(strips: Sequence[Strip]) -> Luma:
    """Strips below each other in four columns, each with its number."""
    tiles = []
    for strip in strips:
        tile = np.full((90, 260), 255, np.uint8)
        factor = min(240 / strip.luma.shape[1], 64 / strip.luma.shape[0])
        small = cv2.resize(strip.luma, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        tile[: small.shape[0], : small.shape[1]] = small
        cv2.putText(tile, strip.text, (4, 84), 0, 0.5, (0,), 1)
        tiles.append(tile)
    while len(tiles) % 4:
        tiles.append(np.full((90, 260), 255, np.uint8))
    return np.vstack([np.hstack(tiles[start : start + 4]) for start in range(0, len(tiles), 4)])


if __name__ == "__main__":
    raise SystemExit(main())
