"""The corruption suite as a measure."""

import numpy as np
import pytest
from numpy.typing import NDArray

from train.data.corruptions import KINDS, SEVERITIES, accuracy_by_kind, corrupt
from train.data.mnist import load_mnist

DIGITS = load_mnist().test.head(12)


def test_accuracy_is_that_of_each_kind() -> None:
    """The same as kind by kind and severity by severity, for a reader that goes by brightness alone."""

    def read(images: NDArray[np.uint8]) -> NDArray[np.int64]:
        return np.asarray(images.mean(axis=(1, 2)).astype(np.int64) % 10)

    found = accuracy_by_kind(read, DIGITS)
    assert list(found) == list(KINDS)
    for kind in KINDS:
        shares = [np.mean(read(corrupt(DIGITS.images, kind, severity)) == DIGITS.labels) for severity in SEVERITIES]
        assert found[kind] == pytest.approx(100 * np.mean(shares))
    assert len(set(found.values())) > 2


def test_it_reads_once() -> None:
    """One call has all: a process of its own for each kind would take most of the time."""
    shapes = []

    def read(images: NDArray[np.uint8]) -> NDArray[np.int64]:
        shapes.append(images.shape)
        return np.tile(DIGITS.labels, len(KINDS) * len(SEVERITIES))

    assert set(accuracy_by_kind(read, DIGITS).values()) == {100.0}
    assert shapes == [(len(KINDS) * len(SEVERITIES) * 12, 28, 28)]
