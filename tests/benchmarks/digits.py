"""How well a model reads single digits: MNIST's test set, the corruption suite, and sets of other writers.

`python tests/benchmarks/digits.py [MODEL...]` prints mean and standard deviation if there are several models. The other
writers' sets are read from $DIGITS_DATA or ../shared/data, where they are: semeion.npz (x_28, y) and
own_handwriting.npz (x, y).
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier
from train.data.corruptions import accuracy_by_kind
from train.data.mnist import load_mnist
from train.seed_statistics import Spread, spread

ROOT = Path(__file__).parents[2]


def accuracy(classifier: DigitClassifier, images: NDArray[np.uint8], labels: NDArray[Any]) -> float:
    """The share of images whose best digit is right, in percent."""
    return float((classifier.classify_batch(images).digits == labels).mean() * 100)


def writers_sets() -> dict[str, tuple[NDArray[np.uint8], NDArray[Any]]]:
    """Images uint8 (N, 28, 28) and labels (N,) of other writers than MNIST's, by name, as far as they are there."""
    folder = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data"))
    sets = {}
    for name, key in (("semeion", "x_28"), ("own_handwriting", "x")):
        if (folder / f"{name}.npz").exists():
            with np.load(folder / f"{name}.npz") as archive:
                sets[name] = archive[key], archive["y"]
    return sets


def measure(classifier: DigitClassifier, count: int) -> dict[str, float]:
    """Every number of one model, accuracies in percent, in the order of the table; `count` images a corruption."""
    test = load_mnist().test
    numbers = {"MNIST test": accuracy(classifier, test.images, test.labels)}
    numbers |= {name: accuracy(classifier, *images) for name, images in writers_sets().items()}
    kinds = accuracy_by_kind(lambda images: classifier.classify_batch(images).digits, test.head(count))
    numbers["corruptions, mean"] = float(np.mean(list(kinds.values())))
    return numbers | {f"  {kind}": value for kind, value in kinds.items()}


def print_table(numbers: Mapping[str, Spread]) -> None:
    """One model's numbers, or mean and standard deviation of several models'."""
    several = any(found["std"] is not None for found in numbers.values())
    if several:
        print(f"{'':22s} {'mean':>6s} {'std':>6s}")
    for name, found in numbers.items():
        print(f"{name:22s} {found['mean']:6.2f}" + (f" {found['std']:6.2f}" if several else ""))


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL", help="of several: mean and deviation")
    parser.add_argument("--count", type=int, default=2000, help="test images for each corruption")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here, each model's too")
    options = parser.parse_args()
    classifiers = [DigitClassifier.load(model, allow_float=True) for model in options.models or [None]]
    measured = [measure(classifier, options.count) for classifier in classifiers]
    numbers = {name: spread([found[name] for found in measured]) for name in measured[0]}
    print_table(numbers)
    if options.json:
        plain = {name.strip(): found for name, found in numbers.items()}
        models = [str(model) for model in options.models] or ["the shipped model"]
        options.json.write_text(json.dumps({"models": models, "numbers": plain}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
