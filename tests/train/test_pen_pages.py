"""Pages written by UNIPEN's writers: whole numbers with joins, words, more print; without a pool nothing changes."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from edge_app import DigitClassifier
from tests.train.pen_writers import digits_of, word
from train.data.mnist import Split
from train.data.packed_strokes import pack
from train.data.pen_pool import PenPool, Writer, make_pool
from train.detector.patches import PATCH_PX, draw_patches
from train.pages.glyph import inked_glyph, join
from train.pages.hand import Hand
from train.pages.maker import ALL_LAYOUTS, draw_page
from train.pages.numbers import write_number
from train.pages.pen_hand import PenHand
from train.pages.print_layouts import PRINT_LAYOUTS
from train.pages.printing import any_font, faces, font_files, print_text
from train.pages.sheet import PEN, VISIBLE, Sheet

# Of the digits' places on pages without a pool, drawn before there were any pens.
WITHOUT_PENS = "84e03dfa6ccaf732"


@pytest.fixture(scope="module")
def pens() -> PenPool:
    """Three writers, two of them with letters; one of words."""
    letters = [word(letter, writer) for letter in "abcdefghiklmnopqrst" for writer in ("abc/ann", "abc/bob")]
    words = [word(text, "xyz/zoe") for text in ("house", "garden", "we", "him")]
    return make_pool(digits_of("abc/ann", "abc/bob", "abc/cy"), letters, words, DigitClassifier.load())


def test_without_a_pool_pages_are_what_they_were(rings: Split) -> None:
    """The same digits in the same places, seed by seed."""
    layouts = ("numbers", "amount", "words", "large", "grid")
    pages = [draw_page(rings, seed, (320, 240), layout, colour=False) for seed in range(4) for layout in layouts]
    assert hashlib.sha256(repr([page.lines for page in pages]).encode()).hexdigest()[:16] == WITHOUT_PENS


@pytest.mark.parametrize("layout", ALL_LAYOUTS)
def test_every_layout_is_drawn_with_pens(layout: str, rings: Split, pens: PenPool) -> None:
    """Boxes lie on the page, with ink in them; the same seed draws the same."""
    for seed in range(4):
        page = draw_page(rings, seed, (320, 240), layout, pens=pens)
        for digit in page.digits:
            x, y, width, height = digit.box
            assert x >= 0 and y >= 0 and x + width <= 320 and y + height <= 240  # noqa: PT018
            assert np.ptp(page.image[y : y + height, x : x + width].astype(int)) > 10
    again = draw_page(rings, 3, (320, 240), layout, pens=pens)
    assert np.array_equal(again.image, page.image)


def test_print_layouts_have_digits_that_are_no_truth(rings: Split) -> None:
    """An empty pool prints and writes them, too; only what is written counts."""
    for layout in PRINT_LAYOUTS:
        pages = [draw_page(rings, seed, (320, 240), layout, pens=PenPool()) for seed in range(8)]
        assert min(page.image.std() for page in pages) > 1
        assert any(not page.digits for page in pages)


def test_about_two_of_five_hands_are_a_writers(rings: Split, pens: PenPool) -> None:
    """One writer a hand; none without writers."""
    random = np.random.default_rng(0)
    hands = [Hand.any(rings, random, pens) for _ in range(300)]
    written = [hand for hand in hands if hand.own is not None]
    assert 0.32 < len(written) / len(hands) < 0.48
    assert all((hand.source == "pen") == (hand.own is not None) for hand in hands)
    assert all(Hand.any(rings, np.random.default_rng(seed), PenPool()).own is None for seed in range(20))


def hand_of(rings: Split, pens: PenPool, seed: int, joins: float) -> Hand:
    """A writer's hand that joins as often as asked for."""
    random = np.random.default_rng(seed)
    own = replace(PenHand.any(pens, random), joins=joins)
    return replace(Hand.any(rings, random), own=own, source="pen", pen=0.06, uneven=0.06)


def test_a_writers_digits_are_what_their_labels_say(rings: Split, pens: PenPool) -> None:
    """About as high as asked for, cut to their strokes."""
    labels = set()
    for seed in range(20):
        label, ink = hand_of(rings, pens, seed, 0).digit(60)
        labels.add(label)
        assert 40 < ink.shape[0] < 90
        assert min(side.max() for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1])) > VISIBLE
    assert len(labels) > 5


def test_a_writer_has_words_of_about_the_letters_asked_for(rings: Split, pens: PenPool) -> None:
    """Its own letters, or a scribe's words."""
    kinds = set()
    for seed in range(20):
        hand = hand_of(rings, pens, seed, 0)
        assert hand.own is not None
        kinds.add(hand.own.own_words)
        assert hand.word(40, 6).shape[1] > hand.word(40, 2).shape[1]
    assert kinds == {True, False}


def test_joins_add_ink_between_digits_alone(rings: Split) -> None:
    """The same number with and without: the same truth, more ink where the pen stayed down."""
    arch = np.array([[0.0, 1.0], [0.3, 0.0], [0.6, 1.0]])
    pens = PenPool(digits=pack([[arch]]), writers=(Writer(((0,),) * 10),))
    more = 0
    for seed in range(20):
        sheets = [Sheet(500, 80) for _ in range(2)]
        for sheet, joins in zip(sheets, (0.0, 1.0), strict=True):
            hand = hand_of(rings, pens, seed, joins)
            write_number(sheet, hand, PEN, 10, 15, 40, 0, 0.3, 2, True)
        apart, joined = (sheet.layer(PEN) for sheet in sheets)
        for (label, outline), (again, same) in zip(sheets[0].lines[0], sheets[1].lines[0], strict=True):
            assert label == again
            assert np.array_equal(outline, same)
        more += int((joined > apart).sum() > 10)
    assert more > 10


def test_a_join_goes_on_in_the_pens_direction() -> None:
    """It starts at the end of one digit and ends at the start of the next, and leaves as the pen was moving."""
    right, down = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    curve = join(np.zeros(2), right, np.array([10.0, 10.0]), down, np.random.default_rng(0))
    assert np.allclose(curve[[0, -1]], [[0, 0], [10, 10]])
    first, last = curve[1] - curve[0], curve[-1] - curve[-2]
    assert first[0] > 3 * abs(first[1])
    assert last[1] > 3 * abs(last[0])


def test_a_turned_digit_keeps_its_place() -> None:
    """Clockwise: the top of an upright stroke goes right; its pen's ends turn with it."""
    glyph = inked_glyph(1, [np.array([[0.0, 0.0], [0.0, 40.0]])], 3, 45)
    assert glyph.ends is not None
    assert glyph.ends.start == pytest.approx([20 * 2**-0.5 * 1, -20 * 2**-0.5])
    assert glyph.ink.shape == pytest.approx((31, 31), abs=3)
    x, y, width, height = glyph.box(100, 100)
    assert (x + width / 2, y + height / 2) == pytest.approx((100, 100), abs=1.5)


def test_more_faces_are_bold_or_not_and_not_like_a_hand() -> None:
    """All can be printed in; the former ones keep their numbers."""
    assert [face.path for face in faces()[: len(font_files())]] == list(font_files())
    random = np.random.default_rng(0)
    heavy = [faces()[any_font(random, True, bold=True)] for _ in range(60)]
    assert all(face.bold for face in heavy)
    assert not any("Amatic" in faces()[any_font(random, True)].path.name for _ in range(300))
    assert all(any_font(random) < len(font_files()) for _ in range(60))
    assert all(print_text("17", number, 20).any() for number in range(0, len(faces()), 5))


def test_a_variable_font_is_printed_in_two_weights() -> None:
    """The bold one has more ink."""
    by_weight = {face.weight: number for number, face in enumerate(faces()) if "Arimo[" in face.path.name}
    if not by_weight:
        pytest.skip("needs the package fontpkg-arimo")
    plain, bold = (float(print_text("18", by_weight[weight], 60).mean()) for weight in (400, 700))
    assert bold > 1.1 * plain


@pytest.mark.slow
def test_patches_are_drawn_with_pens_in_processes(rings: Split, pens: PenPool) -> None:
    """The pool goes to them; the same seed gives the same patches."""
    first, second = (draw_patches(rings, 3, 5, pens=pens) for _ in range(2))
    assert first.ink.shape == (18, PATCH_PX, PATCH_PX)
    assert np.array_equal(first.ink, second.ink)
