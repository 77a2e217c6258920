"""The rules by which texts are scored."""

import pytest

from .scoring import Alignment, Marks, align, edit_distance, score_marks, score_page


@pytest.mark.parametrize(
    ("true", "read", "expected"),
    [
        ("2250", "2250", Alignment(matches=4)),
        ("2250", "225", Alignment(matches=3, missed=1)),
        ("2250", "722500", Alignment(matches=4, inserted=2)),
        ("2250", "2750", Alignment(matches=3, substitutions=1)),
        ("", "17", Alignment(inserted=2)),
        ("17", "", Alignment(missed=2)),
        ("", "", Alignment()),
        # Two edits either way: the one with a match is taken.
        ("12", "21", Alignment(matches=1, missed=1, inserted=1)),
    ],
)
def test_align_counts_the_fewest_edits(true: str, read: str, expected: Alignment) -> None:
    """Every character of both texts is counted once."""
    found = align(true, read)
    assert found == expected
    assert found.edits == edit_distance(true, read)


def test_alignments_add_up_to_an_accuracy() -> None:
    """Over all texts, and of the characters that have a partner alone."""
    total = align("2250", "2750") + align("127", "12")
    assert total == Alignment(matches=5, substitutions=1, missed=1)
    assert total.accuracy_percent == pytest.approx(100 * 5 / 6)
    assert Alignment().accuracy_percent == 0


def test_marks_are_scored_by_the_digits_they_stand_for() -> None:
    """Of a line that is read in part; a mark on print counts neither way, and doubtful digits are no readings."""
    boxes = [[40 * at, 0, 20, 30] for at in range(5)]
    truth = {
        "lines": [
            {"text": "123", "digits": [{"d": "123"[at], "box": boxes[at]} for at in range(3)]},
            {"text": "4", "digits": [{"d": "4", "box": [0, 100, 20, 30]}]},
            {"text": "5", "digits": [{"d": "5", "box": boxes[4], "printed": True}]},
        ]
    }
    doubtful = [{"label": None, "guess": 8, "box": box} for box in (boxes[1], boxes[3], boxes[4])]
    reading = {"lines": [{"text": "1???", "digits": [{"label": 1, "box": boxes[0]}, *doubtful]}]}
    assert score_marks(truth, reading) == Marks(missed=2, marked=1, marks=2, digits=1)
    assert (score_page(truth, reading).truth, score_page(truth, reading).read) == (4, 1)
