"""A form is found on its photo, however it lies, and no other page is taken for it."""

import cv2
import numpy as np
import pytest

from edge_app.forms.locate import FormFinder, Located, NotLocated
from edge_app.forms.straighten import cut
from train.data.mnist import Split
from train.forms.filling import fill
from train.forms.layouts import draw_form
from train.forms.photo import FormPhoto, Pose, photograph

FORM = draw_form("delivery note", 4)
WRITTEN = [field.box for field in FORM.fields]


@pytest.fixture(scope="module")
def finder() -> FormFinder:
    """Knows the empty form."""
    return FormFinder(FORM.picture, WRITTEN)


@pytest.fixture(scope="module")
def strokes() -> Split:
    """Ten rings, narrow to wide: enough to write with."""
    images = np.zeros((10, 28, 28), np.uint8)
    for index, image in enumerate(images):
        cv2.ellipse(image, (14, 14), (2 + index // 2, 9), 0, 0, 360, (255,), 2)
    return Split(images, np.arange(10))


def taken(strokes: Split, pose: Pose, size_wh: tuple[int, int] = (960, 1280), seed: int = 1) -> FormPhoto:
    """A photo of the form, filled in."""
    random = np.random.default_rng(seed)
    return photograph(FORM, fill(FORM, strokes, random), pose, random, size_wh)


def off(located: Located, photo: FormPhoto) -> float:
    """The furthest that a field's corner is from its place, in parts of the form's width in the photo."""
    width_px = np.hypot(*(located.corners((0, 0, 1, 1))[1] - located.corners((0, 0, 1, 1))[0]))
    each = [np.hypot(*(located.corners(field.box) - photo.corners[field.name]).T).max() for field in FORM.fields]
    return float(max(each) / width_px)


@pytest.mark.parametrize(
    "pose",
    [
        Pose(),
        Pose(turn_deg=30, tilt_deg=30, axis_deg=40),
        Pose(turn_deg=-20, shift=(0.2, 0.0), scale=0.5),
        Pose(turn_deg=90, scale=0.7),
        Pose(turn_deg=180, tilt_deg=20, axis_deg=200, scale=0.8),
    ],
)
def test_a_form_is_found_however_it_lies(finder: FormFinder, strokes: Split, pose: Pose) -> None:
    """Every field's corner within a hundredth of the form's width, with handwriting in it; in grey as in colour."""
    photo = taken(strokes, pose)
    for image in (photo.image, np.asarray(cv2.cvtColor(photo.image, cv2.COLOR_RGB2GRAY), np.uint8)):
        located = finder.find(image)
        assert isinstance(located, Located)
        assert off(located, photo) < 0.01


def test_a_large_photo_is_found_in_its_own_pixels(finder: FormFinder, strokes: Split) -> None:
    """The matrix is that of the photo, not of the copy that was worked on."""
    photo = taken(strokes, Pose(turn_deg=5), (2400, 3000))
    located = finder.find(photo.image)
    assert isinstance(located, Located)
    assert off(located, photo) < 0.01


def test_a_filled_in_picture_will_do(strokes: Split) -> None:
    """The stored picture may have handwriting in its fields, other than that of the photo."""
    ink = fill(FORM, strokes, np.random.default_rng(9)).ink
    photo = taken(strokes, Pose(turn_deg=8, tilt_deg=10, scale=0.8))
    located = FormFinder(np.minimum(FORM.picture, ~ink), WRITTEN).find(photo.image)
    assert isinstance(located, Located)
    assert off(located, photo) < 0.01


@pytest.mark.parametrize("layout", ["score card", "delivery note", "stock count", "cheque"])
def test_another_form_is_refused(strokes: Split, layout: str) -> None:
    """Of another kind, or of the same kind by another publisher."""
    photo = taken(strokes, Pose(turn_deg=5))
    other = draw_form(layout, 77)
    assert isinstance(FormFinder(other.picture, [field.box for field in other.fields]).find(photo.image), NotLocated)


def test_no_page_is_no_form(finder: FormFinder) -> None:
    """Blank, black, noise, a mirrored form, and the smallest image: said why, without a failure."""
    noise = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
    for image in (np.full((480, 640, 3), 255, np.uint8), np.zeros((32, 32), np.uint8), noise,
                  np.ascontiguousarray(FORM.picture[:, ::-1])):  # fmt: skip
        found = finder.find(image)
        assert isinstance(found, NotLocated)
        assert found.reason


def test_an_empty_picture_finds_nothing(strokes: Split) -> None:
    """A stored picture without print is on no photo."""
    blank = FormFinder(np.full((300, 200), 255, np.uint8))
    assert isinstance(blank.find(taken(strokes, Pose()).image), NotLocated)


def test_a_field_is_cut_out_straight(finder: FormFinder, strokes: Split) -> None:
    """As high as in the photo, with its frame where the box says, and boxes in it lead back onto the photo."""
    photo = taken(strokes, Pose(turn_deg=25, scale=0.9), (1500, 2000))
    located = finder.find(photo.image)
    assert isinstance(located, Located)
    field = next(field for field in FORM.fields if field.name == "total")
    picture = cut(photo.image, located, field.box)
    x, y, width, height = picture.box
    assert picture.image.shape == (height + 2 * y, width + 2 * x, 3)
    seen_px = np.hypot(*(photo.corners["total"][3] - photo.corners["total"][0]))
    assert 56 <= height <= 140
    assert height == pytest.approx(max(56, seen_px), abs=2)
    assert np.allclose(picture.corners_on_photo(picture.box), photo.corners["total"], atol=4)
    left, top, wide, high = picture.on_photo(picture.box)
    low, end = photo.corners["total"].min(axis=0), photo.corners["total"].max(axis=0)
    assert np.allclose((left, top, left + wide, top + high), (*low, *end), atol=5)
    assert picture.in_view == pytest.approx(1)
    rows = picture.image.min(axis=2).astype(int)[:, x + width // 4 : x + 3 * width // 4].mean(axis=1)
    # Its thick upper frame, dark and level, is 4 thousandths of the form's width above the box, which is 56 high.
    assert abs(int(rows[: y + height // 3].argmin()) - (y - height * 4 / 56)) <= 2


def test_a_field_beyond_the_edge_says_so(finder: FormFinder, strokes: Split) -> None:
    """Part of it is not in view; it is cut without a failure."""
    photo = taken(strokes, Pose())
    located = finder.find(photo.image)
    assert isinstance(located, Located)
    picture = cut(photo.image[:, :400], located, (0.1, 0.2, 0.9, 0.3))
    assert 0.2 < picture.in_view < 0.6
    assert cut(photo.image[:200, :200], located, (0.8, 0.9, 0.9, 0.95)).in_view == 0
