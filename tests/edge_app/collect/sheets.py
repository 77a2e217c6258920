"""Template sheets that tests fill in with stroke digits and photograph."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.collect.template import boxes, draw_template

Image = NDArray[np.uint8]


def filled(leave_out: frozenset[tuple[int, int]] = frozenset()) -> Image:
    """The sheet with each row's digit in its boxes, uint8 (3508, 2480)."""
    sheet = draw_template()
    for (row, column), (x, y, _, height) in boxes().items():
        if (row, column) not in leave_out:
            at_xy = x + 20 + 2 * column, y + height - 30 - column
            cv2.putText(sheet, str(row), at_xy, cv2.FONT_HERSHEY_SIMPLEX, 5.2, (30,), 12, cv2.LINE_AA)
    return sheet


def photographed(
    sheet: Image, turn_deg: float = 3.0, tilt: float = 0.04, width: int = 1400, height: int = 1700
) -> Image:
    """The sheet on a dark desk, turned, in perspective, half of it in shadow, uint8 (height, width)."""
    page_height, page_width = sheet.shape
    corners = np.array([[0, 0], [page_width, 0], [page_width, page_height], [0, page_height]], np.float32)
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    cos, sin = abs(np.cos(angle)), abs(np.sin(angle))
    scale = 0.86 * min(width / (page_width * cos + page_height * sin), height / (page_width * sin + page_height * cos))
    seen = (corners - (page_width / 2, page_height / 2)) * scale @ turn
    # What lies further away is smaller.
    seen *= 1 - tilt * seen[:, 1:] / height * 2
    seen += (width / 2, height / 2)
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    photo = np.full((height, width), 60, np.uint8)
    soft = cv2.GaussianBlur(sheet, (0, 0), 0.35 / scale)
    cv2.warpPerspective(soft, matrix, (width, height), dst=photo, borderMode=cv2.BORDER_TRANSPARENT)
    light = np.where(np.arange(width) < width * 0.55, 0.95, 0.6)
    noise = np.random.default_rng(0).normal(0, 2, photo.shape)
    return np.asarray(np.clip(photo * light + noise, 0, 255), np.uint8)
