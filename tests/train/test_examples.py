"""Training examples: varied, seeded, and never what they are not."""

import numpy as np
import pytest

from edge_app.contract import LABELS
from train.augment import CAMERA, augment, handwrite
from train.corruptions import KINDS, SEVERITIES, corrupt
from train.data import Split, load_mnist
from train.examples import NON_DIGIT, Examples
from train.non_digits import make_non_digits
from train.page_maker import draw_page
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


def test_an_epoch_holds_every_digit_and_the_share_of_non_digits() -> None:
    """Labels of an epoch are those of the split, and the share of non-digits; batches follow the epoch."""
    recipe = Recipe(batch_size=16, non_digit_share=0.1)
    examples = Examples(DIGITS, recipe, 0.5, seed=1)
    images, labels = examples.epoch(0)
    assert np.bincount(labels, minlength=len(LABELS)).tolist() == [*np.bincount(DIGITS.labels, minlength=10), 20]
    assert labels.max() == NON_DIGIT
    batches = examples.batches(epochs=2)
    inputs, targets = next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert inputs.shape == (16, 28, 28, 1)
    assert inputs.dtype == np.float32
    assert np.array_equal(np.rint(inputs[..., 0] * 255).astype(np.uint8), images[:16])
    assert np.array_equal(targets, labels[:16])


def test_epochs_differ_and_repeat_with_the_seed() -> None:
    """Each epoch varies the digits anew, in the same way for the same seed."""
    recipe = Recipe(non_digit_share=0.0)
    one, two = (Examples(DIGITS, recipe, 0.5, seed=1).epoch(number) for number in (0, 1))
    assert not np.array_equal(one[0], two[0])
    assert np.array_equal(one[0], Examples(DIGITS, recipe, 0.5, seed=1).epoch(0)[0])


@pytest.mark.parametrize("kind", list(KINDS))
def test_corruptions_grow_with_severity(kind: str) -> None:
    """Each kind changes the image, seeded, and on average more at severity 3 than at 1."""
    images = DIGITS.images[:100]
    damage = [np.abs(corrupt(images, kind, severity).astype(int) - images).mean() for severity in SEVERITIES]
    assert 0 < damage[0] < damage[2]
    assert np.array_equal(corrupt(images, kind, 1), corrupt(images, kind, 1))


def test_drawn_pages_know_their_truth() -> None:
    """The same seed draws the same page; each truth box holds ink darker than the paper around it."""
    digits = Split(DIGITS.images, DIGITS.labels)
    page = draw_page(digits, seed=2)
    assert np.array_equal(page.image, draw_page(digits, seed=2).image)
    assert page.text
    for line in page.lines:
        for digit in line:
            x, y, width, height = digit.box
            inside = page.image[y : y + height, x : x + width].mean(axis=2)
            assert inside.min() < np.median(page.image) - 40
