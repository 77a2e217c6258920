"""Pieces of ink of one size: print repeats its shapes, a hand does not."""

import cv2
import numpy as np

from edge_app.page.boxes import Box
from edge_app.page.normalise import normalise
from edge_app.page.recognition import Reading
from train.data.allographs import draw_digit

SIZE_WH, STEP_PX = (20, 28), 40


def printed(digit: int, place: int) -> Reading:
    """A printed digit at a place of its row, with the noise of a photo."""
    ink = np.zeros((60, 60), np.uint8)
    cv2.putText(ink, str(digit), (5, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (220,), 4, cv2.LINE_AA)
    noisy = ink + np.random.default_rng(place).normal(0, 6, ink.shape) * (ink > 60)
    return Reading(_box(place, 0), digit, 1.0, crop=normalise(np.clip(noisy, 0, 255).astype(np.uint8)))


def written(digit: int, place: int) -> Reading:
    """A digit by some hand, as large as print."""
    return Reading(_box(place, 1), digit, 1.0, crop=draw_digit(digit, np.random.default_rng(100 + place)))


def _box(place: int, row: int) -> Box:
    return 10 + STEP_PX * place, 10 + STEP_PX * row, *SIZE_WH
