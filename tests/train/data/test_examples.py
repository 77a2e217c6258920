"""Training examples: varied, seeded, and never what they are not."""

import numpy as np
import pytest

from edge_app import DigitClassifier
from edge_app.model.contract import LABELS
from tests.train.pen_writers import digits_of, word
from train.data.augment import CAMERA, augment, handwrite
from train.data.corruptions import KINDS, SEVERITIES, corrupt
from train.data.examples import NON_DIGIT, View, batches, draw_view, draw_views, hard_targets, to_inputs
from train.data.mnist import load_mnist
from train.data.non_digits import make_non_digits
from train.data.pen_pool import make_pool
from train.recipe import Recipe

DIGITS = load_mnist().train.head(200)


@pytest.mark.parametrize("damage", [handwrite, *dict.fromkeys(CAMERA)], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("grey", [0, 255])
def test_every_variation_takes_any_image(damage, grey) -> None:  # type: ignore[no-untyped-def]
    """Blank and full images come out as uint8 (28, 28) too."""
    random = np.random.default_rng(0)
    for _ in range(20):
        varied = damage(np.full((28, 28), grey, np.uint8), random)
        assert varied.shape == (28, 28)
        assert varied.dtype == np.uint8


def test_augmentation_is_seeded_and_changes_images() -> None:
    """The same seed varies alike, another one differently, and the original is left alone."""
    image = DIGITS.images[0].copy()
    first, again, other = (augment(image, np.random.default_rng(seed), 1.0) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(image, DIGITS.images[0])


def test_handwriting_keeps_most_ink() -> None:
    """Hand and pen variations leave a digit to be read, not a blank field."""
    random = np.random.default_rng(0)
    ink = [handwrite(image, random).sum() / image.sum() for image in DIGITS.images]
    assert np.quantile(ink, 0.02) > 0.15


def test_non_digits_are_seeded_and_not_the_digits() -> None:
    """The same seed draws the same; no digit slips in whole."""
    first, again = (make_non_digits(150, 5, DIGITS.images, DIGITS.labels) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == (150, 28, 28)
    assert not any((image == DIGITS.images).all(axis=(1, 2)).any() for image in first)


def test_non_digits_show_something() -> None:
    """Hardly any is blank: only plain paper, one of the textures, may be."""
    drawn = make_non_digits(300, 6, DIGITS.images, DIGITS.labels)
    assert drawn.dtype == np.uint8
    assert np.mean(drawn.max(axis=(1, 2)) < 60) < 0.05


def test_a_view_holds_every_digit_and_the_shares_of_the_others() -> None:
    """Labels are those of the split, of the digits drawn from shapes, evenly, and of non-digits."""
    view = draw_view(DIGITS, Recipe(drawn_share=0.2, non_digit_share=0.1), 1, 0)
    expected = [*(np.bincount(DIGITS.labels, minlength=10) + 4), 20]
    assert np.bincount(view.labels, minlength=len(LABELS)).tolist() == expected
    assert view.labels.max() == NON_DIGIT
    assert view.images.shape == (260, 28, 28)
    assert view.images.dtype == np.uint8


def test_a_pool_adds_its_shares_and_no_pool_changes_nothing() -> None:
    """Pens' digits evenly, letters as non-digits; without shares or without a pool the view is as it was."""
    letters = [word(letter, "abc/ann") for letter in "adhkmnrt"]
    pens = make_pool(digits_of("abc/ann"), letters, [], DigitClassifier.load())
    recipe = Recipe(drawn_share=0, non_digit_share=0, pen_share=0.1, pen_letter_share=0.05)
    view = draw_view(DIGITS, recipe, 1, 0, pens)
    expected = [*(np.bincount(DIGITS.labels, minlength=10) + 2), 10]
    assert np.bincount(view.labels, minlength=len(LABELS)).tolist() == expected
    plain = draw_view(DIGITS, Recipe(), 1, 0)
    for again in (draw_view(DIGITS, Recipe(), 1, 0, pens), draw_view(DIGITS, Recipe().with_pens(), 1, 0)):
        assert np.array_equal(again.images, plain.images)


def test_views_differ_and_repeat_with_the_seed() -> None:
    """Each view varies the digits anew; all processes together draw what one draws alone."""
    recipe = Recipe(views=2)
    views = draw_views(DIGITS, recipe, seed=1)
    assert not np.array_equal(views[0].images, views[1].images)
    for number, view in enumerate(views):
        alone = draw_view(DIGITS, recipe, 1, number)
        assert np.array_equal(view.images, alone.images)
        assert np.array_equal(view.labels, alone.labels)


def test_batches_take_the_views_in_turn_each_image_once_an_epoch() -> None:
    """Epoch 2 of two views begins again with the first, in another order, and input and target stay together."""
    labels = np.arange(10)
    views = [View(np.full((10, 28, 28), number * 10, np.uint8) + labels[:, None, None].astype(np.uint8), labels)
             for number in range(2)]  # fmt: skip
    targets = [hard_targets(view.labels, 0) for view in views]
    drawn = list(batches(views, targets, 5, range(1, 4), seed=0))
    assert len(drawn) == 6
    for start, number in ((0, 1), (2, 0), (4, 1)):
        inputs, wanted = (np.concatenate(parts) for parts in zip(*drawn[start : start + 2], strict=True))
        assert np.array_equal(np.sort(wanted.argmax(axis=1)), labels)
        assert np.array_equal(inputs, to_inputs(views[number].images[wanted.argmax(axis=1)]))
    assert not np.array_equal(drawn[0][1], drawn[4][1])


def test_hard_targets_are_probabilities() -> None:
    """Smoothing takes from the label's own what it gives to all."""
    targets = hard_targets(np.array([3, NON_DIGIT]), 0.11)
    assert targets.sum(axis=1) == pytest.approx([1, 1])
    assert targets[0, 3] == targets[1, NON_DIGIT] == pytest.approx(0.9)
    assert targets[0, 4] == pytest.approx(0.01)


@pytest.mark.parametrize("kind", list(KINDS))
def test_corruptions_grow_with_severity(kind: str) -> None:
    """Each kind changes the image, seeded, and on average more at severity 3 than at 1."""
    images = DIGITS.images[:100]
    damage = [np.abs(corrupt(images, kind, severity).astype(int) - images).mean() for severity in SEVERITIES]
    assert 0 < damage[0] < damage[2]
    assert np.array_equal(corrupt(images, kind, 1), corrupt(images, kind, 1))
