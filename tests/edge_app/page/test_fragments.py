"""Broken strokes put together."""

import numpy as np

from edge_app.page.candidates import Candidate
from edge_app.page.fragments import near_pairs, put_together


def piece(x: int, y: int, width: int, height: int) -> Candidate:
    """A block of ink."""
    return Candidate((x, y, width, height), np.full((height, width), 200, np.uint8))


def test_a_detached_bar_belongs_to_its_digit() -> None:
    """Near pieces are paired, the larger one first; far ones and sure ones are not."""
    body, bar, far, sure = (
        piece(100, 110, 20, 40),
        piece(112, 102, 20, 5),
        piece(180, 110, 20, 40),
        piece(122, 110, 9, 9),
    )
    assert near_pairs([body, bar, far, sure], [True, True, True, False]) == [(0, 1)]
    assert near_pairs([body, bar], [True, False]) == []
    assert near_pairs([], []) == []


def test_joined_ink_lies_where_its_pieces_lay() -> None:
    """The union's box holds both, with their ink in place and paper between."""
    both = put_together(piece(100, 110, 20, 40), piece(112, 102, 20, 5))
    assert both.box == (100, 102, 32, 48)
    assert both.ink.shape == (48, 32)
    assert (both.ink > 0).sum() == 20 * 40 + 20 * 5
    assert both.ink[:5, 12:].all()
    assert both.ink[8:, :20].all()


def test_what_a_frame_surrounds_is_no_piece_of_it() -> None:
    """Each pair with a page's rim would be classified at the size of the page: a photo took half a minute."""
    rim, letter = piece(0, 0, 900, 800), piece(300, 300, 20, 30)
    assert near_pairs([rim, letter, piece(400, 500, 30, 90)], [True] * 3) == [(0, 2)]
