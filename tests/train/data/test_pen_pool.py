"""The pool of pens has what is usable of UNIPEN, by writer, at the height of a line; styles stay, faults do not."""

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app import DigitClassifier
from edge_app.model.classifier import Predictions
from tests.train.pen_writers import digit, digits_of, word
from train.data.line_heights import is_letter, is_word, on_line
from train.data.packed_strokes import TOLERANCE, pack
from train.data.pen_examples import CLEAR_LETTERS, balanced, pen_digits, pen_letters
from train.data.pen_pool import PenPool, load_pens, make_pool
from train.data.unipen import Trajectory
from train.data.unipen_tree import PensError
from train.data.usable_pens import usable_digits

from .test_unipen import TREE, write_folder


class Reader:
    """A classifier that surely reads the same digit everywhere."""

    def __init__(self, read: int) -> None:
        self.read = read

    def classify_batch(self, images: Any) -> Predictions:
        """0.99 for that digit."""
        count = len(images)
        probabilities = np.zeros((count, 10), np.float32)
        probabilities[:, self.read] = 0.99
        read = np.full(count, self.read)
        return Predictions(read, read, probabilities[:, self.read], probabilities)


def usable(digits: list[Trajectory], read: int) -> tuple[list[Trajectory], dict[str, int]]:
    """What such a reader leaves."""
    reader: Any = Reader(read)
    return usable_digits(digits, reader)


def trajectory(label: str, *strokes: list[list[float]]) -> Trajectory:
    """Something a pen did."""
    return Trajectory(label, "abc/ann", tuple(np.array(stroke, float) for stroke in strokes), "here")


def test_strokes_are_packed_and_come_back() -> None:
    """Every trajectory with its strokes, corners where they were; points on a straight line are left out."""
    corner = np.array([[0.0, 0.0], [0.25, 0.0], [0.5, 0.0], [0.5, 1.0]])
    packed = pack([[corner], [], [corner + 1.0, corner[:1]]])
    assert [[len(stroke) for stroke in packed[number]] for number in range(len(packed))] == [[3], [], [3, 1]]
    assert np.allclose(packed[2][0], corner[[0, 2, 3]] + 1, atol=TOLERANCE)
    assert len(pack()) == 0


@pytest.mark.parametrize(
    ("pen", "reason"),
    [
        (trajectory("4", [[0, 0], [1, 50], [0, 100]]), "cut short"),
        (trajectory("0", [[0, 100], [60, 0]]), "cut short"),
        (trajectory("1", [[0, 0], [60, 1]]), "cut short"),
        (trajectory("6", [[5, 5], [5, 5]]), "cut short"),
        (trajectory("1", [[0, 0], [3, 100]]), None),
        (trajectory("1", [[0, 100], [80, 0]]), None),
    ],
)
def test_what_is_cut_short_is_left_out(pen: Trajectory, reason: str | None) -> None:
    """A straight stroke is a 1, upright or slanted, and nothing else; no reader is asked."""
    kept, left_out = usable([pen], int(pen.label))
    assert len(kept) == (reason is None)
    assert left_out == ({} if reason is None else {reason: 1})


def test_a_style_that_the_reader_does_not_know_stays_and_a_wrong_label_goes() -> None:
    """Both are surely read as something else; the style has others like it."""
    crossed = [digit(7, f"abc/{seed}", seed) for seed in range(60)]
    zeros = [digit(0, "abc/cy", 1) for _ in range(11)]
    wrong = digit(0, "abc/ann", 1)
    mislabelled = Trajectory("7", wrong.writer, wrong.strokes, wrong.source)
    kept, left_out = usable([*crossed, *zeros, mislabelled], 0)
    sources = Counter(pen.label for pen in kept)
    assert sources["7"] > 50
    assert sources["0"] == 11
    assert all(pen is not mislabelled for pen in kept)
    assert left_out == {"looks like another": 72 - len(kept)}


def test_nothing_is_doubted_where_the_reader_agrees() -> None:
    """Without a doubt no neighbours are asked, however lonely a digit is."""
    kept, left_out = usable([digit(0, "abc/ann", 1)], 0)
    assert (len(kept), left_out) == (1, {})


@pytest.mark.parametrize(
    ("text", "top", "end"), [("moon", 0.56, 1.0), ("dog", 0.0, 1.38), ("Man", 0.0, 1.0), ("ip", 0.36, 1.38)]
)
def test_words_have_the_height_of_their_line(text: str, top: float, end: float) -> None:
    """Small letters stay small, tails hang below the line, whatever the tablet's unit."""
    points = np.concatenate(on_line(word(text, "abc/ann")))
    assert points[:, 1].min() == pytest.approx(top)
    assert points[:, 1].max() == pytest.approx(end)
    assert points[:, 0].min() == 0


@pytest.mark.parametrize(
    ("text", "fits"),
    [("house", True), ("x", True), ("no, he", True), ("l", False), ("so", False), ("B", False), ("Oslo", True)],
)
def test_what_may_be_taken_for_digits_is_no_word(text: str, fits: bool) -> None:
    """Short words out of letters that are written like digits are left out."""
    letters = word(text.replace(",", "").replace(" ", "").replace("O", "C").replace("B", "D"), "abc/ann")
    assert is_word(Trajectory(text, letters.writer, letters.strokes, "here")) == fits


@pytest.mark.parametrize("text", ["a4b", "été", "...", "much too long a line for one height"])
def test_digits_foreign_letters_and_long_lines_are_no_words(text: str) -> None:
    """A number in it would be a digit without its truth."""
    strokes = word("x" * len(text), "abc/ann").strokes
    assert not is_word(Trajectory(text, "abc/ann", strokes, "here"))


def test_letters_that_are_cut_short_are_left_out() -> None:
    """An l is a straight stroke, a K is not."""
    stroke = [[0.0, 0.0], [2.0, 90.0]]
    assert is_letter(trajectory("l", stroke))
    assert not is_letter(trajectory("K", stroke))
    assert is_letter(word("K", "abc/ann"))


def pool() -> PenPool:
    """Two writers of all digits, one of whom has letters; one of a single digit; one of words."""
    letters = [word(letter, "abc/ann") for letter in "acdefhkmnprstuvwx"]
    words = [word(text, "xyz/zoe") for text in ("house", "garden")]
    digits = [*digits_of("abc/ann", "abc/bob"), digit(3, "abc/cy", 9)]
    return make_pool(digits, letters, [*words, word("so", "xyz/zoe")], DigitClassifier.load())


def test_a_pool_knows_its_writers() -> None:
    """Digits by writer and label, letters by writer, words by theirs; what was left out is counted."""
    found = pool()
    assert len(found.writers) == 3
    assert len(found.hands) == 2
    assert found.hands[0].labels == tuple(range(10))
    assert set(found.hands[0].letters) == set("acdefhkmnprstuvwx")
    assert found.hands[1].letters == {}
    assert [len(numbers) for numbers in found.scribes] == [2]
    assert found.word_letters == (5, 6)
    assert found.left_out["no word, or with digits, or too long"] == 1
    assert str(found).startswith("41 digits of 3 writers, 17 letters, 2 words of 1 writers; 1 left out: no word")


def test_a_pool_goes_to_a_process_whole() -> None:
    """Pickled and back it draws the same."""
    found = pool()
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 of what was just written
    first, second = (pen_digits(each, 20, np.random.default_rng(0))[0] for each in (found, again))
    assert np.array_equal(first, second)
    assert again.writers == found.writers


def test_examples_have_every_label_and_are_read() -> None:
    """As many of each digit; the classifier agrees with nearly all; letters are those that are like no digit."""
    found, random = pool(), np.random.default_rng(0)
    images, labels = pen_digits(found, 100, random)
    assert images.shape == (100, 28, 28)
    assert np.bincount(labels).tolist() == [10] * 10
    assert (DigitClassifier.load().classify_batch(images).digits == labels).mean() > 0.8
    letters = pen_letters(found, 30, random)
    assert letters.shape == (30, 28, 28)
    assert letters.max(axis=(1, 2)).min() == 255
    assert not set(CLEAR_LETTERS) & set("oOlIzZsSgGqbB1")


def test_an_empty_pool_gives_no_examples() -> None:
    """No pens: empty arrays of the same form."""
    images, labels = pen_digits(PenPool(), 50, np.random.default_rng(0))
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)
    assert pen_letters(PenPool(), 50, np.random.default_rng(0)).shape == (0, 28, 28)


def test_writers_of_few_digits_are_drawn_more_often_than_their_digits_are() -> None:
    """One sample beside a hundred of another: the root of its share."""
    many = [digit(3, "abc/ann", seed) for seed in range(100)]
    found = make_pool([*many, digit(3, "abc/bob", 500)], [], [], DigitClassifier.load())
    chosen = balanced(found, np.full(4000, 3), np.random.default_rng(0))
    share = np.isin(chosen, found.writers[1].digits[3]).mean()
    assert share == pytest.approx(1 / 11, abs=0.02)


def test_a_tree_without_letters_gives_digits_and_says_so(tmp_path: Path) -> None:
    """Faults are named, the rest used; a tree without digits is refused."""
    told: list[str] = []
    training, validation = load_pens(write_folder(tmp_path / "pens", TREE), told.append)
    assert len(training.digits) + len(validation.digits) > 0
    assert [line[:28] for line in told if "without" in line] == [
        "UNIPEN without category 1b: ",
        "UNIPEN without category 1c: ",
        "UNIPEN without category 8: e",
    ]
    with pytest.raises(PensError, match="data/1a"):
        load_pens(write_folder(tmp_path / "words", {name: text for name, text in TREE.items() if "/1a/" not in name}))
