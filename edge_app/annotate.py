"""Draws a page's reading onto its image, for people."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .contract import DOUBTFUL_BELOW
from .model_file import write_atomically
from .page import Box, Digit, Page

READ_RGB = (0, 150, 40)
UNSURE_RGB = (148, 156, 0)
DOUBTFUL_RGB = (225, 130, 0)
REFUSED_RGB = (210, 60, 40)
FONT = cv2.FONT_HERSHEY_SIMPLEX


def annotate(image: NDArray[np.uint8], page: Page) -> NDArray[np.uint8]:
    """A copy of the image: read (green, or olive if unsure), doubtful (amber) and refused ink (thin red).

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
            _draw_box(canvas, digit.box, colour_of(digit), thickness)
            _draw_label(canvas, digit, thickness)
    return canvas


def save_image(image: NDArray[np.uint8], path: Path) -> None:
    """Writes uint8 (H, W) or (H, W, 3) RGB as PNG, making its folder; raises OutputError."""
    stored = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    write_atomically(path, cv2.imencode(".png", stored)[1].tobytes())


def _draw_box(canvas: NDArray[np.uint8], box: Box, colour_rgb: tuple[int, int, int], thickness: int) -> None:
    x, y, width, height = box
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), colour_rgb, thickness)


def colour_of(digit: Digit) -> tuple[int, int, int]:
    """RGB by how far a digit is believed."""
    if digit.label is None:
        return DOUBTFUL_RGB
    return UNSURE_RGB if digit.confidence < DOUBTFUL_BELOW else READ_RGB


def _draw_label(canvas: NDArray[np.uint8], digit: Digit, thickness: int) -> None:
    """Label above the box, and in small below its confidence, of a doubtful one with the guess."""
    x, y, _, height = digit.box
    size = min(max(height / 80, 0.4), 3.0)
    pen = max(1, round(size * 1.5))
    cv2.putText(canvas, digit.text, (x, max(12, y - 3)), FONT, size, colour_of(digit), pen, cv2.LINE_AA)
    small = min(max(height / 200, 0.28), 1.0)
    at = (x, y + height + round(24 * small) + thickness)
    guess = "" if digit.guess is None else f"{digit.guess}? "
    cv2.putText(
        canvas, f"{guess}{digit.confidence:.0%}", at, FONT, small, colour_of(digit), max(1, pen // 2), cv2.LINE_AA
    )
