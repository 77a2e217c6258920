"""The live picture."""

import time
from dataclasses import replace

import cv2
import numpy as np

from edge_app.cameras.camera import Frame
from edge_app.live.state import LiveState
from edge_app.page.drawing import DOUBTFUL_RGB, READ_RGB, UNSURE_RGB
from edge_app.page.result import Digit, Line, Page
from edge_app.web.picture import paint

DIGITS = (Digit(4, 0.99, (60, 100, 60, 80)), Digit(5, 0.7, (260, 100, 60, 80)), Digit(None, 0.3, (460, 100, 60, 80), 6))


def test_boxes_are_coloured_by_confidence_and_thick_enough_for_a_phone() -> None:
    """Green, olive, amber, around the ink, three pixels of a frame of 640: more than one of a phone's screen."""
    luma = np.full((480, 640), 200, np.uint8)
    state = LiveState()
    page = Page((Line(DIGITS),), 640, 480)
    state.show(Frame(luma, 0, time.monotonic()), replace(page, refused=((10, 300, 40, 40),)), [], [], 0.0)
    picture = cv2.imdecode(np.frombuffer(paint(state.now()), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    for digit, colour_rgb in zip(DIGITS, (READ_RGB, UNSURE_RGB, DOUBTFUL_RGB), strict=True):
        x, y, width, height = digit.box
        side = picture[y + height // 2, x - 12 : x, ::-1].astype(int)
        # JPEG blurs colour.
        assert 3 <= (np.abs(side - colour_rgb).max(axis=1) < 90).sum() <= 7
        ink = picture[y + 8 : y + height - 8, x + 8 : x + width - 8]
        assert np.abs(ink.astype(int) - 200).max() < 12
    assert np.abs(picture[290:350, 0:60].astype(int) - 200).max() < 12


def test_labels_cover_no_digit_of_the_row_above() -> None:
    """A dense page states its own numbers: the ink within each box stays as the camera saw it."""
    boxes = [(30 + 34 * column, 40 + 43 * row, 14, 20) for row in range(9) for column in range(17)]
    page = Page((Line(tuple(Digit(8, 0.99, box) for box in boxes)),), 640, 480)
    state = LiveState()
    state.show(Frame(np.full((480, 640), 120, np.uint8), 0, time.monotonic()), page, [], [], 0.0)
    picture = cv2.imdecode(np.frombuffer(paint(state.now()), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    inked = [picture[y + 2 : y + height - 2, x + 2 : x + width - 2] for x, y, width, height in boxes]
    assert max(np.abs(ink.astype(int) - 120).max() for ink in inked) < 60
    # Each has a label beside it: dark strokes within a pale rim.
    assert all((picture[y - 18 : y - 5, x - 2 : x + 16] > 200).any() for x, y, _, _ in boxes)
