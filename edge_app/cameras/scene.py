"""Whether two pictures show the same scene, as those of a camera on a stand do."""

import cv2
import numpy as np
from numpy.typing import NDArray

# Pictures are compared small, this many pixels a side, without what is wider than a few of them: light, shade.
SMALL_PX, WIDE_PX = 64, 6.0
# What of one is in the other, as a correlation: other pages of a kind reach 0.7, a meter that counts on 0.8.
SAME = 0.75
LEAST = 1e-3


def same_scene(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether two pictures, uint8 (H, W) luma, show the same place but for some of its digits, and its light."""
    if one.shape != other.shape:
        return False
    details = [_details(one), _details(other)]
    lengths = [float(np.linalg.norm(each)) for each in details]
    return min(lengths) > LEAST and float((details[0] * details[1]).sum()) >= SAME * lengths[0] * lengths[1]


def _details(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = np.asarray(cv2.resize(luma, (SMALL_PX, SMALL_PX), interpolation=cv2.INTER_AREA), np.float32)
    details = small - np.asarray(cv2.GaussianBlur(small, (0, 0), WIDE_PX), np.float32)
    return np.asarray(details - details.mean(), np.float32)
