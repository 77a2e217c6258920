"""The stream of training examples: digits varied anew each epoch, and non-digits among them. Imports no TensorFlow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from edge_app.contract import LABELS, NOT_A_DIGIT

from .augment import augment
from .data import Split
from .non_digits import make_non_digits
from .recipe import Recipe
from .regional import regional

Batch = tuple[NDArray[np.float32], NDArray[np.int64]]
NON_DIGIT = LABELS.index(NOT_A_DIGIT)
# Non-digits are drawn once and varied each epoch: drawing costs more than varying.
NON_DIGIT_POOL = 2


def to_inputs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Images uint8 (N, 28, 28) as a network takes them: float32 (N, 28, 28, 1) in [0, 1]."""
    return images[..., None].astype(np.float32) / np.float32(255)


class Examples:
    """A stream of batches, the same for the same seed.

    Args:
        digits: the training split.
        recipe: for the shares and the batch size.
        camera_share: chance of camera damage, in [0, 1].
        seed: of everything random in it.
    """

    def __init__(self, digits: Split, recipe: Recipe, camera_share: float, seed: int) -> None:
        non_digits = round(recipe.non_digit_share * len(digits))
        pool = make_non_digits(non_digits * NON_DIGIT_POOL, seed, digits.images, digits.labels)
        self._digits, self._pool, self._non_digits = digits, pool, non_digits
        self._camera_share, self._regional_share = camera_share, recipe.regional_share
        self._seed, self._batch_size = seed, recipe.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch; the rest that fills no batch is left out."""
        return (len(self._digits) + self._non_digits) // self._batch_size

    def epoch(self, number: int, count: int | None = None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The first `count` examples of one epoch in its random order, or all: uint8 (N, 28, 28), labels int64 (N,)."""
        random = np.random.default_rng([self._seed, number])
        chosen = self._pool[random.permutation(len(self._pool))[: self._non_digits]]
        images = np.concatenate([self._digits.images, chosen])
        labels = np.concatenate([self._digits.labels, np.full(self._non_digits, NON_DIGIT, np.int64)])
        order = random.permutation(len(images))[:count]
        return np.stack([self._varied(images[index], labels[index], random) for index in order]), labels[order]

    def _varied(self, image: NDArray[np.uint8], label: int, random: np.random.Generator) -> NDArray[np.uint8]:
        if random.random() < self._regional_share:
            image = regional(image, label, random)
        return augment(image, random, self._camera_share)

    def batches(self, epochs: int, first: int = 0) -> Iterator[Batch]:
        """Batches of the epochs from `first` (from 0) to before `epochs`; the next epoch is made meanwhile.

        Yields inputs float32 (B, 28, 28, 1) and labels int64 (B,).
        """
        with ThreadPoolExecutor(1) as maker:
            coming = maker.submit(self.epoch, first)
            for following in range(first + 1, epochs + 1):
                images, labels = coming.result()
                if following < epochs:
                    coming = maker.submit(self.epoch, following)
                for step in range(self.steps_per_epoch):
                    part = slice(step * self._batch_size, (step + 1) * self._batch_size)
                    yield to_inputs(images[part]), labels[part]
