"""The rules by which texts are scored."""

import pytest

from .scoring import Alignment, align, edit_distance


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
