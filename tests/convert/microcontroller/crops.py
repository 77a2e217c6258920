"""Crops of ink as pages have them: MNIST's digits at other sizes, proportions, greys and thresholds."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.mnist import load_mnist

SIDES_PX = (3, 140)


def crops(count: int, seed: int = 21) -> Iterator[NDArray[np.uint8]]:
    """Draws crops, uint8 (H, W), 0 = paper, of `count` test digits (at most 10,000)."""
    random = np.random.default_rng(seed)
    for index, digit in enumerate(load_mnist().test.images[:count]):
        width, height = (int(side) for side in random.integers(*SIDES_PX, 2))
        size_wh = (width, height) if index % 2 else (width, width)
        crop = np.asarray(cv2.resize(digit, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)
        yield (
            (crop * random.uniform(0.2, 1)).astype(np.uint8),
            np.where(crop > 100, crop, 0).astype(np.uint8),
            np.where(crop > 100, 255, 0).astype(np.uint8),
        )[index % 3]
