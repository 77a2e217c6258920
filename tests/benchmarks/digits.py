"""How well a model reads single digits: MNIST's test set, the corruption suite, and sets of other writers.

`python tests/benchmarks/digits.py [MODEL]`; the other writers' sets are read from $DIGITS_DATA or ../shared/data,
where they are: semeion.npz (x_28, y) and own_handwriting.npz (x, y).
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier
from train.corruptions import KINDS, SEVERITIES, corrupt
from train.data import Split, load_mnist

ROOT = Path(__file__).parents[2]


def accuracy(classifier: DigitClassifier, images: NDArray[np.uint8], labels: NDArray[Any]) -> float:
    """The share of images whose best digit is right, in percent."""
    return float((classifier.classify_batch(images).digits == labels).mean() * 100)


def corruption_accuracies(classifier: DigitClassifier, digits: Split) -> dict[str, float]:
    """Accuracy by kind, in percent, mean over the severities, on these digits."""
    return {
        kind: float(
            np.mean(
                [accuracy(classifier, corrupt(digits.images, kind, severity), digits.labels) for severity in SEVERITIES]
            )
        )
        for kind in KINDS
    }


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=2000, help="test images for each corruption")
    options = parser.parse_args()
    classifier = DigitClassifier.load(options.model, allow_float=True)
    test = load_mnist().test
    print(f"{'MNIST test':22s} {accuracy(classifier, test.images, test.labels):6.2f}")
    folder = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data"))
    for name, key in (("semeion", "x_28"), ("own_handwriting", "x")):
        if (folder / f"{name}.npz").exists():
            with np.load(folder / f"{name}.npz") as archive:
                print(f"{name:22s} {accuracy(classifier, archive[key], archive['y']):6.2f}")
    kinds = corruption_accuracies(classifier, test.head(options.count))
    print(f"{'corruptions, mean':22s} {np.mean(list(kinds.values())):6.2f}")
    for kind, value in kinds.items():
        print(f"  {kind:20s} {value:6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
