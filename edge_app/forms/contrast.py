"""Print with the same contrast in light and in shadow, on any paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
AROUND_PX = 31
# Grey levels that noise has: paper without print stays flat.
NOISE, SPREAD = 4.0, 40.0


def even_contrast(luma: Grey) -> Grey:
    """Luma, uint8 (H, W), with the mean of every place at 128 and its standard deviation at SPREAD."""
    values = luma.astype(np.float32)
    around = AROUND_PX, AROUND_PX
    mean = cv2.blur(values, around)
    deviation = np.sqrt(np.maximum(cv2.sqrBoxFilter(values, -1, around) - mean * mean, 0))
    values -= mean
    values *= SPREAD / (deviation + NOISE)
    return np.clip(values + np.float32(128.5), 0, 255).astype(np.uint8)


def shrunk(luma: Grey, longest_px: int) -> Grey:
    """Luma, uint8 (H, W), whose longer side is at most that; itself if it is already."""
    while max(luma.shape) >= 2 * longest_px and min(luma.shape) > 1:
        # Halving is several times as fast as any other factor.
        luma = np.asarray(cv2.resize(luma, (luma.shape[1] // 2, luma.shape[0] // 2), interpolation=cv2.INTER_AREA))
    factor = longest_px / max(luma.shape)
    if factor >= 1:
        return luma
    size_wh = max(1, round(luma.shape[1] * factor)), max(1, round(luma.shape[0] * factor))
    return np.asarray(cv2.resize(luma, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
