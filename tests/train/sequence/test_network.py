"""The network reads strips of any width."""

import numpy as np

from edge_app.model.sequence_contract import COLUMN_PX, STRIP_PX
from train.sequence.network import build_sequence_reader
from train.sequence.report import runner


def test_a_column_of_logits_for_four_pixels() -> None:
    """Whatever the width; small enough for a Pi."""
    model = build_sequence_reader()
    for width in (64, 256):
        logits = runner(model)(np.zeros((3, STRIP_PX, width), np.uint8))
        assert logits.shape == (3, width // COLUMN_PX, 11)
        assert logits.dtype == np.float32
    assert model.count_params() < 300_000


def test_it_sees_strips_as_they_were_trained() -> None:
    """Pixels enter in [0, 1]: ink that is half as dark gives other logits, paper beyond the field of view none."""
    run = runner(build_sequence_reader())
    strips = np.zeros((2, STRIP_PX, 128), np.uint8)
    strips[0, 8:24, 20:24] = 255
    strips[1, 8:24, 20:24] = 127
    dark, grey = run(strips)
    assert not np.allclose(dark, grey)
    assert np.allclose(dark[-6:], grey[-6:], atol=1e-5)
