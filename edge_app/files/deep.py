"""Images of more than 8 bits a pixel, brought to 8."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def top_of(band: Image.Image) -> float:
    """The largest finite value in a part of an image, or 0."""
    return float(_finite(band).max(initial=0.0))


def scale_of(top: float) -> float:
    """By what values up to that are divided: 16-bit scans come to their upper byte, 8 bits stay as they are."""
    return 1.0 if top <= 255 else 257.0 if top <= 65535 else top / 255


def to_luma(band: Image.Image, scale: float) -> Image.Image:
    """A part of an image as L, divided by the scale."""
    return Image.fromarray(np.clip(_finite(band) / scale, 0, 255).astype(np.uint8))


def _finite(band: Image.Image) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(band, np.float64), posinf=0.0, neginf=0.0)
