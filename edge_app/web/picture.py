"""The live picture: a frame with what was read drawn into it, so that boxes and picture cannot fall out of step."""

import asyncio
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..annotate import colour_of
from ..boxes import Box
from ..live.state import LiveState, Snapshot
from ..page import Digit, Page

# A phone's screen shows no more; larger frames cost time and network.
MAX_SIDE_PX = 1280
QUALITY = 80
# For a phone, which shows the frame half as large: lines and labels by the frame's longer side.
LINES_PER_SIDE, LABELS_PER_SIDE, FONT = 1 / 213, 1 / 850, cv2.FONT_HERSHEY_DUPLEX
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
    digits = [digit for line in page.lines for digit in line.digits]
    line_px = max(2, round(max(picture.shape) * LINES_PER_SIDE))
    for digit in digits:
        _draw_box(canvas, digit, line_px)
    for digit in digits:
        _draw_label(canvas, digit, line_px)
    bgr = cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _draw_box(canvas: NDArray[np.uint8], digit: Digit, line_px: int) -> None:
    """Around the ink: small digits would vanish under the line."""
    x, y, width, height = digit.box
    corners = (x - line_px, y - line_px), (x + width - 1 + line_px, y + height - 1 + line_px)
    cv2.rectangle(canvas, *corners, colour_of(digit), line_px)


def _draw_label(canvas: NDArray[np.uint8], digit: Digit, line_px: int) -> None:
    """Above its box, with a pale rim."""
    (x, y, width, _), size = digit.box, max(canvas.shape) * LABELS_PER_SIDE
    (text_width, text_height), _ = cv2.getTextSize(digit.text, FONT, size, 1)
    at = (x + (width - text_width) // 2, max(text_height + 2, y - 2 * line_px - 3))
    for colour, pen_px in (((255, 255, 255), 2 * line_px), (colour_of(digit), max(1, line_px // 2))):
        cv2.putText(canvas, digit.text, at, FONT, size, colour, pen_px, cv2.LINE_AA)


def shrunk(luma: NDArray[np.uint8], page: Page, scale: float) -> tuple[NDArray[np.uint8], Page]:
    """A frame, uint8 (H, W), and its page (without what was refused) at that scale, or as they are from 1 on."""
    if scale >= 1:
        return luma, page
    height, width = luma.shape
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(luma, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    lines = tuple(
        replace(line, digits=tuple(replace(digit, box=_scaled(digit.box, scale)) for digit in line.digits))
        for line in page.lines
    )
    return small, replace(page, lines=lines, width=size_wh[0], height=size_wh[1], refused=(), refused_crops=())


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(value * scale) for value in box)
    return x, y, max(1, width), max(1, height)
