"""Cuts between touching digits, and the best way through them."""

import numpy as np
import pytest

from edge_app.page.touching import MAX_PIECES_A_DIGIT, Span, best_path, cut_pieces, spans

from ..pages import blank, write


def test_touching_digits_can_be_told_apart() -> None:
    """Somewhere between two touching digits there is a cut that leaves each its ink."""
    left, right = (~write(blank(80, 140, 255), text, at, 50, 0) for text, at in (("4", (10, 65)), ("8", (50, 65))))
    both = np.maximum(left, right)
    pieces = cut_pieces(both)
    wrong = [((left > 0) & (pieces > cut)).sum() + ((right > 0) & (pieces <= cut)).sum() for cut in range(pieces.max())]
    assert min(wrong) < 0.1 * (both > 0).sum()


def test_pieces_count_up_from_the_left() -> None:
    """Along each row the numbers never fall."""
    ink = ~write(blank(80, 300, 255), "20873", (10, 65), 50, 0)
    pieces = cut_pieces(ink)
    assert pieces.shape == ink.shape
    assert (np.diff(pieces, axis=1) >= 0).all()
    assert pieces.min() == 0


def test_spans_are_no_wider_than_a_digit() -> None:
    """Runs of pieces, each a digit at most."""
    ends = [(i * 20, i * 20 + 20) for i in range(8)]
    found = spans(ends, 40)
    assert Span(0, 0) in found
    assert Span(0, 2) in found
    assert all(0 <= s.last - s.first < MAX_PIECES_A_DIGIT for s in found)
    assert all((s.last - s.first + 1) * 20 <= 1.8 * 40 for s in found)


def test_all_the_ink_may_be_one_digit() -> None:
    """However often it was cut, unless no digit is so wide: else a sure digit of a leaning hand is read as two."""
    ends = [(i * 15, i * 15 + 15) for i in range(MAX_PIECES_A_DIGIT + 2)]
    assert Span(0, len(ends) - 1) in spans(ends, 40)
    assert Span(0, len(ends) - 1) not in spans(ends, 30)


@pytest.mark.parametrize(
    ("hypotheses", "expected"),
    [
        ([(Span(0, 1), 0.9), (Span(0, 0), 0.8), (Span(1, 1), 0.8)], [0]),
        ([(Span(0, 1), 0.3), (Span(0, 0), 0.9), (Span(1, 1), 0.95)], [1, 2]),
        ([(Span(0, 1), 0.01), (Span(0, 0), 0.9), (Span(1, 1), 0.0)], [1]),
        ([(Span(0, 1), 0.01)], []),
        ([], []),
    ],
)
def test_the_surest_explanation_of_the_ink_wins(hypotheses: list[tuple[Span, float]], expected: list[int]) -> None:
    """One digit beats its halves, two sure digits beat a doubtful one, and junk stays unread."""
    chosen, score = best_path([0.5, 0.5], hypotheses)
    assert chosen == expected
    assert score <= 0
