"""Measuring the stages of reading."""

import numpy as np

from edge_app import PageReader
from edge_app.stages import Stopwatch

from .fake_classifier import TallInk
from .pages import blank, write


def test_each_stage_is_measured_in_its_order() -> None:
    """Reading a page fills the stopwatch in the order of the work, and reads the same without one."""
    page, watch, reader = write(blank(), "1 1", (60, 200), 80), Stopwatch(), PageReader(TallInk(), detector=None)
    assert reader.read(page, watch) == reader.read(page)
    assert list(watch.stages_ms) == ["ink", "candidates", "wholes", "joined", "belief", "lines"]
    assert min(watch.stages_ms.values()) >= 0


def test_a_stage_that_comes_twice_counts_together() -> None:
    """Both times are in the sum."""
    watch = Stopwatch()
    for _ in range(2):
        with watch("ink"):
            np.zeros(10)
    assert list(watch.stages_ms) == ["ink"]
