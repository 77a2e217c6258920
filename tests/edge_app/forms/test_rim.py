"""A rim of paper, as light as the paper beside it."""

import numpy as np

from edge_app.forms.rim import LEAST_SIDE_PX, PAPER_LIGHT, with_rim

from ..pages import blank, write


def test_a_small_picture_grows_and_its_box_moves() -> None:
    """The field's pixels are where the box says."""
    image = write(blank(60, 200), "4", (80, 50), 40)
    larger, (x, y, width, height) = with_rim(image, (10, 10, 180, 40))
    assert min(larger.shape) >= LEAST_SIDE_PX
    assert (width, height) == (180, 40)
    inside = larger[y : y + height, x : x + width]
    assert np.corrcoef(inside.ravel(), image[10:50, 10:190].ravel())[0, 1] > 0.999


def test_the_rim_goes_on_as_light_falls() -> None:
    """No edge between paper and rim that could be ink, no stroke drawn out into it."""
    light = np.linspace(120, 180, 200)[None].repeat(60, axis=0).astype(np.uint8)
    image = np.where(write(blank(60, 200, 255), "4", (80, 58), 50, 0) < 128, 30, light).astype(np.uint8)
    larger, (x, y, _, _) = with_rim(image, (0, 0, 200, 60))
    top = larger[y - 1].astype(int)[x : x + 200]
    assert np.abs(top - larger[y].astype(int)[x : x + 200])[:60].max() <= 4
    assert np.abs(np.diff(top)).max() <= 3


def test_a_dark_picture_is_made_light() -> None:
    """Paper in the dark is paper."""
    larger, _ = with_rim(np.full((60, 200), 70, np.uint8), (0, 0, 200, 60))
    assert abs(float(np.median(larger)) - PAPER_LIGHT) < 3
    black, _ = with_rim(np.zeros((60, 200), np.uint8), (0, 0, 200, 60))
    assert black.max() == 0
