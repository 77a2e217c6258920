"""A text counts if it is right as a whole."""

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK, STRIP_PX
from train.sequence.evaluation import agreement, score_sequence, spelled
from train.sequence.strips import MAX_DIGITS, NO_DIGIT, Strips


def said(*rows: list[int]) -> NDArray[np.float32]:
    """What a reader says that is certain of each column."""
    return np.asarray(np.eye(BLANK + 1)[np.array(rows)], np.float32)


def test_columns_are_spelled_as_ctc_has_it() -> None:
    """Repetitions are one digit; a blank between makes two of them."""
    assert spelled(np.array([3, 3, BLANK, 3, 7, 7, BLANK, BLANK])) == [3, 3, 7]
    assert spelled(np.array([BLANK, 0, BLANK])) == [0]
    assert spelled(np.full(4, BLANK)) == []


def test_only_whole_texts_count() -> None:
    """One right, one with a digit too much, one too few, and one rightly empty."""
    texts = np.full((4, MAX_DIGITS), NO_DIGIT, np.int8)
    texts[0, :2] = 4, 2
    texts[1, 0] = 4
    texts[2, :2] = 4, 4
    b = BLANK
    logits = said([b, 4, 2, b], [b, 4, 2, b], [4, 4, 4, b], [b, b, b, b])
    strips = Strips(np.zeros((4, STRIP_PX, 16), np.uint8), texts, np.zeros((4, 4), np.int8))
    score = score_sequence(lambda ink: logits[: len(ink)], strips)
    assert (score.strips, score.exact, score.exact_share) == (4, 2, 0.5)


def test_readers_agree_on_texts_not_on_columns() -> None:
    """The same digit a column later is the same text."""
    b = BLANK
    assert agreement(said([b, 4, b], [1, b, 2]), said([b, b, 4], [1, b, 3])) == 0.5
