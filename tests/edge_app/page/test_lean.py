"""Writing that leans far is shown to the detector upright."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.model.detector import Maps
from edge_app.page.boxes import middle_in
from edge_app.page.candidates import connect, find_candidates
from edge_app.page.ink import find_ink
from edge_app.page.lean import detect_upright, find_lean


def rings(lean: float, count: int = 10) -> NDArray[np.uint8]:
    """A row of rings, 60 pixels high and 30 wide, that lean to the right by a number of heights: uint8 (300, 900)."""
    page = np.full((300, 900), 255, np.uint8)
    for number in range(count):
        cv2.ellipse(page, (120 + 70 * number, 150), (15, 30), 0, 0, 360, (0,), 5, cv2.LINE_AA)
    matrix = np.array([[1, -lean, 150 * lean], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(page, matrix, (900, 300), borderValue=(255,)), np.uint8)


class Upright:
    """A detector that remembers what it was shown and sees nothing."""

    tile_px = 512

    def __init__(self) -> None:
        self.tiles: list[NDArray[np.uint8]] = []

    def maps(self, tile: NDArray[np.uint8]) -> Maps:
        """Notes the tile; one digit in its middle."""
        self.tiles.append(tile)
        side = self.tile_px // 4
        centre = np.full((side, side), -9, np.float32)
        rows, columns = np.nonzero(tile > 128)
        centre[int(np.median(rows)) // 4, int(columns.min() + 6) // 4] = 5
        return centre, np.zeros((side, side, 4), np.float32), np.zeros((side, side, 10), np.float32)


@pytest.mark.parametrize("lean", [-1.2, 0.0, 0.3, 1.4])
def test_only_a_far_lean_counts(lean: float) -> None:
    """It is measured of much ink that leans far; of little, or of what leans as most hands do, it is 0."""
    page_ink = find_ink(rings(lean))
    candidates = find_candidates(page_ink, connect(page_ink))
    assert find_lean(candidates) == pytest.approx(lean if abs(lean) > 1 else 0.0, abs=0.2)
    assert find_lean(candidates[:5]) == 0.0


@pytest.mark.parametrize("lean", [-1.2, 1.4])
def test_the_detector_sees_it_upright_and_its_boxes_lie_on_the_page(lean: float) -> None:
    """The rings' ink has no lean in its tiles; what it finds at the first ring lies at the first ring."""
    page_ink, network = find_ink(rings(lean)), Upright()
    candidates = find_candidates(page_ink, connect(page_ink))
    found = detect_upright(page_ink, [each.box for each in candidates], find_lean(candidates), network)
    _, _, stats, _ = cv2.connectedComponentsWithStats((network.tiles[0] > 100).astype(np.uint8))
    assert np.median(stats[1:, cv2.CC_STAT_WIDTH] / stats[1:, cv2.CC_STAT_HEIGHT]) < 0.8
    first = min(candidates, key=lambda candidate: candidate.box[0])
    x, y, width, height = (round(float(side)) for side in found.boxes[0])
    assert middle_in((x, y, width, height), first.box)
