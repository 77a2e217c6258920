"""Leave one writer out: how a writer's other digits are read before and after fine-tuning on 100 of that writer's.

`python tests/benchmarks/writers.py optdigits` takes the test part of UCI's Optical Recognition of Handwritten Digits
out of scikit-learn, 1,797 digits as 8x8 grey values, enlarged here. The set names no writers, but each filled in a form
that begins with the digits in order, so that 14 forms of about 130 digits can be told apart.
`semeion` takes semeion.npz below $DIGITS_DATA or ../shared/data: 80 hands, each of which wrote the digits twice, with
care and then fast. It names no writers either, but its order does: 20 or 40 hands, one label after the other, and
then the same hands in the same order once more (of a digit in the one part, the most alike of its label in the other
lies at the same place for 20 to 40 % of most labels, where chance makes it 3 or 5). Ten hands are measured like one
writer: fine-tuned on what they wrote with care, and tested on what they wrote fast. `FOLDER` takes WRITER/LABEL/*.png,
as `edge_app collect` writes it.

The float networks are compared; of the 100 digits a fifth is held out, as `python -m train --add` does. Measured only:
none of these sets is part of the project.
"""

import argparse
import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.collect.folder import LabelledCrop, read_crops
from edge_app.page.normalise import normalise
from train.backup import Backup
from train.data.mnist import Split, load_mnist
from train.distribution import default_strategy
from train.finetune.crops import NON_DIGIT, hold_out, to_split
from train.finetune.fit import count_errors, draw_replay, fine_tune
from train.fitting import set_seed
from train.network import load_teacher
from train.recipe import FineTuningRecipe

ROOT = Path(__file__).parents[2]
LEARNT_OF_EACH = 10
HANDS = 10
# A form of NIST's begins with the digits in order, three times.
FORM = re.compile("(?:0123456789){2}")
MIN_FORM = 100


@dataclass(frozen=True)
class Writer:
    """Somebody's digits: those that are learnt from, and the others."""

    name: str
    training: Split
    others: Split


def optdigits() -> Iterator[Writer]:
    """Each writer of scikit-learn's digits."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    found = load_digits()
    images = np.stack([_enlarged(image) for image in found.images])
    text = "".join(map(str, found.target))
    starts: list[int] = []
    for match in FORM.finditer(text):
        if not starts or match.start() - starts[-1] > MIN_FORM:
            starts.append(match.start())
    for start, end in zip(list(starts), [*starts[1:], len(images)], strict=True):
        # A form whose first digits are not in order follows: its second row of them tells.
        if end - start > 2 * MIN_FORM and (inner := text.find("0123456789", start + MIN_FORM, end)) >= 0:
            starts.append(inner)
    starts.sort()
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(images)], strict=True)):
        yield parted(f"writer {number}", Split(images[start:end], found.target[start:end].astype(np.int64)))


def semeion() -> Iterator[Writer]:
    """Each ten hands of semeion.npz."""
    folder = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data"))
    with np.load(folder / "semeion.npz") as archive:
        digits = Split(archive["x_28"], archive["y"].astype(np.int64))
    runs = np.split(np.arange(len(digits)), np.flatnonzero(np.diff(digits.labels)) + 1)
    parts = [runs[start : start + 10] for start in range(0, len(runs), 10)]
    tens = 0
    for careful, fast in zip(parts[::2], parts[1::2], strict=True):
        for start in range(0, len(careful[0]) - HANDS + 1, HANDS):
            hands = slice(start, start + HANDS)
            rows = (np.concatenate([run[hands] for run in part]) for part in (careful, fast))
            yield Writer(f"ten hands {tens}", *(Split(digits.images[row], digits.labels[row]) for row in rows))
            tens += 1


def folder_writers(folder: Path) -> Iterator[Writer]:
    """Each writer of a folder of labelled crops."""
    crops = [crop for crop in read_crops(folder) if crop.label != NON_DIGIT]
    for writer in sorted({crop.writer for crop in crops}):
        yield parted(writer, to_split([crop for crop in crops if crop.writer == writer]))


def parted(name: str, digits: Split) -> Writer:
    """The first ten of each label are learnt from."""
    first = np.zeros(len(digits), bool)
    for label in range(10):
        first[np.flatnonzero(digits.labels == label)[:LEARNT_OF_EACH]] = True
    return Writer(name, *(Split(digits.images[part], digits.labels[part]) for part in (first, ~first)))


def _enlarged(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    """8x8 shares of ink, 0 to 16, as a crop."""
    large = cv2.resize((image / 16 * 255).astype(np.float32), (64, 64), interpolation=cv2.INTER_CUBIC).clip(0, 255)
    return normalise(np.where(large < 60, 0, large).astype(np.uint8))


def main() -> int:
    """Prints the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", metavar="optdigits|semeion|FOLDER")
    parser.add_argument("--from", dest="parent", type=Path, default=ROOT / "models", help="folder of the model")
    parser.add_argument(
        "--misread", action="store_true", help="only writers of whom others are misread before, which flatters the sum"
    )
    options = parser.parse_args()
    named = {"optdigits": optdigits, "semeion": semeion}
    writers = list(named[options.set]() if options.set in named else folder_writers(Path(options.set)))
    mnist, recipe = load_mnist(), FineTuningRecipe()
    parent = load_teacher(options.parent / "digits_float.h5")
    set_seed(0)
    started = time.monotonic()
    replay = draw_replay(mnist.train, parent, recipe, 0)
    drawn_s = time.monotonic() - started
    before_mnist = count_errors(parent, mnist.test)
    print(f"drawing MNIST again, once for all: {drawn_s:.0f} s; MNIST test before: {before_mnist} errors", flush=True)
    print(f"{'':16s} learnt others  before after  MNIST change, pp  seconds", flush=True)
    total = np.zeros(3, int)
    for writer in writers:
        name, first, others = writer.name, writer.training, writer.others
        if options.misread and count_errors(parent, others) == 0:
            print(f"{name:16s} {'':6s} {len(others):6d} {0:7d}  not fine-tuned", flush=True)
            continue
        crops = sorted(
            (LabelledCrop(name, int(label), image) for image, label in zip(first.images, first.labels, strict=True)),
            key=lambda crop: (crop.label, crop.sha256),
        )
        learnt = to_split(hold_out(crops, name).training)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(sys.stderr):
            backup = Backup(Path(place), recipe, 0, name, default_strategy())
            model = fine_tune(parent, replay, learnt, mnist, recipe, 0, backup).model
        seconds = time.monotonic() - started
        counts = np.array([len(others), count_errors(parent, others), count_errors(model, others)])
        total += counts
        change = (before_mnist - count_errors(model, mnist.test)) / len(mnist.test) * 100
        row = f"{name:16s} {len(learnt):6d} {counts[0]:6d} {counts[1]:7d} {counts[2]:5d}"
        print(f"{row} {change:+17.2f} {seconds:8.0f}", flush=True)
    print(f"{'all':16s} {'':6s} {total[0]:6d} {total[1]:7d} {total[2]:5d}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
