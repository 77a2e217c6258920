"""The live picture."""

import time
from dataclasses import replace

import cv2
import numpy as np

from edge_app.annotate import DOUBTFUL_RGB, READ_RGB, UNSURE_RGB
from edge_app.cameras.camera import Frame
from edge_app.live.state import LiveState
from edge_app.page import Digit, Line, Page
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
