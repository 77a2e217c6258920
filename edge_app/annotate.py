"""Draws a page's reading onto its image, for people."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import OutputError
from .page import Box, Page

READ_RGB = (0, 150, 40)
REFUSED_RGB = (210, 60, 40)


def annotate(image: NDArray[np.uint8], page: Page) -> NDArray[np.uint8]:
    """A copy of the image with what was read (green box, label, confidence) and what was refused (thin red box).

    Args:
        image: uint8 (H, W) or (H, W, 3) RGB, the one that was read.
        page: its reading.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    canvas = np.dstack([image] * 3) if image.ndim == 2 else image.copy()
    thickness = max(1, round(min(image.shape[:2]) / 480))
    for box in page.refused:
        _draw_box(canvas, box, REFUSED_RGB, 1)
    for line in page.lines:
        for digit in line.digits:
            _draw_box(canvas, digit.box, READ_RGB, thickness)
            text = f"{digit.label} {digit.confidence:.2f}"
            at = (digit.box[0], max(10, digit.box[1] - 3 * thickness))
            cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4 * thickness, READ_RGB, thickness, cv2.LINE_AA)
    return canvas


def save_image(image: NDArray[np.uint8], path: Path) -> None:
    """Writes uint8 (H, W) or (H, W, 3) RGB as PNG, making its folder; raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stored = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        path.write_bytes(cv2.imencode(".png", stored)[1].tobytes())
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {path} ({error.strerror}); try another"
        ) from error


def _draw_box(canvas: NDArray[np.uint8], box: Box, colour_rgb: tuple[int, int, int], thickness: int) -> None:
    x, y, width, height = box
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), colour_rgb, thickness)
