"""Print in shadow has the contrast that it has in light."""

import numpy as np
import pytest

from edge_app.forms.contrast import even_contrast, shrunk


def test_shadow_makes_no_difference() -> None:
    """Strokes in a shadow of a quarter of the light come out nearly as dark against their paper; bare paper is flat."""
    page = np.full((120, 400), 240.0)
    page[40:80, 20:180:8] = page[40:80, 220:380:8] = 60
    page[:, 200:] *= 0.25
    even = even_contrast(page.astype(np.uint8)).astype(float)
    light, shadow = (np.ptp(even[60, columns]) for columns in (slice(40, 160), slice(240, 360)))
    assert light > 60
    assert shadow == pytest.approx(light, rel=0.25)
    assert np.ptp(even_contrast(np.full((64, 64), 90, np.uint8))) == 0


def test_shrinking_keeps_proportions_and_never_enlarges() -> None:
    """By area, so that the mean stays; what is small enough is left alone."""
    page = np.random.default_rng(1).integers(0, 256, (900, 1300), np.uint8)
    small = shrunk(page, 300)
    assert small.shape == (208, 300)
    assert small.mean() == pytest.approx(page.mean(), abs=1)
    assert shrunk(small, 300) is small
