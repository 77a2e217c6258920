"""A page to measure with: ten digits in thick strokes on uneven, noisy paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIZES_WH = ((640, 480), (4000, 3000))
ROWS = ("38472", "90615")
FONT = cv2.FONT_HERSHEY_SIMPLEX
# All lengths are parts of the page's width.
DIGIT_HEIGHT, DIGIT_PITCH, STROKE = 0.085, 0.14, 0.008


def draw_page(size_wh: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Draws the page, the same one at every size but for its noise.

    Args:
        size_wh: pixels.
        seed: of the slants and of the noise.

    Returns:
        uint8 (height, width) luma, dark ink on grey paper.
    """
    width, height = size_wh
    random = np.random.default_rng(seed)
    ink = np.zeros((height, width), np.uint8)
    for row, digits in enumerate(ROWS):
        for column, digit in enumerate(digits):
            middle_xy = (0.22 + DIGIT_PITCH * column) * width, (0.35 + 0.3 * row) * height
            _draw_digit(ink, digit, middle_xy, random)
    paper = np.linspace(205, 150, width, dtype=np.float32) + np.linspace(0, 25, height, dtype=np.float32)[:, None]
    paper *= 1 - ink.astype(np.float32) * np.float32(0.7 / 255)
    paper += random.standard_normal((height, width), np.float32) * 3
    return np.clip(paper, 0, 255).astype(np.uint8)


def _draw_digit(
    ink: NDArray[np.uint8], digit: str, middle_xy: tuple[float, float], random: np.random.Generator
) -> None:
    """Draws one digit at its middle, slanted and turned a little as a hand does."""
    # A plain stroke, as many hands write a 1, is this font's l.
    glyph = digit.replace("1", "l")
    width = ink.shape[1]
    stroke = max(1, round(STROKE * width))
    scale = cv2.getFontScaleFromHeight(FONT, round(DIGIT_HEIGHT * width), stroke)
    (text_width, text_height), _ = cv2.getTextSize(glyph, FONT, scale, stroke)
    side = round(1.6 * DIGIT_PITCH * width)
    tile = np.zeros((side, side), np.uint8)
    cv2.putText(
        tile, glyph, ((side - text_width) // 2, (side + text_height) // 2), FONT, scale, (255,), stroke, cv2.LINE_AA
    )
    slant, turn = random.uniform(-0.05, 0.25), random.uniform(-0.05, 0.05)
    matrix = np.array([[1, -slant, 0], [turn, 1, 0]])
    matrix[:, 2] = side / 2 - matrix[:, :2] @ (side / 2, side / 2)
    slanted = np.asarray(cv2.warpAffine(tile, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
    left, top = (round(middle - side / 2) for middle in middle_xy)
    place = ink[top : top + side, left : left + side]
    np.maximum(place, slanted, out=place)
