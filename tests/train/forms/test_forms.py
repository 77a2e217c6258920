"""Drawn forms: where their fields are, what stands in them, and how they lie before a camera."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier
from tests.train.pen_writers import digits_of
from train.data.mnist import Split
from train.data.pen_pool import make_pool
from train.forms.filling import fill
from train.forms.layouts import LAYOUTS, draw_form
from train.forms.photo import Pose, photograph
from train.forms.values import value_for


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_fields_of_its_own(layout: str) -> None:
    """Names are unique, boxes lie on the form and do not overlap, and there is print; the seed decides."""
    form = draw_form(layout, 5, 620)
    boxes = [field.box for field in form.fields]
    assert len({field.name for field in form.fields}) == len(boxes) > 2
    assert all(0 < left < right < 1 and 0 < top < bottom < 1 for left, top, right, bottom in boxes)
    for index, one in enumerate(boxes):
        for other in boxes[:index]:
            assert min(one[2], other[2]) <= max(one[0], other[0]) or min(one[3], other[3]) <= max(one[1], other[1])
    assert 0.01 < (form.picture < 128).mean() < 0.3
    assert np.array_equal(form.ink, draw_form(layout, 5, 620).ink)
    assert not np.array_equal(form.ink, draw_form(layout, 6, 620).ink)


def test_values_keep_to_pattern_and_checksum() -> None:
    """Every value matches; check digits are those of the standards' own examples; what is no pattern is refused."""
    random = np.random.default_rng(0)
    for pattern in ("[0-9]{5}", "[1-9][0-9]{0,4}", "20[2-3][0-9]", "[13]"):
        assert all(re.fullmatch(pattern, value_for(pattern, random)) for _ in range(50))
    assert value_for("79927398710", random, "luhn") == "79927398713"
    assert value_for("4006381333930", random, "ean") == "4006381333931"
    for wrong in (("[a-z]", "none"), ("[0-9]{5}", "isbn")):
        with pytest.raises(ValueError, match="expected"):
            value_for(wrong[0], random, wrong[1])


@pytest.mark.parametrize("by_pens", [False, True])
def test_what_is_written_stands_in_its_field(rings: Split, by_pens: bool) -> None:
    """There is ink in a field with a value, none in an empty one; the pens are those of writers with all digits."""
    form = draw_form("stock count", 2, 620)
    pens = make_pool(digits_of("abc/ann", "abc/bob"), [], [], DigitClassifier.load()) if by_pens else None
    filled = fill(form, rings, np.random.default_rng(4), empty_part=0.4, pens=pens)
    height, width = form.ink.shape
    assert {bool(value) for value in filled.values.values()} == {True, False}
    for field in form.fields:
        left, top, right, bottom = np.rint(np.array(field.box) * [width, height, width, height]).astype(int)
        inside = filled.ink[top + 2 : bottom - 2, left + 2 : right - 2]
        assert (inside.max() > 100) == bool(filled.values[field.name])


def test_a_pose_is_what_it_says() -> None:
    """Flat, a form fills the photo about its middle; half as large, half of it; shifted, by that part."""
    form_wh, size_wh = (600, 300), (800, 600)
    corners = np.array([[0, 0], [600, 0], [300, 150]], float)

    def placed(pose: Pose) -> NDArray[np.float64]:
        ends = np.c_[corners, np.ones(3)] @ pose.matrix(form_wh, size_wh).T
        return np.asarray(ends[:, :2] / ends[:, 2:])

    full, half = placed(Pose()), placed(Pose(scale=0.5))
    assert np.allclose(full[2], (400, 300))
    assert np.hypot(*(full[1] - full[0])) == pytest.approx(768)
    assert np.hypot(*(half[1] - half[0])) == pytest.approx(384)
    assert np.allclose(placed(Pose(shift=(0.2, -0.1)))[2], (560, 240))
    turned = placed(Pose(turn_deg=30))
    assert np.degrees(np.arctan2(*(turned[1] - turned[0])[::-1])) == pytest.approx(30)
    tilted = placed(Pose(tilt_deg=30, axis_deg=90))
    assert np.hypot(*(tilted[1] - tilted[0])) < 0.96 * 768


def test_the_truth_lies_where_the_ink_is(rings: Split) -> None:
    """A photo's corners are the boxes seen through its matrix; the same generator takes the same photo."""
    form = draw_form("cheque", 1, 620)

    def take() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        random = np.random.default_rng(3)
        photo = photograph(form, fill(form, rings, random), Pose(turn_deg=10), random, (400, 300))
        assert photo.image.shape == (300, 400, 3)
        assert set(photo.corners) == set(photo.values) == {field.name for field in form.fields}
        return photo.image, photo.corners["amount"]

    image, corners = take()
    again, _ = take()
    assert np.array_equal(image, again)
    assert ((corners > 0) & (corners < (400, 300))).all()
    assert corners[1, 1] > corners[0, 1]
