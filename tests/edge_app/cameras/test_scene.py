"""Whether two pictures show the same place."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.cameras.scene import same_scene

from ..pages import blank, write


def meter(number: str, light: float = 1.0) -> NDArray[np.uint8]:
    """A counter in its case, on a wall of bricks."""
    picture = blank()
    for top in range(0, 480, 60):
        cv2.line(picture, (0, top), (640, top), (150,), 4)
        for left in range(top % 120, 640, 120):
            cv2.line(picture, (left, top), (left, top + 60), (150,), 4)
    cv2.rectangle(picture, (80, 80), (420, 200), (220,), -1)
    cv2.rectangle(picture, (80, 80), (420, 200), (60,), 6)
    noise = np.random.default_rng(int(number)).normal(0, 3, picture.shape)
    return np.clip(write(picture, number, (110, 170), 44) * light + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("number", "light"), [("4082", 1.0), ("4119", 1.0), ("4081", 0.7)])
def test_a_meter_that_counts_on_is_the_same_scene(number: str, light: float) -> None:
    """With other digits, or in other light."""
    assert same_scene(meter("4081"), meter(number, light))


def test_another_sheet_is_another_scene() -> None:
    """Also one of the same size, with a number in the same place; empty ones show nothing in common."""
    sheet = write(blank(), "274", (100, 150))
    assert not same_scene(sheet, write(blank(), "9036", (100, 150)))
    assert not same_scene(sheet, meter("274"))
    assert not same_scene(sheet, sheet[:, :-1])
    assert not same_scene(blank(), blank())
