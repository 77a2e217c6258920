"""A sheet of paper is found on a photo, and cut out straight."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.errors import FormError
from edge_app.forms.paper import checked_corners, find_sheet, straight_sheet, whole
from edge_app.forms.ready_made import ready_made

from ..pages import blank

SIZE_WH = 1280, 960
SHEET = ready_made("cheque").picture


def seen(tilt_deg: float, turn_deg: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The sheet before a camera of 0.8 of its picture's width, tilted, then turned; and its corners, clockwise."""
    wide = SIZE_WH[0]
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) * (0.5, 0.5 * SHEET.shape[0] / SHEET.shape[1])
    tilt, turn = np.radians(tilt_deg), np.radians(turn_deg)
    points = np.c_[corners[:, 0], corners[:, 1] * np.cos(tilt), 1.3 + corners[:, 1] * np.sin(tilt)]
    turned = points[:, :2] @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    there = 0.8 * wide * turned / points[:, 2:] + np.array(SIZE_WH) / 2
    here = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * SHEET.shape[::-1]
    matrix = cv2.getPerspectiveTransform(here.astype(np.float32), there.astype(np.float32))
    desk = np.linspace(60, 110, wide)[None].repeat(SIZE_WH[1], 0)
    flat = cv2.warpPerspective(SHEET, matrix, SIZE_WH, flags=cv2.INTER_AREA).astype(float)
    inside = cv2.warpPerspective(np.ones_like(SHEET), matrix, SIZE_WH)
    # Light falls off across the photo.
    light = np.linspace(1.0, 0.75, wide)
    return np.where(inside > 0, flat * light, desk * light).astype(np.uint8), there


@pytest.mark.parametrize(("tilt_deg", "turn_deg"), [(0, 0), (25, 0), (0, 20), (30, -15)])
def test_corners_are_found_and_proportions_kept(tilt_deg: float, turn_deg: float) -> None:
    """However it lies: within 1 % of its width, and its sides within 4 %."""
    photo, true = seen(tilt_deg, turn_deg)
    found = find_sheet(photo)
    assert found is not None
    assert np.hypot(*(found - true).T).max() < 0.01 * np.hypot(*(true[1] - true[0]))
    sheet = straight_sheet(photo, found)
    assert sheet.shape[1] / sheet.shape[0] == pytest.approx(SHEET.shape[1] / SHEET.shape[0], rel=0.04)
    soft = [cv2.GaussianBlur(cv2.resize(each, (700, 317)), (0, 0), 6)[20:-20, 20:-20] for each in (sheet, SHEET)]
    light = cv2.GaussianBlur(soft[0], (0, 0), 60)
    assert np.corrcoef((soft[0] - light.astype(float)).ravel(), soft[1].ravel())[0, 1] > 0.6


def test_the_first_corner_is_the_upper_left_one() -> None:
    """A sheet that lies on its side is turned."""
    photo, true = seen(0, 0)
    assert straight_sheet(photo, np.roll(true, 1, axis=0)).shape[0] > straight_sheet(photo, true).shape[0]


def test_a_scan_is_a_whole_sheet() -> None:
    """Its paper reaches to all edges, and no frame printed on it is taken for the sheet."""
    found = find_sheet(SHEET)
    assert found is not None
    assert np.abs(found - whole(SHEET)).max() < 0.01 * SHEET.shape[1]


def test_where_no_sheet_is_none_is_found() -> None:
    """A plate is none; even paper is a sheet as a whole."""
    plate = cv2.circle(np.full((480, 640), 40, np.uint8), (320, 240), 200, (220,), -1)
    assert find_sheet(np.asarray(plate, np.uint8)) is None
    assert checked_corners(whole(blank()).tolist(), blank()).shape == (4, 2)


@pytest.mark.parametrize("corners", [None, 3, [[0, 0]], [[0, 0]] * 4, [[0, 0], [9, 0], [9, 9], [float("nan"), 0]]])
def test_what_are_no_corners_is_refused(corners: object) -> None:
    """In one line."""
    with pytest.raises(FormError, match=r"^corners: expected [^\n]+$"):
        checked_corners(corners, SHEET)
