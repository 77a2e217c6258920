"""Photos of sheets to labelled digits."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from edge_app import DigitClassifier
from edge_app.collect import rectify, template
from edge_app.collect.sheet import read_sheet
from edge_app.collect.template import MARKER_PX, MARKERS_XY, boxes
from edge_app.errors import SheetError

from ...benchmarks.hostile_sheets import (
    anywhere,
    at_one_place,
    in_a_line,
    mirrored_marks,
    paste,
    square,
    swapped,
)
from .sheets import Image, filled, photographed


@pytest.fixture(scope="module")
def sheet() -> Image:
    """A filled-in sheet."""
    return filled()


@pytest.mark.parametrize(("turn_deg", "tilt"), [(3, 0.04), (90, 0.0), (187, 0.06), (-38, 0.02)])
def test_every_box_is_cut_with_its_label(sheet: Image, turn_deg: float, tilt: float) -> None:
    """Whatever the turn, perspective and shadow: a hundred digits, and the model reads them as their labels."""
    found = read_sheet(photographed(sheet, turn_deg, tilt, 1700, 1900))
    assert (len(found.crops), found.empty) == (100, 0)
    images = np.stack([crop.image for crop in found.crops])
    labels = np.array([crop.label for crop in found.crops])
    assert np.bincount(labels).tolist() == [10] * 10
    read = DigitClassifier.load(runtime="litert").classify_batch(images).digits
    assert np.mean(read == labels) > 0.95


def test_crops_hold_ink_alone(sheet: Image) -> None:
    """About as much as on the flat sheet: no line, no shadow; the raw crop shows the box as it was seen."""
    photo, flat = read_sheet(photographed(sheet)).crops, read_sheet(sheet).crops
    for crop, same in zip(photo, flat, strict=True):
        assert crop.image.mean() == pytest.approx(same.image.mean(), rel=0.3)
        assert crop.raw.shape[0] > crop.raw.shape[1] > 50
        assert np.ptp(crop.raw.astype(int)) > 50


def test_empty_and_blacked_out_boxes_are_left_out() -> None:
    """As are boxes with a speck."""
    empty = frozenset({(0, 0), (3, 4), (9, 9), (5, 5)})
    sheet = filled(empty)
    x, y, width, height = boxes()[3, 4]
    cv2.rectangle(sheet, (x, y), (x + width, y + height), (20,), -1)
    x, y, *_ = boxes()[9, 9]
    cv2.circle(sheet, (x + 70, y + 90), 6, (20,), -1)
    found = read_sheet(photographed(sheet))
    assert found.empty == 4
    assert {(crop.label, crop.column) for crop in found.crops} == set(boxes()) - empty


@pytest.mark.parametrize("pen", [30, 190])
def test_the_edge_of_a_shadow_is_no_digit(sheet: Image, pen: int) -> None:
    """Where boxes stay empty nothing is taught, however faint the pencil in the others."""
    half = frozenset((row, column) for row in range(10) for column in range(10) if row % 2)
    written, empty = filled(half), template.draw_template()
    written = np.where(written < empty, np.maximum(written, pen), written).astype(np.uint8)
    found = read_sheet(photographed(written))
    assert {(crop.label, crop.column) for crop in found.crops} == set(boxes()) - half


@pytest.mark.parametrize("hidden", [2, 3])
def test_four_marks_are_enough_and_fewer_are_refused(sheet: Image, hidden: int) -> None:
    """Two fingers may lie on marks; with three the message says what to do."""
    covered = sheet.copy()
    for x, y in MARKERS_XY[:hidden]:
        covered[y : y + MARKER_PX, x : x + MARKER_PX] = 150
    if hidden == 2:
        assert len(read_sheet(photographed(covered)).crops) == 100
        return
    with pytest.raises(SheetError, match="six marks, got 3; photograph the whole sheet"):
        read_sheet(photographed(covered))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", [anywhere, swapped, in_a_line, at_one_place, mirrored_marks])
def test_marks_that_lie_as_on_no_sheet_are_refused(kind: Callable[[np.random.Generator], Image], seed: int) -> None:
    """Some plane always fits four corners: what lies on it is nobody's digits."""
    with pytest.raises(SheetError, match="expected a flat sheet, got marks that do not lie as on one; photograph"):
        read_sheet(kind(np.random.default_rng(seed)))


def test_one_mark_too_many_elsewhere_does_no_harm(sheet: Image) -> None:
    """Print on a desk can look like one that a finger hides."""
    covered = sheet.copy()
    x, y = MARKERS_XY[0]
    covered[y : y + MARKER_PX, x : x + MARKER_PX] = 150
    photo = np.hstack([photographed(covered), np.full((1700, 200), 200, np.uint8)])
    paste(photo, template.marker_ids(template.VERSION)[0], square(1500, 900, 70))
    assert len(read_sheet(photo).crops) == 100


def test_marks_of_a_large_photo_are_looked_for_in_a_smaller_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """In sixty megapixels of noise it takes as long as in six; and crops are the same, as they are cut at full size."""
    noise = np.random.default_rng(0).integers(0, 256, (3000, 4000), np.uint8)
    sought: list[int] = []
    detector = cv2.aruco.ArucoDetector

    class Spy:
        def __init__(self, *arguments: Any) -> None:
            self._detector = detector(*arguments)

        def detectMarkers(self, luma: Image) -> Any:  # noqa: N802
            sought.append(luma.size)
            return self._detector.detectMarkers(luma)

    monkeypatch.setattr(cv2.aruco, "ArucoDetector", Spy)
    with pytest.raises(SheetError, match="six marks, got 0"):
        read_sheet(noise)
    assert sought[0] <= 6.1e6
    photo = photographed(filled(), width=1700, height=2100)
    full = read_sheet(photo)
    monkeypatch.setattr(rectify, "SEARCH_MEGAPIXELS", 1)
    small = read_sheet(photo)
    assert sought[-1] < 1.01e6
    assert len(full.crops) == len(small.crops) == 100
    for one, other in zip(full.crops, small.crops, strict=True):
        assert np.abs(one.raw.astype(int) - other.raw).mean() < 10


@pytest.mark.parametrize("seen", [1.0, 0.2])
def test_two_sheets_in_one_photo_are_refused(sheet: Image, seen: float) -> None:
    """Even where little of the second one is seen: the digits of one would be passed over, or their marks mixed."""
    one, other = photographed(sheet), photographed(sheet, turn_deg=-4)
    with pytest.raises(SheetError, match="expected one sheet in the photo, got marks of two; photograph each alone"):
        read_sheet(np.hstack([one, other[:, : round(seen * other.shape[1])]]))
    assert len(read_sheet(np.hstack([one, other[:, :30]])).crops) == 100


def test_a_photo_that_cuts_boxes_off_is_refused(sheet: Image) -> None:
    """Four marks are in it, but what lies beyond its edge is no digit of anybody's."""
    photo = photographed(sheet, turn_deg=0, tilt=0.0)
    with pytest.raises(SheetError, match=r"expected all boxes in the photo, got \d\d beyond its edge; photograph"):
        read_sheet(photo[: len(photo) * 13 // 20])


def test_a_sheet_that_nobody_filled_in_is_refused() -> None:
    """Rather than taken for a hundred boxes left empty."""
    with pytest.raises(SheetError, match="expected a filled-in sheet, got one without a digit; write"):
        read_sheet(photographed(template.draw_template()))


def test_small_and_foreign_photos_are_refused(sheet: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says which it is and the next step."""
    with pytest.raises(SheetError, match=r"expected marks of 20 pixels or more, got 1[0-9]; come closer"):
        read_sheet(photographed(sheet, width=400, height=500))
    with pytest.raises(SheetError, match="six marks, got 0"):
        read_sheet(np.full((400, 300), 200, np.uint8))
    monkeypatch.setattr(template, "VERSION", 2)
    other = photographed(template.draw_template())
    with pytest.raises(SheetError, match="expected digit template 1, got marks of another one; print"):
        read_sheet(other)


def test_blur_is_named(sheet: Image) -> None:
    """A photo whose marks are still found, but whose strokes would melt, is called unsharp."""
    photo = photographed(sheet, width=2000, height=2600)
    with pytest.raises(SheetError, match="expected a sharp photo"):
        read_sheet(np.asarray(cv2.GaussianBlur(photo, (0, 0), 6), np.uint8))
