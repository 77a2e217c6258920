"""What the detector's second look confirms."""

import pytest

from edge_app.page.detection import MIN_SCORE
from edge_app.page.second_look import confirm

from ..made_detections import seen

PLACE, OTHER = (10, 10, 20, 30), (110, 10, 20, 30)


def test_scores_and_probabilities_are_the_means_of_both_looks() -> None:
    """In the first look's places, the surest first."""
    both = confirm(seen((PLACE, 0.9, 4), (OTHER, 0.8, 1)), seen((OTHER, 0.7, 1), ((11, 11, 19, 29), 0.3, 9)))
    assert both.boxes.tolist() == [list(OTHER), list(PLACE)]
    assert both.scores.tolist() == pytest.approx([0.75, 0.6])
    assert both.probabilities[1, [4, 9, 0]].tolist() == pytest.approx([0.4775, 0.4775, 0.005])


def test_what_the_second_look_does_not_see_is_doubted() -> None:
    """And still the digit that the first one named; nothing new comes from the second look."""
    both = confirm(seen((PLACE, 0.9, 4)), seen((OTHER, 0.9, 1)))
    assert both.scores.tolist() == pytest.approx([(0.9 + MIN_SCORE) / 2])
    assert both.probabilities[0].argmax() == 4
    assert len(confirm(seen((PLACE, 0.9, 4)), seen())) == 1
    assert len(confirm(seen(), seen((PLACE, 0.9, 4)))) == 0


@pytest.mark.parametrize(("right", "score"), [(7, 0.8), (8, 0.475)])
def test_both_look_at_the_same_place_if_it_shares_nearly_half_of_their_union(right: int, score: float) -> None:
    """A box 20 wide, moved by 7 or 8."""
    both = confirm(seen((PLACE, 0.9, 4)), seen(((10 + right, 10, 20, 30), 0.7, 4)))
    assert both.scores.tolist() == pytest.approx([score])


def test_the_nearer_of_two_is_the_same_digit() -> None:
    """Not the surer one."""
    both = confirm(seen((PLACE, 0.9, 4)), seen(((16, 10, 20, 30), 0.8, 7), ((11, 10, 20, 30), 0.5, 4)))
    assert both.scores.tolist() == pytest.approx([0.7])
    assert both.probabilities[0].argmax() == 4
