"""Batches of the networks of the page."""

from pathlib import Path

import numpy as np
import pytest

from convert.report.card import ROOT
from train.detector.network import build_detector
from train.page_fitting import StartError, load_start, shuffled
from train.sequence.network import build_sequence_reader

MODELS = ROOT / "models"


def test_every_epoch_has_an_order_of_its_own_and_the_same_seed_the_same() -> None:
    """Each row at most once an epoch, an incomplete batch left out."""
    first, second = (np.stack(list(shuffled(10, 3, range(epoch, epoch + 1), 7))) for epoch in (0, 1))
    assert first.shape == (3, 3)
    assert len(np.unique(first)) == 9
    assert (np.diff(first) > 0).all()
    assert first.tolist() != second.tolist()
    both = np.stack(list(shuffled(10, 3, range(2), 7)))
    assert both.tolist() == [*first.tolist(), *second.tolist()]


def test_a_network_to_go_on_from_comes_with_its_weights() -> None:
    """The shipped one, not the new one that it is compared with."""
    new = build_sequence_reader()
    begun = load_start(MODELS / "sequence_float.h5", new)
    assert begun.count_params() == new.count_params()
    assert not np.array_equal(begun.get_weights()[0], new.get_weights()[0])


def test_another_network_and_a_damaged_one_are_refused(tmp_path: Path) -> None:
    """Each in a line that says what was expected."""
    with pytest.raises(StartError, match=r"expected .*sequence_float\.h5 to have the detector's layers, got others"):
        load_start(MODELS / "sequence_float.h5", build_detector())
    with pytest.raises(StartError, match="to have the sequence reader's layers, got others"):
        load_start(MODELS / "detector_float.h5", build_sequence_reader())
    (tmp_path / "cut.h5").write_bytes((MODELS / "sequence_float.h5").read_bytes()[:1000])
    with pytest.raises(StartError, match=r"expected a Keras model in .*cut\.h5, got"):
        load_start(tmp_path / "cut.h5", build_sequence_reader())
