"""A pool of made pens."""

import numpy as np
import pytest

from train.data.allographs import digit_curves
from train.data.mnist import Split
from train.sequence.pool import Pool
from train.sequence.strokes import Strokes


@pytest.fixture(scope="module")
def pool(rings: Split) -> Pool:
    """Two writers, of whom one knows no 7; a letter, a sign, a number and a word."""
    random = np.random.default_rng(0)
    digits: dict[str, dict[int, list[Strokes]]] = {
        writer: {label: [digit_curves(label, random)] for label in range(10) if (writer, label) != ("b", 7)}
        for writer in ("a", "b")
    }
    zigzag = [np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 0.0], [3.0, 2.0]])]
    dash = [np.array([[0.0, 0.0], [5.0, 0.0]])]
    return Pool(rings, digits, {"a": [zigzag]}, {"-": [dash]}, [("4-2", [*zigzag, dash[0] + 5.0])], [zigzag])
