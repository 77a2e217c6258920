"""A line of ink is cut out straight, at one size, in the middle, and can be traced back to the page."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_app.model.sequence_contract import DIGIT_PX, STRIP_PX
from edge_app.page.boxes import Box
from edge_app.page.strip import Baseline, cut_strip, variants

Ink = NDArray[np.uint8]
ABOVE_PX = (STRIP_PX - DIGIT_PX) // 2
# Where the line begins on the made pages, at half the digits' height.
START = (80.0, 150.0)
DIGITS = 4


def page_of(height: int, darkness: int = 255) -> Ink:
    """Four frames as high as digits, in a level row from START on, each as wide as half its height."""
    ink = np.zeros((300, 700), np.uint8)
    top = round(START[1] - height / 2)
    for number in range(DIGITS):
        left = round(START[0] + number * height)
        cv2.rectangle(ink, (left, top), (left + height // 2 - 1, top + height - 1), (darkness,), max(1, height // 10))
    return ink


def line_of(height: float, angle_rad: float = 0.0, start: tuple[float, float] = START) -> Baseline:
    """The line of such a page."""
    return Baseline(start, angle_rad, DIGITS * height, height)


def rows_of(strip: Ink) -> tuple[int, int]:
    """First row with ink, and the one behind the last."""
    rows = np.flatnonzero((strip > 80).any(axis=1))
    return int(rows[0]), int(rows[-1]) + 1


@pytest.mark.parametrize("height", [10, 14, 20, 40, 62])
def test_digits_come_out_20_pixels_high_in_the_middle(height: int) -> None:
    """Enlarged or reduced."""
    strip = cut_strip(page_of(height), line_of(height)).ink
    assert strip.dtype == np.uint8
    assert strip.shape == (STRIP_PX, DIGITS * DIGIT_PX)
    assert rows_of(strip) == pytest.approx((ABOVE_PX, ABOVE_PX + DIGIT_PX), abs=1)
    # Each frame fills the first half of its own 20 columns.
    inked = (strip[STRIP_PX // 2 - 2 : STRIP_PX // 2 + 2] > 80).any(axis=0)
    starts = np.flatnonzero(inked & ~np.concatenate([[False], inked[:-1]]))
    expected = [place for number in range(DIGITS) for place in (DIGIT_PX * number, DIGIT_PX * number + 8)]
    assert starts == pytest.approx(np.array(expected), abs=1.5)


@pytest.mark.parametrize("angle_rad", [0.0, 0.02])
def test_hairlines_of_large_digits_are_not_stepped_over(angle_rad: float) -> None:
    """Every one is there where five pixels become one, wherever it lies between them."""
    height, ink = 100, np.zeros((300, 700), np.uint8)
    places = np.arange(100, 440, 21)
    for x in places:
        ink[100:200, x] = 255
    strip = cut_strip(ink, line_of(height, angle_rad, (START[0], START[1] - 150 * angle_rad))).ink[12:-12]
    columns = ((places - START[0]) * DIGIT_PX / height).astype(int)
    near = np.stack([strip[:, columns + step] for step in (-1, 0, 1)])
    assert near.max(axis=0).min() > 80


@pytest.mark.parametrize("angle_deg", [-35, 20])
@pytest.mark.parametrize("height", [14, 40])
def test_a_turned_line_comes_out_level(angle_deg: float, height: int) -> None:
    """As the level one, but for what turning blurs."""
    level = page_of(height)
    # OpenCV turns counter-clockwise where a Baseline counts clockwise.
    turn = cv2.getRotationMatrix2D((350, 150), -angle_deg, 1)
    turned = np.asarray(cv2.warpAffine(level, turn, (700, 500)), np.uint8)
    x, y = turn @ np.array([*START, 1.0])
    strip = cut_strip(turned, line_of(height, np.radians(angle_deg), (float(x), float(y)))).ink
    expected = cut_strip(level, line_of(height)).ink
    assert rows_of(strip) == pytest.approx(rows_of(expected), abs=1)
    assert np.corrcoef(strip.ravel(), expected.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("height", [12, 20, 50])
@pytest.mark.parametrize("angle_deg", [0, 20, -60])
def test_places_on_a_strip_lead_back_to_the_page(height: int, angle_deg: float) -> None:
    """A blot's middle is found again within a pixel of the page, at any size and angle."""
    ink = np.zeros((300, 400), np.uint8)
    blot = (203.0, 148.0)
    cv2.circle(ink, (203, 148), max(2, height // 5), (255,), -1)
    angle = np.radians(angle_deg)
    away = 2.5 * height
    start = blot[0] - away * np.cos(angle) + 3, blot[1] - away * np.sin(angle) - 2
    strip = cut_strip(ink, Baseline((float(start[0]), float(start[1])), float(angle), 5.0 * height, height))
    weights = strip.ink.astype(float)
    y, x = (float((axis * weights).sum() / weights.sum()) for axis in np.mgrid[:STRIP_PX, : weights.shape[1]])
    assert strip.to_page.shape == (2, 3)
    assert strip.to_page @ np.array([x, y, 1.0]) == pytest.approx(np.array(blot), abs=1)


@pytest.mark.parametrize("height", [12, 40])
def test_what_lies_outside_of_the_map_is_paper(height: int) -> None:
    """Also where no part of the line is on it."""
    ink = np.full((60, 100), 255, np.uint8)
    scale = DIGIT_PX / height
    strip = cut_strip(ink, Baseline((-50.0, 30.0), 0.0, 250.0, height)).ink
    outside = round(50 * scale) - 1
    assert strip[:, :outside].max() == 0
    assert strip[:, round(150 * scale) + 1 :].max() == 0
    assert strip[STRIP_PX // 2, outside + 2 : round(150 * scale) - 2].min() > 200
    for start in ((500.0, 30.0), (-900.0, 30.0), (10.0, -400.0)):
        assert cut_strip(ink, Baseline(start, 0.3, 100.0, height)).ink.max() == 0


def test_faint_ink_is_made_dark_and_dust_is_not() -> None:
    """A pencil's line reaches a felt pen's; paper's noise is enlarged by no more than the most gain."""
    dark, faint = (cut_strip(page_of(40, darkness), line_of(40)).ink for darkness in (255, 70))
    assert faint.max() > 200
    assert np.corrcoef(dark.ravel(), faint.ravel())[0, 1] > 0.98
    dust = np.random.default_rng(0).integers(0, 12, (300, 700)).astype(np.uint8)
    assert cut_strip(dust, line_of(40)).ink.max() <= 4 * 12


@given(
    st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(2, 60), st.integers(8, 80)),
    st.floats(-1.4, 1.4),
    st.floats(8, 90),
)
def test_a_box_s_place_leads_back_to_its_middle(box: Box, angle_rad: float, height: float) -> None:
    """And half its width is as many pixels as it takes there."""
    strip = cut_strip(np.zeros((300, 400), np.uint8), line_of(height, angle_rad))
    x, y, half = strip.places([box])[0]
    middle = box[0] + box[2] / 2, box[1] + box[3] / 2
    assert strip.to_page @ np.array([x, y, 1.0]) == pytest.approx(np.array(middle), abs=1e-6)
    assert half == pytest.approx(box[2] / 2 * DIGIT_PX / height)


def test_a_digit_s_place_is_where_its_ink_is() -> None:
    """In the middle of the strip's height, its width as it was cut."""
    ink = np.zeros((300, 700), np.uint8)
    ink[130:170, 160:180] = 255
    strip = cut_strip(ink, line_of(40))
    x, y, half = strip.places([(160, 130, 20, 40)])[0]
    columns = np.flatnonzero((strip.ink > 100).any(axis=0))
    assert (columns[0], columns[-1] + 1) == pytest.approx((x + 0.5 - half, x + 0.5 + half), abs=1)
    assert y == pytest.approx(STRIP_PX / 2 - 0.5, abs=0.5)


def test_variants_are_moved_and_shaded() -> None:
    """By the same rows up and down; ink stays where it is in the others, darker and paler."""
    strip = np.zeros((STRIP_PX, 40), np.uint8)
    strip[10:20, 5:30] = 128
    higher, lower, darker, paler = variants(strip)
    rows = np.arange(STRIP_PX)
    middles = [float(rows @ each[:, 10] / each[:, 10].sum()) for each in (higher, strip, lower)]
    assert np.diff(middles) == pytest.approx([1.5, 1.5], abs=0.05)
    assert (darker[15, 10], paler[15, 10]) == (169, 85)
    assert all(np.array_equal(each > 0, strip > 0) for each in (darker, paler))
