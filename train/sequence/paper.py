"""What a number is written on, and how a camera sees it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pages import grounds

Ink = NDArray[np.uint8]
Random = np.random.Generator


def photographed(ink: Ink, size: float, above: float, random: Random) -> Ink:
    """Ink as a camera sees it: on paper with grain, print and rulings, in some light, blurred, noisy, compressed.

    Args:
        ink: uint8 (h, w), 0 = paper.
        size: height of its digits in pixels.
        above: where the line's top is.
        random: of all of it.

    Returns:
        Luma, uint8 (h, w); now and then a negative.
    """
    height, width = ink.shape
    paper = random.uniform(120, 250)
    page = np.full((height, width), paper, np.float32)
    page += grounds.noise(random, height, width, 1.5) * random.uniform(0, 4)
    page += grounds.noise(random, height, width, random.uniform(20, 120)) * random.uniform(0, 3)
    if random.random() < 0.42:
        page += grounds.ornaments(random, height, width)
    if random.random() < 0.4:
        _rule(page, size, above, random)
    alpha = ink.astype(np.float32) * np.float32(random.uniform(0.4, 0.97) / 255)
    if random.random() < 0.5:
        alpha *= np.clip(
            1 + grounds.noise(random, height, width, random.uniform(1, 4)) * random.uniform(0, 0.2), 0, 1.1
        )
    page += alpha * (random.uniform(10, 90) - page)
    if random.random() < 0.5:
        page *= np.linspace(1, random.uniform(0.6, 1), width, dtype=np.float32)[None]
    if random.random() < 0.75:
        sigma = random.uniform(0.3, 1.3) * max(0.6, size / 36)
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), np.float32)
    page += random.normal(0, random.uniform(0.3, 6), page.shape).astype(np.float32)
    taken = np.clip(page, 0, 255).astype(np.uint8)
    if random.random() < 0.4:
        _, coded = cv2.imencode(".jpg", taken, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 95))])
        taken = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return taken if random.random() > 0.04 else ~taken


def _rule(page: NDArray[np.float32], size: float, above: float, random: Random) -> None:
    """Printed lines: under the number, over it, boxes, columns."""
    shade, thick = random.uniform(0, 150), int(random.integers(1, 1 + max(2, round(size / 14))))
    height, width = page.shape
    slope = random.normal(0, 0.01) * width
    for at in (random.uniform(0.92, 1.3), random.uniform(-0.35, 0.02)):
        if random.random() < 0.6:
            y = above + at * size
            cv2.line(page, (0, int(y)), (width, int(y + slope)), (shade,), thick, cv2.LINE_AA)
    if random.random() < 0.08:
        step = size * random.uniform(0.6, 1.6)
        for x in np.arange(random.uniform(0, step), width, step):
            cv2.line(page, (int(x), 0), (int(x), height), (shade,), thick, cv2.LINE_AA)
