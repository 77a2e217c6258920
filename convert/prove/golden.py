"""Chooses golden digits: images that a model reads right here, and must read right wherever it is installed.

`python -m convert.prove.golden` writes those that come with the app, edge_app/golden.png, read by the shipped model.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError
from edge_app.files.atomic import write_atomically
from edge_app.model import golden as app
from edge_app.model.classifier import read_logits
from edge_app.model.contract import ModelContract
from edge_app.model.file import GOLDEN_NAME, read_model, shipped_model_path
from train.data.mnist import Split, load_mnist

from .runtimes import installed_runtimes, logits_on_runtime

# Three are 5 kB: with them the file stays below 64 kB.
PER_DIGIT = 3
# Of the training split: what the app brings is not what models bring, which is of validation.
APP_COUNT = 5000


def choose_golden(digits: Split, logits: NDArray[np.float32]) -> bytes:
    """The picture to embed: of each digit some that are read right, from hard to easy.

    Args:
        digits: of training or validation, with each digit at least once.
        logits: float32 (N, K), what the model makes of them.
    """
    read = read_logits(logits, ModelContract())
    chosen = np.empty((PER_DIGIT, app.COLUMNS), np.int64)
    for digit in range(app.COLUMNS):
        candidates = np.flatnonzero(digits.labels == digit)
        right = candidates[read.digits[candidates] == digit]
        # A model that never reads this digit is refused when it is installed, which is right.
        candidates = right if len(right) else candidates
        by_confidence = candidates[np.argsort(read.confidences[candidates], kind="stable")]
        chosen[:, digit] = by_confidence[np.linspace(0, len(candidates) - 1, PER_DIGIT + 2).astype(int)[1:-1]]
    return app.golden_png(digits.images[chosen])


def main() -> int:
    """Writes the app's golden digits; returns 0, or 1 for a clear failure."""
    path = Path(app.__file__).with_name(GOLDEN_NAME)
    try:
        digits = load_mnist().train.head(APP_COUNT)
        content = read_model(shipped_model_path()).content
        logits = logits_on_runtime(installed_runtimes()[0], content, {"digits": digits.images})["digits"]
        write_atomically(path, choose_golden(digits, logits))
    except DigitsError as error:
        print(f"golden: error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
