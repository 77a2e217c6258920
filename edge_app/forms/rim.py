"""A field's picture made ready for reading: in good light, and with a rim of paper around it.

In a narrow strip faint strokes cannot be told from the paper's noise, and in the dark not from the paper.
"""

import cv2
import numpy as np

from ..page.boxes import Box
from .contrast import Grey

# The sides that a picture gets, in pixels: finding ink then measures the paper's noise.
LEAST_SIDE_PX = 132
# Paper is made as light as this, with this gain at most.
PAPER_LIGHT, MOST_GAIN = 200.0, 4.0
# Strokes take less than this share of a field, in percent.
PAPER_PERCENTILE = 35


def with_rim(image: Grey, box: Box) -> tuple[Grey, Box]:
    """A picture in good light with paper around it, and the box of its field there.

    Args:
        image: uint8 (h, w), dark strokes on paper.
        box: (x, y, width, height) of the field.
    """
    gain = min(MOST_GAIN, PAPER_LIGHT / max(1.0, float(np.median(image))))
    image = np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)
    high, wide = (max(8, -(-(LEAST_SIDE_PX - side) // 2)) for side in image.shape)
    down, across = np.mgrid[-high : image.shape[0] + high, -wide : image.shape[1] + wide]
    plane = np.stack([np.ones(down.shape), down, across], axis=-1)
    inner = slice(high, high + image.shape[0]), slice(wide, wide + image.shape[1])
    # Strokes are the darkest; what is darker than most may be one.
    paper = image >= np.percentile(image, PAPER_PERCENTILE)
    light, *_ = np.linalg.lstsq(plane[inner][paper], image[paper].astype(np.float64), rcond=None)
    result = np.clip(plane @ light, 0, 255).astype(np.uint8)
    result[inner] = image
    return result, (box[0] + wide, box[1] + high, box[2], box[3])
