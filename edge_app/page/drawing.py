"""Draws a page's reading onto its image, for people."""

import re
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files.atomic import write_atomically
from ..model.contract import DOUBTFUL_BELOW
from .boxes import Box
from .captions import FONT, Caption, captions
from .result import Digit, Page

READ_RGB = (0, 150, 40)
UNSURE_RGB = (148, 156, 0)
DOUBTFUL_RGB = (225, 130, 0)
REFUSED_RGB = (210, 60, 40)
RIM_RGB = (255, 255, 255)
# Photos stay photos; all else is kept to the pixel.
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".jfif", ".mpo", ".heic", ".heif", ".webp", ".avif"}
JPEG_QUALITY = 90
# Stem, suffix, and a mark of a page or of another file of that name.
NAME = re.compile(r"(.+)(\.[A-Za-z0-9]+)((?:[-~]\d+)*)")


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
    # Boxes last: no text's rim cuts them.
    for caption in captions(page):
        draw_caption(canvas, caption)
    for line in page.lines:
        for digit in line.digits:
            # Thin enough for small digits on a large picture to be seen in it.
            _draw_box(canvas, digit.box, colour_of(digit), max(1, min(thickness, digit.box[3] // 16)))
    return canvas


class AnnotatedNames:
    """What pictures of files are called: "kniffel.annotated.jpg" of "kniffel.jpg", "scan.annotated.png" of "scan.tif".

    Two files that would give the same picture, as those of two folders, give two.
    """

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def of(self, name: str) -> str:
        """The name for the next file; a mark behind its suffix, as of a page in "scan.tif-2", is kept."""
        found = NAME.fullmatch(name)
        stem, suffix, mark = found.groups("") if found else (name, "", "")
        kind = ".annotated.jpg" if suffix.lower() in PHOTO_SUFFIXES else ".annotated.png"
        self._used[stem + mark + kind] += 1
        used = self._used[stem + mark + kind]
        return stem + mark + (kind if used == 1 else f"~{used}{kind}")


def save_image(image: NDArray[np.uint8], path: Path) -> None:
    """Writes uint8 (H, W) or (H, W, 3) RGB as JPEG or PNG, by its suffix, making its folder; raises OutputError."""
    stored = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    kind = ".jpg" if path.suffix == ".jpg" else ".png"
    write_atomically(path, cv2.imencode(kind, stored, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())


def _draw_box(canvas: NDArray[np.uint8], box: Box, colour_rgb: tuple[int, int, int], thickness: int) -> None:
    x, y, width, height = box
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), colour_rgb, thickness)


def colour_of(digit: Digit) -> tuple[int, int, int]:
    """RGB by how far a digit is believed."""
    if digit.label is None:
        return DOUBTFUL_RGB
    return UNSURE_RGB if digit.confidence < DOUBTFUL_BELOW else READ_RGB


def draw_caption(canvas: NDArray[np.uint8], caption: Caption) -> None:
    """Text in its digit's colour with a pale rim, so that it reads on any ground."""
    rim_px = caption.pen_px + 2 + caption.pen_px // 2
    for colour, pen_px in ((RIM_RGB, rim_px), (colour_of(caption.digit), caption.pen_px)):
        cv2.putText(canvas, caption.text, caption.origin_xy, FONT, caption.scale, colour, pen_px, cv2.LINE_AA)
