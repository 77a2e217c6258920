"""The detector's patches, targets, losses and measure."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.model.detector import Maps
from edge_app.model.detector_contract import CELL_PX
from edge_app.page.detection import decode
from train.data.mnist import Split
from train.detector.evaluation import score_detector
from train.detector.patches import EMPTY, IGNORED, MAX_BOXES, PATCH_PX, Patches, draw_patches

CELLS = PATCH_PX // CELL_PX


def rows(*boxes: tuple[float, ...]) -> NDArray[np.float32]:
    """Patches.boxes of one patch."""
    filled = np.full((1, MAX_BOXES, 5), EMPTY, np.float32)
    filled[0, : len(boxes)] = boxes
    return filled


def test_patches_hold_digits_of_a_size_that_is_sought(rings: Split) -> None:
    """Ink and boxes have their shapes, wanted digits are 12 to 46 pixels, and the same seed draws the same."""
    patches, again = (draw_patches(rings, 4, 3) for _ in range(2))
    assert patches.ink.shape == (24, PATCH_PX, PATCH_PX)
    assert patches.boxes.shape == (24, MAX_BOXES, 5)
    wanted = patches.boxes[(patches.boxes[..., 0] >= 0) & (patches.boxes[..., 0] != IGNORED)]
    assert len(wanted) > 5
    assert wanted[:, 4].min() >= 12
    assert wanted[:, 3:].max() <= 46
    assert np.array_equal(patches.ink, again.ink)
    assert np.array_equal(patches.boxes, again.boxes)


def test_targets_decode_to_the_boxes_that_they_came_from() -> None:
    """What the network is to say, read as the edge reads it, is the truth."""
    from train.detector.targets import to_targets

    truth = [(3, 40.0, 50.0, 18.0, 30.0), (7, 61.5, 49.0, 9.0, 28.0)]
    targets = {name: np.asarray(value[0]) for name, value in to_targets(rows(*truth), (CELLS, CELLS)).items()}
    label = np.eye(10, dtype=np.float32)[targets["label"][..., 0].astype(int)] * 20
    centre = np.asarray(12 * targets["centre"][..., 0] - 11, np.float32)
    maps = centre, np.asarray(targets["box"][..., :4], np.float32), label
    boxes, scores, probabilities = decode(maps, 0.6)
    order = np.argsort(boxes[:, 0])
    expected = [(x - width / 2, y - height / 2, width, height) for _, x, y, width, height in truth]
    assert boxes[order] == pytest.approx(np.array(expected), abs=1e-3)
    assert probabilities[order].argmax(axis=1).tolist() == [3, 7]
    assert scores.min() > 0.7


def test_where_a_digit_is_ignored_nothing_counts() -> None:
    """Inside its box the centre has no weight, outside it has."""
    from train.detector.targets import to_targets

    centre = np.asarray(to_targets(rows((IGNORED, 64.0, 64.0, 40.0, 40.0)), (CELLS, CELLS))["centre"][0])
    assert centre[..., 0].max() == 0
    assert centre[16, 16, 1] == 0
    assert centre[2, 2, 1] == 1


def test_the_losses_are_least_for_the_truth() -> None:
    """Saying what is there costs less than saying nothing, elsewhere, or another digit."""
    from train.detector.targets import box_loss, centre_loss, label_loss, to_targets

    targets = to_targets(rows((3, 40.0, 50.0, 18.0, 30.0)), (CELLS, CELLS))
    right = 16 * np.asarray(targets["centre"][..., :1]) - 8
    assert centre_loss(targets["centre"], right) < centre_loss(targets["centre"], np.roll(right, 6, axis=2))
    assert centre_loss(targets["centre"], right) < centre_loss(targets["centre"], np.full_like(right, -8))
    box = np.asarray(targets["box"][..., :4])
    assert float(box_loss(targets["box"], box)) == pytest.approx(0)
    assert box_loss(targets["box"], box + 0.5) > 1
    logits = np.zeros((1, CELLS, CELLS, 10), np.float32)
    logits[..., 3] = 5
    assert label_loss(targets["label"], logits) < label_loss(targets["label"], np.roll(logits, 1, axis=-1))


def test_the_measure_counts_what_is_found_right_missed_and_too_much() -> None:
    """One digit found, one missed, one thing too many, and an ignored one that counts neither way."""
    truth = rows((3, 18.0, 18.0, 16.0, 24.0), (7, 90.0, 18.0, 16.0, 24.0), (IGNORED, 90.0, 90.0, 40.0, 40.0))
    centre = np.full((CELLS, CELLS), -9, np.float32)
    label = np.zeros((CELLS, CELLS, 10), np.float32)
    label[..., 3] = 9
    for row, column in ((4, 4), (22, 4), (22, 22)):
        centre[row, column] = 5

    def run(_: NDArray[np.uint8]) -> Maps:
        return centre, np.zeros((CELLS, CELLS, 4), np.float32), label

    score = score_detector(run, Patches(np.zeros((1, PATCH_PX, PATCH_PX), np.uint8), truth))
    assert (score.truth, score.found, score.placed, score.right) == (2, 2, 1, 1)
    assert (score.f1, score.recall, score.precision) == (0.5, 0.5, 0.5)
