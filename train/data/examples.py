"""Training examples: views of MNIST, each with fresh variations of every digit, drawn digits and non-digits.

Imports no TensorFlow.
"""

import functools
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_app.model.contract import LABELS, NOT_A_DIGIT

from ..progress import tracked
from ..recipe import Recipe
from .allographs import draw_digit
from .augment import augment
from .mnist import Split
from .non_digits import make_non_digits
from .pen_examples import pen_digits, pen_letters
from .pen_pool import PenPool

Targets = NDArray[np.float32]
Batch = tuple[NDArray[np.float32], Targets]
NON_DIGIT = LABELS.index(NOT_A_DIGIT)


@dataclass(frozen=True)
class View:
    """One variation of the training set, shuffled: images uint8 (N, 28, 28), labels int64 (N,), 10 = not a digit."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def to_inputs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Images uint8 (N, 28, 28) as a network takes them: float32 (N, 28, 28, 1) in [0, 1]."""
    return images[..., None].astype(np.float32) / np.float32(255)


def draw_views(digits: Split, recipe: Recipe, seed: int, pens: PenPool | None = None) -> list[View]:
    """Draws `recipe.views` views on all cores, the same for the same seed."""
    # TensorFlow's threads do not survive a fork.
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(recipe.views, os.cpu_count() or 1), mp_context=spawned) as pool:
        draw = functools.partial(draw_view, digits, recipe, seed, pens=pens)
        drawn = pool.map(draw, range(recipe.views))
        return list(tracked(drawn, "drawing examples", recipe.views))


def draw_view(digits: Split, recipe: Recipe, seed: int, number: int, pens: PenPool | None = None) -> View:
    """Draws one view: every digit of the split, and the recipe's shares of drawn digits, pens' and non-digits."""
    random = np.random.default_rng([seed, number])
    drawn_labels = np.arange(round(recipe.drawn_share * len(digits))) % 10
    drawn = [draw_digit(int(digit), random)[None] for digit in drawn_labels]
    non_digits = make_non_digits(
        round(recipe.non_digit_share * len(digits)), int(random.integers(1 << 32)), digits.images, digits.labels
    )
    images = np.concatenate([digits.images, *drawn, non_digits])
    labels = np.concatenate([digits.labels, drawn_labels, np.full(len(non_digits), NON_DIGIT)])
    if pens is not None:
        pen_images, of_pens = pen_digits(pens, round(recipe.pen_share * len(digits)), random)
        letters = pen_letters(pens, round(recipe.pen_letter_share * len(digits)), random)
        images = np.concatenate([images, pen_images, letters])
        labels = np.concatenate([labels, of_pens, np.full(len(letters), NON_DIGIT)])
    order = random.permutation(len(images))
    return View(np.stack([augment(images[index], random, recipe.camera_share) for index in order]), labels[order])


def hard_targets(labels: NDArray[np.int64], smoothing: float) -> Targets:
    """Labels int64 (N,) as probabilities float32 (N, 11), smoothed (Szegedy et al. 2016, arXiv:1512.00567)."""
    targets = np.full((len(labels), len(LABELS)), smoothing / len(LABELS), np.float32)
    targets[np.arange(len(labels)), labels] += 1 - smoothing
    return targets


def batches(
    views: Sequence[View], targets: Sequence[Targets], batch_size: int, epochs: range, seed: int
) -> Iterator[Batch]:
    """Batches of some epochs, inputs float32 (B, 28, 28, 1) and targets float32 (B, 11); one view an epoch, in turn.

    Each epoch has its own order; the last, incomplete batch is left out.
    """
    for epoch in epochs:
        chosen = epoch % len(views)
        images, wanted = views[chosen].images, targets[chosen]
        order = np.random.default_rng([seed, epoch]).permutation(len(images))
        for start in range(0, len(images) - batch_size + 1, batch_size):
            part = order[start : start + batch_size]
            yield to_inputs(images[part]), wanted[part]
