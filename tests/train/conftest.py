"""What several tests of training write with."""

import cv2
import numpy as np
import pytest

from train.data.mnist import Split


@pytest.fixture(scope="module")
def rings() -> Split:
    """Ten rings and bars of 28x28, labelled 0 to 9: enough to write with."""
    images = np.zeros((10, 28, 28), np.uint8)
    for index in range(10):
        cv2.ellipse(images[index], (14, 14), (3 + index // 2, 9), 0, 0, 360, (255,), 2)
    return Split(images, np.arange(10))
