"""Numbers are written digit by digit, each with its place, in one style."""

from dataclasses import replace

import numpy as np
import pytest

from train.data.mnist import Split
from train.sequence.number import Number
from train.sequence.pool import Pool
from train.sequence.style import Style
from train.sequence.texts import any_text
from train.sequence.writing import write_letter, write_number, write_real, write_word

HEIGHT = 40.0
SOURCES = ("pens", "drawn", "mnist")


def style_of(pool: Pool, source: str, **changes: float) -> Style:
    """An even hand with gaps."""
    style = replace(Style.any(pool, np.random.default_rng(0)), source=source, writer="b" if pool.digits else "")
    even = {"pen": 0.08, "slant": 0.0, "aspect": 1.0, "gap": 0.35, "uneven_gap": 0.0, "uneven": 0.0, "joined": 0.0}
    return replace(style, **even | {"jitter": 0.0} | changes)  # type: ignore[arg-type]  # none of these is a str


def ink_of(number: Number) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Drawn on paper with 20 pixels around."""
    canvas = np.zeros((int(HEIGHT) + 60, int(number.along) + 60), np.uint8)
    number.draw(canvas, 20, 20)
    return canvas


@pytest.mark.parametrize("source", SOURCES)
def test_each_digit_has_its_box(pool: Pool, source: str) -> None:
    """In order, side by side, one height high; nothing is drawn outside, also for the 7 that the writer lacks."""
    number = write_number(pool, style_of(pool, source), "1704", HEIGHT, np.random.default_rng(1))
    assert (number.text, [digit.label for digit in number.digits]) == ("1704", [1, 7, 0, 4])
    canvas = ink_of(number)
    outside = canvas.copy()
    for digit in number.digits:
        left, top, right, bottom = (round(side) + 20 for side in digit.box)
        assert canvas[top:bottom, left:right].max() > 200
        assert bottom - top == pytest.approx(HEIGHT, abs=6)
        outside[top - 3 : bottom + 3, left - 3 : right + 3] = 0
    assert outside.max() == 0
    lefts = [digit.box[0] for digit in number.digits]
    assert lefts == sorted(lefts)


def test_a_joining_pen_leaves_no_gap(pool: Pool) -> None:
    """One connected curve where pairs are joined, four digits where they are not."""
    apart, joined = (
        write_number(pool, style_of(pool, "drawn", joined=share), "2222", HEIGHT, np.random.default_rng(2))
        for share in (0.0, 1.0)
    )
    assert len(joined.curves) == len(apart.curves) + 3
    assert not ink_of(apart)[:, 20:-40].max(axis=0).all()
    assert ink_of(joined)[:, 22 : int(joined.along) + 18].max(axis=0).all()


def test_signs_are_ink_and_no_digits(pool: Pool) -> None:
    """Drawn or real; a space is only a gap, an unknown sign nothing."""
    for text in ("1-2", "1/2", "1#2", "1:2"):
        number = write_number(pool, style_of(pool, "drawn"), text, HEIGHT, np.random.default_rng(3))
        assert number.text == "12"
        between = slice(int(number.digits[0].box[2]) + 21, int(number.digits[1].box[0]) + 19)
        assert ink_of(number)[:, between].max() > 200
    blank = write_number(pool, style_of(pool, "drawn"), "1 2", HEIGHT, np.random.default_rng(3))
    between = slice(int(blank.digits[0].box[2]) + 24, int(blank.digits[1].box[0]) + 17)
    assert ink_of(blank)[:, between].max() == 0
    assert write_number(pool, style_of(pool, "drawn"), "$", HEIGHT, np.random.default_rng(3)).curves == []


def test_letters_and_words_are_no_digits(pool: Pool) -> None:
    """A real number's text is known, its places are not."""
    random = np.random.default_rng(4)
    number = write_number(pool, style_of(pool, "pens"), "3", HEIGHT, random)
    before = len(number.curves)
    write_letter(number, pool, style_of(pool, "pens"), random)
    assert (len(number.curves), number.text) == (before + 1, "3")
    word, real = write_word(pool, HEIGHT, random), write_real(pool, HEIGHT, random)
    assert (word.text, word.digits, real.text, real.digits) == ("", [], "42", [])
    assert (word.placed, real.placed) == (True, False)


def test_without_pens_hands_are_drawn_or_mnist(rings: Split) -> None:
    """And letters are left out."""
    pool, random = Pool(rings), np.random.default_rng(5)
    styles = [Style.any(pool, random) for _ in range(40)]
    assert {style.source for style in styles} == {"drawn", "mnist"}
    number = write_number(pool, styles[0], "5", HEIGHT, random)
    along = number.along
    write_letter(number, pool, styles[0], random)
    assert number.along == along


def test_texts_are_numbers_of_all_kinds() -> None:
    """At most nine digits, and signs that can be written; amounts in thousands among them."""
    texts = [any_text(np.random.default_rng(seed)) for seed in range(400)]
    assert {character for text in texts for character in text} <= set("0123456789.,-/: =#~x*$")
    counts = [sum(character.isdigit() for character in text) for text in texts]
    assert (min(counts), max(counts)) == (1, 9)
    assert any(text.replace(",", "").isdigit() and text[-4:-3] == "," for text in texts)
    assert any("." in text and text[-1].isdigit() for text in texts)
