"""Ink under any light."""

import numpy as np
import pytest

from edge_app.page.ink import LIGHT_ON_DARK, find_ink, light_on_dark

from ..pages import blank, write


def test_ink_is_found_and_paper_is_not() -> None:
    """Strokes are ink, paper is not."""
    page_ink = find_ink(write(blank(), "5", (200, 200), 120))
    assert not page_ink.inverted
    assert page_ink.mask[300:].max() == 0
    assert page_ink.mask[80:200, 200:300].mean() > 10


def test_a_shadow_does_not_matter() -> None:
    """Half the light over half the page leaves the same ink."""
    page = write(blank(), "808", (100, 200), 120)
    light = np.linspace(0.4, 1.0, 640)[None, :]
    shadowed = (page * light).astype(np.uint8)
    same = find_ink(page).mask == find_ink(shadowed).mask
    assert same.mean() > 0.99


def test_blank_and_noisy_paper_has_hardly_any_ink() -> None:
    """Noise of the camera is not ink."""
    rng = np.random.default_rng(0)
    noisy = np.clip(blank().astype(float) + rng.normal(0, 6, (480, 640)), 0, 255).astype(np.uint8)
    assert find_ink(blank()).mask.max() == 0
    assert (find_ink(noisy).mask > 0).mean() < 0.002


@pytest.mark.parametrize("height_px", [20, 60, 120])
def test_chalk_on_black_is_ink_too(height_px: int) -> None:
    """Light strokes on a dark ground are found by themselves."""
    dark = write(blank(paper=30), "2469", (20, 300), height_px, ink=220)
    assert find_ink(dark).inverted
    assert not find_ink(~dark).inverted


def test_a_sheet_on_a_dark_desk_is_no_chalk() -> None:
    """White paper on a black desk does not turn the polarity."""
    desk = blank(paper=25)
    desk[100:380, 150:500] = 230
    assert light_on_dark(write(desk, "1234", (200, 250), 40)) < LIGHT_ON_DARK


@pytest.mark.parametrize("shape", [(32, 32), (32, 3000), (5000, 33)])
def test_any_shape(shape: tuple[int, int]) -> None:
    """Images of any shape are taken; ink and threshold have one size."""
    page_ink = find_ink(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    assert page_ink.ink.shape == page_ink.threshold.shape


def test_large_photos_are_read_at_reduced_size() -> None:
    """12 megapixels are worked on as 3."""
    page_ink = find_ink(blank(3000, 4000))
    assert page_ink.scale == pytest.approx(2.0)
    assert page_ink.ink.shape == (1500, 2000)


@pytest.mark.parametrize("shape_hw", [(32, 50_000), (50_000, 32)])
def test_a_strip_of_any_length_has_ink(shape_hw: tuple[int, int]) -> None:
    """Longer than the 32,767 pixels at which OpenCV ends is no error, whichever way it lies."""
    assert find_ink(np.full(shape_hw, 200, np.uint8)).mask.max() == 0


def test_pale_writing_under_a_black_ruling_is_ink() -> None:
    """On a narrow strip: the ruling is not what the pen's strokes are measured by."""
    strip = np.full((60, 240), 200, np.uint8)
    strip[4:7] = 20
    strip[20:50, 40:44] = strip[20:50, 120:124] = strip[46:50, 120:160] = 150
    mask = find_ink(strip).mask > 0
    assert mask[22:48, 41:43].all()
    assert mask[47:49, 122:158].all()
    assert not mask[10:56, 50:110].any()
