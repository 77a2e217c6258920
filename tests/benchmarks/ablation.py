"""What each ingredient of the training gains: one training without each, at equal budget.

`python tests/benchmarks/ablation.py [--images N] [--epochs N] --output models/ablation.json`; then
`python -m convert.report.card` puts the table into the model card. The quantization-aware twin is measured, on Keras;
the other writers' sets are read where they are, as by tests/benchmarks/digits.py.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.files.atomic import write_atomically
from tests.benchmarks.digits import ROOT, writers_sets
from train.backup import Backup
from train.data.corruptions import accuracy_by_kind
from train.data.mnist import Mnist, load_mnist
from train.recipe import Recipe
from train.runs import RUNS

TEACHER = ROOT / "models" / "digits_teacher.h5"
CORRUPTED_COUNT = 1000
WITHOUT: dict[str, dict[str, Any]] = {
    "all ingredients": {},
    "without the teacher": {"teacher_epochs": 0},
    "without digits drawn from shapes": {"drawn_share": 0.0},
    "without camera damage": {"camera_share": 0.0},
    "without non-digits": {"non_digit_share": 0.0},
    "without weight averaging": {"ema_momentum": 0.0},
    "one view, seen again each epoch": {"views": 1},
}


def main() -> int:
    """Trains all, printing each line as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=12_000, help="training images (default 12000)")
    parser.add_argument("--epochs", type=int, default=8, help="of the float network (default 8)")
    parser.add_argument("--output", type=Path, default=RUNS / "ablation.json", help="(default runs/ablation.json)")
    options = parser.parse_args()
    base = Recipe(train_limit=options.images, float_epochs=options.epochs, qat_epochs=1, views=4)
    budget = f"{options.images:,} training images, {options.epochs} + 1 epochs, one seed, the shipped model's teacher"
    mnist = load_mnist()
    rows = []
    for name, changes in WITHOUT.items():
        rows.append({"name": name, **_numbers(_train(mnist, dataclasses.replace(base, **changes)), mnist)})
        print(rows[-1], flush=True)
    write_atomically(options.output, (json.dumps({"budget": budget, "rows": rows}, indent=1) + "\n").encode())
    print(f"wrote {options.output}; next: python -m convert.report.card")
    return 0


def _train(mnist: Mnist, recipe: Recipe) -> Any:
    import tensorflow as tf

    from train.fitting import train
    from train.network import load_teacher

    teacher = load_teacher(TEACHER) if recipe.teacher_epochs else None
    with tempfile.TemporaryDirectory() as folder:
        backup = Backup(Path(folder), recipe, 0, mnist.sha256, tf.distribute.get_strategy())
        return train(mnist, recipe, 0, backup, teacher).twin


def _numbers(model: Any, mnist: Mnist) -> dict[str, float]:
    kinds = accuracy_by_kind(lambda images: _digits(model, images), mnist.test.head(CORRUPTED_COUNT))
    numbers = {
        "clean": _accuracy(model, mnist.test.images, mnist.test.labels),
        "corruptions": float(np.mean(list(kinds.values()))),
    }
    numbers |= {name: _accuracy(model, *images) for name, images in writers_sets().items()}
    return {name: round(value, 2) for name, value in numbers.items()}


def _accuracy(model: Any, images: NDArray[np.uint8], labels: NDArray[Any]) -> float:
    return float((_digits(model, images) == labels).mean() * 100)


def _digits(model: Any, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    from train.fitting import predict

    return np.asarray(predict(model, images)[:, :10].argmax(axis=1))


if __name__ == "__main__":
    sys.exit(main())
