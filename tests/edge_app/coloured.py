"""A page of pen and print, in colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.page.boxes import Box

SIZE_HW, STEP_PX, SIDE_PX = (360, 640), 60, 30
BLACK, BLUE = (25, 25, 25), (40, 60, 160)


def coloured_page(
    inks: list[tuple[int, int, int]], light: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> tuple[NDArray[np.uint8], list[Box]]:
    """Crosses on white paper, row by row, each in its RGB ink, in some light; and where they are."""
    page = np.full((*SIZE_HW, 3), 235, np.uint8)
    boxes = []
    for number, ink in enumerate(inks):
        row, column = divmod(number, 10)
        x, y = 20 + column * STEP_PX, 20 + row * STEP_PX
        cv2.line(page, (x, y), (x + SIDE_PX, y + SIDE_PX), ink, 4, cv2.LINE_AA)
        cv2.line(page, (x + SIDE_PX, y), (x, y + SIDE_PX), ink, 4, cv2.LINE_AA)
        boxes.append((x - 2, y - 2, SIDE_PX + 4, SIDE_PX + 4))
    return np.asarray(page * np.array(light), np.uint8), boxes
