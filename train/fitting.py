"""Fitting: a wide teacher, the float network that learns from it, then its quantization-aware twin."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.model.classifier import softmax

from .backup import Backup
from .data.examples import Targets, View, batches, draw_views, hard_targets, to_inputs
from .data.mnist import DataError, Mnist, Split
from .data.pen_pool import PenPool
from .distribution import distributed
from .network import NETWORKS, build_network
from .optimizer import build_optimizer
from .precision import bfloat16_convolutions
from .progress import epoch_progress, tracked
from .qat import copy_of, quantization_aware
from .recipe import Recipe

History = dict[str, list[float]]


@dataclass(frozen=True)
class Trained:
    """The teacher, the float network, its quantization-aware twin, and the history of each stage by name."""

    teacher: Any | None
    model: Any
    twin: Any
    histories: dict[str, History]


def set_seed(seed: int) -> None:
    """Makes a training repeatable on the same machine."""
    import tensorflow as tf
    import tf_keras

    tf_keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def train(
    mnist: Mnist, recipe: Recipe, seed: int, backup: Backup, teacher: Any | None = None, pens: PenPool | None = None
) -> Trained:
    """Trains all stages of a recipe, from where `backup` is.

    Args:
        mnist: the training split is learnt from, the validation split watched.
        recipe: the settings.
        seed: of everything random.
        backup: follows after each epoch.
        teacher: a trained one, used instead of training one.
        pens: UNIPEN's writers for training, for the recipe's shares of them.

    Raises:
        DataError: the recipe leaves less than one batch.
        BackupError: an incomplete backup.
        DistributionError: workers that cannot train together.
    """
    set_seed(seed)
    digits = mnist.train if recipe.train_limit is None else mnist.train.head(recipe.train_limit)
    _require_a_batch(digits, recipe)
    views = draw_views(digits, recipe, seed, pens)
    fit = Fitting(views, mnist.validation, recipe, seed, backup)
    histories = {}
    targets = [hard_targets(view.labels, recipe.label_smoothing) for view in views]
    if recipe.teacher_epochs and teacher is None:
        teacher = build_network(recipe.teacher_width)
        with bfloat16_convolutions():
            histories["teacher"] = fit(teacher, targets, "teacher", recipe.teacher_learning_rate, recipe.teacher_epochs)
    if teacher is not None:
        asked = tracked(views, "asking the teacher", len(views))
        targets = [soft_targets(teacher, view, recipe.teacher_share) for view in asked]
    model = NETWORKS[recipe.network]()
    with bfloat16_convolutions():
        histories["float"] = fit(model, targets, "float", recipe.learning_rate, recipe.float_epochs)
    twin = quantization_aware(model, to_inputs(views[0].images[: recipe.batch_size]))
    if recipe.qat_parent_share:
        seen = views[: recipe.qat_epochs]
        asked = tracked(seen, "asking the float network", len(seen))
        targets = [soft_targets(model, view, recipe.qat_parent_share) for view in asked]
    histories["qat"] = fit(twin, targets, "qat", recipe.qat_learning_rate, recipe.qat_epochs)
    return Trained(teacher, model, twin, histories)


def soft_targets(teacher: Any, view: View, share: float) -> Targets:
    """The teacher's probabilities for a view, and the labels' for the rest of 1: float32 (N, 11)."""
    soft = softmax(predict(teacher, view.images))
    return np.asarray(share * soft + (1 - share) * hard_targets(view.labels, 0), np.float32)


def predict(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A Keras model's logits for images uint8 (N, 28, 28): float32 (N, 11)."""
    # In parts: the inputs of a whole view would be a quarter of a gigabyte.
    parts = np.array_split(images, max(1, len(images) // 10_000))
    logits = [model.predict(to_inputs(part), batch_size=500, verbose=0) for part in parts]
    return np.asarray(np.concatenate(logits), np.float32)


@dataclass(frozen=True)
class Fitting:
    """Fits networks to views, one stage after the other; called with a network, it trains that in place.

    Attributes:
        views: the examples, one view an epoch in turn.
        validation: watched.
        recipe: the settings.
        seed: of the order.
        backup: follows after each epoch.
    """

    views: Sequence[View]
    validation: Split
    recipe: Recipe
    seed: int
    backup: Backup

    def __call__(
        self, model: Any, targets: Sequence[Targets], stage: str, learning_rate: float, epochs: int
    ) -> History:
        """Fits a model in place, on all replicas; returns its history from the first epoch on."""
        import tensorflow as tf
        from tf_keras import callbacks, losses

        strategy, size = self.backup.strategy, self.recipe.batch_size
        steps = len(self.views[0].labels) // size
        with strategy.scope():
            replica = copy_of(model) if tf.distribute.has_strategy() else model
            optimizer = build_optimizer(replica, learning_rate, epochs * steps, self.recipe)
            replica.compile(optimizer, losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        kept = self.backup.stage(stage, replica)
        remaining = range(kept.epochs, epochs)
        print(f"train: {stage}: {model.count_params():,} parameters, {len(remaining)} epochs", flush=True)
        replica.fit(
            distributed(strategy, lambda: batches(self.views, targets, size, remaining, self.seed), size),
            epochs=epochs,
            initial_epoch=remaining.start,
            steps_per_epoch=steps,
            validation_data=(to_inputs(self.validation.images), hard_targets(self.validation.labels, 0)),
            validation_batch_size=500,
            callbacks=[callbacks.LambdaCallback(on_epoch_end=kept.save), *epoch_progress(stage, epochs, steps)],
            verbose=1 if sys.stdout.isatty() else 2,
        )
        if replica is not model:
            model.set_weights(replica.get_weights())
        return kept.history


def _require_a_batch(digits: Split, recipe: Recipe) -> None:
    if len(digits) < recipe.batch_size:
        raise DataError(
            f"expected at least one batch of {recipe.batch_size} images an epoch, got {len(digits)} images; "
            "choose a smaller --batch-size or a larger --train-limit"
        )
