"""Batches of the networks of the page."""

import numpy as np

from train.page_fitting import shuffled


def test_every_epoch_has_an_order_of_its_own_and_the_same_seed_the_same() -> None:
    """Each row at most once an epoch, an incomplete batch left out."""
    first, second = (np.stack(list(shuffled(10, 3, range(epoch, epoch + 1), 7))) for epoch in (0, 1))
    assert first.shape == (3, 3)
    assert len(np.unique(first)) == 9
    assert (np.diff(first) > 0).all()
    assert first.tolist() != second.tolist()
    both = np.stack(list(shuffled(10, 3, range(2), 7)))
    assert both.tolist() == [*first.tolist(), *second.tolist()]
