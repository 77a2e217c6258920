"""Strips hold whole numbers as the edge cuts them, and the truth about them."""

import numpy as np
import pytest

from edge_app.model.sequence_contract import BLANK, STRIP_PX
from train.data.mnist import Split
from train.sequence.pool import Pool
from train.sequence.strips import COLUMNS, MAX_DIGITS, NO_DIGIT, UNKNOWN, WIDTH_PX, Strips, draw_strip, draw_strips


def some(pool: Pool, count: int, seed: int = 1) -> Strips:
    """Strips drawn in this process."""
    drawn = [draw_strip(pool, np.random.default_rng([seed, number])) for number in range(count)]
    return Strips(*(np.stack(part) for part in zip(*drawn, strict=True)))


def test_strips_have_their_shapes_and_come_again(pool: Pool) -> None:
    """From several processes; another seed draws others."""
    strips, again = (draw_strips(pool, 12, 3) for _ in range(2))
    assert len(strips) == 12
    assert strips.ink.shape == (12, STRIP_PX, WIDTH_PX)
    assert strips.ink.dtype == np.uint8
    assert (strips.texts.shape, strips.columns.shape) == ((12, MAX_DIGITS), (12, COLUMNS))
    for name in ("ink", "texts", "columns"):
        assert np.array_equal(getattr(strips, name), getattr(again, name))
    assert not np.array_equal(strips.ink, draw_strips(pool, 12, 4).ink)


def test_columns_name_the_digits_in_their_order(pool: Pool) -> None:
    """Where they are known: two middles in one column are the only ones lost."""
    strips = some(pool, 80)
    known = strips.columns.min(axis=1) != UNKNOWN
    assert 0 < known.sum() < len(strips)
    same = 0
    for text, columns in zip(strips.texts[known], strips.columns[known], strict=True):
        named = [int(label) for label in columns if label != BLANK]
        same += named == [int(label) for label in text if label != NO_DIGIT]
    assert same >= 0.9 * known.sum()


def test_a_real_number_has_a_text_and_no_places(pool: Pool) -> None:
    """The pool's own, 4-2, which is not spelled by signs."""
    strips = some(pool, 80)
    unknown = strips.columns.min(axis=1) == UNKNOWN
    assert (strips.columns[unknown] == UNKNOWN).all()
    assert {tuple(text[:3]) for text in strips.texts[unknown]} == {(4, 2, NO_DIGIT)}


def test_middles_lie_on_ink(rings: Split) -> None:
    """Drawn without pens: most digits have ink in the columns beside their middle."""
    strips = some(Pool(rings), 40)
    rows, columns = np.nonzero(strips.columns != BLANK)
    inked = [strips.ink[row, :, 4 * max(0, column - 2) : 4 * (column + 3)].max() for row, column in
             zip(rows, columns, strict=True)]  # fmt: skip
    assert len(inked) > 80
    assert (np.array(inked) > 120).mean() > 0.95


@pytest.mark.parametrize("missing", ["digits", "letters", "signs", "numbers", "words"])
def test_a_pool_may_lack_anything_but_mnist(pool: Pool, missing: str) -> None:
    """Numbers are drawn with the rest."""
    parts = {name: getattr(pool, name) for name in ("digits", "letters", "signs", "numbers", "words")}
    without = Pool(pool.mnist, **{name: part for name, part in parts.items() if name != missing})
    strips = some(without, 60)
    assert (strips.texts != NO_DIGIT).any(axis=1).mean() > 0.8


def test_the_first_strips_are_those_of_the_same_numbers(pool: Pool) -> None:
    """All of them where fewer were drawn than are asked for."""
    strips = draw_strips(pool, 5, 0)
    first = strips.first(3)
    assert len(first) == 3
    assert np.array_equal(first.texts, strips.texts[:3])
    assert np.array_equal(first.ink, strips.ink[:3])
    assert np.array_equal(first.columns, strips.columns[:3])
    assert len(strips.first(9)) == 5
