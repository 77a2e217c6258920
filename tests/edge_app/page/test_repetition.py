"""Ink that is on the page twice: print loses, a hand's digits stay."""

from dataclasses import replace

import numpy as np
import pytest

from edge_app.page.detection import Detections
from edge_app.page.recognition import Reading
from edge_app.page.repetition import DOUBLE, MOST_AGAINST, likenesses, weigh_by_repetition

from ..made_detections import seen
from ..print_and_pen import printed, written


def weighed(readings: list[Reading], score: float = 0.8) -> dict[tuple[int, ...], float]:
    """The scores of detections in the readings' places, by their boxes."""
    found = weigh_by_repetition(seen(*((each.box, score, 5) for each in readings)), readings)
    assert (np.diff(found.scores) <= 0).all()
    return {tuple(box.astype(int).tolist()): float(score) for box, score in zip(found.boxes, found.scores, strict=True)}


def test_print_that_repeats_loses_and_a_hand_stays() -> None:
    """There are two of each by a hand, too, and most keep what they had."""
    prints = [printed(digit, place) for place, digit in enumerate((2, 3, 5, 2, 3, 5))]
    hands = [written(digit, place) for place, digit in enumerate((2, 3, 5, 2, 3, 5))]
    scores = weighed(prints + hands)
    assert all(scores[each.box] < 0.65 for each in prints)
    assert np.median([scores[each.box] for each in hands]) > 0.75


def test_the_loss_is_bounded() -> None:
    """Copies, pixel by pixel, cost the most there is."""
    ones = [printed(digit, place) for place, digit in enumerate((2, 5, 7))]
    copies = [replace(one, box=(one.box[0], 200, *one.box[2:])) for one in ones]
    lost = np.log(4) - MOST_AGAINST
    assert list(weighed(ones + copies).values()) == pytest.approx([1 / (1 + np.exp(-lost))] * 6, abs=1e-5)


def test_a_neat_hand_may_repeat_itself() -> None:
    """2200 is no print; 220077 is."""
    pairs = [printed(digit, place) for place, digit in enumerate((2, 2, 0, 0, 7, 7))]
    assert set(weighed(pairs[:4]).values()) == {float(np.float32(0.8))}
    assert max(weighed(pairs).values()) < 0.8


@pytest.mark.parametrize("size_wh", [(20, 36), (26, 28), (9, 28), (6, 8)])
def test_another_size_a_stroke_and_a_speck_are_no_doubles(size_wh: tuple[int, int]) -> None:
    """The same crops, once in boxes that are higher, wider, slim or tiny."""
    ones = [printed(digit, place) for place, digit in enumerate((2, 5, 7))]
    others = [replace(one, box=(one.box[0], 200, *size_wh)) for one in ones]
    twins = [replace(one, box=(one.box[0], 300, *size_wh)) for one in others] if size_wh[0] < 10 else ones
    assert set(weighed(others + twins).values()) == {float(np.float32(0.8))}


def test_likeness_is_of_other_pieces_of_the_same_size() -> None:
    """In the order that was asked for."""
    readings = [printed(5, 0), written(5, 1), printed(5, 2)]
    sizes = np.array([reading.box[2:] for reading in readings], np.float32)
    crops = np.stack([reading.crop for reading in readings if reading.crop is not None])
    alike = likenesses(sizes, crops, np.array([2, 1]))
    assert alike.shape == (2,)
    assert alike[0] > DOUBLE > alike[1] > 0


def test_without_ink_or_detections_nothing_changes() -> None:
    """And what has no crop is no piece of ink."""
    assert len(weigh_by_repetition(seen(), [printed(5, 0)])) == 0
    found = seen(((10, 10, 20, 28), 0.8, 5))
    for readings in ([], [Reading((10, 10, 20, 28), None, 0.0)], [printed(5, 0)]):
        assert np.array_equal(weigh_by_repetition(found, readings).scores, found.scores)


def test_a_detection_below_notice_stays() -> None:
    """It counts for nothing anyway, and a page has thousands."""
    prints = [printed(digit, place) for place, digit in enumerate((2, 2, 5, 5, 7, 7))]
    assert set(weighed(prints, 0.07).values()) == {float(np.float32(0.07))}


def test_moved_scores_stay_probabilities() -> None:
    """However far, and in order."""
    found = Detections(
        np.zeros((3, 4), np.float32), np.array([1.0, 0.5, 0.0], np.float32), np.zeros((3, 10), np.float32)
    )
    assert np.array_equal(found.moved(np.zeros(3)).scores, found.scores)
    moved = found.moved(np.array([-50.0, 1.0, 50.0])).scores
    assert ((moved >= 0) & (moved <= 1)).all()
    assert (np.diff(moved) <= 0).all()
