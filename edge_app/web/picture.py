"""The live picture: a frame with what was read drawn into it, so that boxes and picture always match."""

import asyncio
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from ..live.state import LiveState, Snapshot
from ..page.boxes import Box
from ..page.captions import captions
from ..page.drawing import colour_of, draw_caption
from ..page.result import Digit, Page

# A phone's screen shows no more; larger frames cost time and network.
MAX_SIDE_PX = 1280
QUALITY = 80
# For a phone, which shows the frame half as large: lines by the frame's longer side.
LINES_PER_SIDE = 1 / 213
BOUNDARY = b"frame"
MEDIA_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}"
# The head of a part goes out with the one before it: Chromium shows a picture when it sees that another one begins.
PREAMBLE = b"--" + BOUNDARY + b"\r\nContent-Type: image/jpeg\r\n\r\n"


class Painter:
    """Makes the parts of the stream out of the live state."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._painted: tuple[int, float] | None = None

    async def next_part(self, anyway: bool) -> bytes | None:
        """The newest frame as one part of the stream, or None if there is none, or it was the last one already."""
        now = self._state.now()
        key = (now.frame, now.captured_s)
        if now.luma is None or (key == self._painted and not anyway):
            return None
        self._painted = key
        return await asyncio.to_thread(paint, now) + b"\r\n" + PREAMBLE


def paint(now: Snapshot) -> bytes:
    """A snapshot's frame as JPEG, at most MAX_SIDE_PX wide and high, with boxes and labels on what was read."""
    if now.luma is None:
        raise ValueError("expected a snapshot with a frame")
    page = now.page or Page((), now.luma.shape[1], now.luma.shape[0])
    picture, page = shrunk(now.luma, replace(page, refused=()), MAX_SIDE_PX / max(now.luma.shape))
    canvas = np.dstack([picture] * 3)
    line_px = max(2, round(max(picture.shape) * LINES_PER_SIDE))
    framed = _framed(page, line_px)
    for caption in captions(framed, confidences=False):
        draw_caption(canvas, caption)
    for line in framed.lines:
        for digit in line.digits:
            _draw_frame(canvas, digit, line_px)
    bgr = cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _framed(page: Page, line_px: int) -> Page:
    """The page with its boxes around lines around the ink: small digits would vanish under a line."""
    rim_px = line_px + line_px // 2

    def grown(box: Box) -> Box:
        x, y, width, height = box
        return x - rim_px, y - rim_px, width + 2 * rim_px, height + 2 * rim_px

    return page.with_boxes(grown)


def _draw_frame(canvas: NDArray[np.uint8], digit: Digit, line_px: int) -> None:
    """A line just inside a box of _framed."""
    (x, y, width, height), in_px = digit.box, line_px // 2
    corners = (x + in_px, y + in_px), (x + width - 1 - in_px, y + height - 1 - in_px)
    cv2.rectangle(canvas, *corners, colour_of(digit), line_px)


def shrunk(luma: NDArray[np.uint8], page: Page, scale: float) -> tuple[NDArray[np.uint8], Page]:
    """A frame, uint8 (H, W), and its page (without what was refused) at that scale, or as they are from 1 on."""
    if scale >= 1:
        return luma, page
    height, width = luma.shape
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(luma, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    page = page.with_boxes(partial(_scaled, scale=scale))
    return small, replace(page, width=size_wh[0], height=size_wh[1], refused=(), refused_crops=())


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(value * scale) for value in box)
    return x, y, max(1, width), max(1, height)
