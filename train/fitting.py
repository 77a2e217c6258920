"""Fitting: the float network first, then its quantization-aware twin."""

import sys
from typing import Any

import numpy as np

from .backup import Backup
from .data import DataError, Mnist, Split
from .distribution import distributed
from .examples import Examples, to_inputs
from .qat import copy_of, quantization_aware
from .recipe import Recipe

History = dict[str, list[float]]


def set_seed(seed: int) -> None:
    """Makes a training repeatable on the same machine."""
    import tensorflow as tf
    import tf_keras

    tf_keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def fit_float(model: Any, mnist: Mnist, recipe: Recipe, seed: int, backup: Backup) -> History:
    """Trains the float network in place, from where `backup` is; `backup` follows after each epoch."""
    examples = Examples(_limited(mnist.train, recipe), recipe, recipe.camera_share, seed)
    return _fit(model, examples, mnist.validation, recipe.learning_rate, recipe.float_epochs, recipe, backup, "float")


def fit_quantized(model: Any, mnist: Mnist, recipe: Recipe, seed: int, backup: Backup) -> tuple[Any, History]:
    """Fine-tunes the quantization-aware twin of a trained float network; returns the twin and its history."""
    examples = Examples(_limited(mnist.train, recipe), recipe, recipe.qat_camera_share, seed + 1)
    twin = quantization_aware(model, to_inputs(examples.epoch(0, recipe.batch_size)[0]))
    history = _fit(twin, examples, mnist.validation, recipe.qat_learning_rate, recipe.qat_epochs, recipe, backup, "qat")
    return twin, history


def predict(model: Any, split: Split) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A Keras model's logits for a split, float32 (N, 11)."""
    return np.asarray(model.predict(to_inputs(split.images), batch_size=500, verbose=0), np.float32)


def _fit(
    model: Any,
    examples: Examples,
    validation: Split,
    learning_rate: float,
    epochs: int,
    recipe: Recipe,
    backup: Backup,
    stage: str,
) -> History:
    import tensorflow as tf
    from tf_keras import callbacks

    steps = examples.steps_per_epoch
    if steps == 0:
        raise DataError(
            f"expected at least one batch of {recipe.batch_size} images an epoch, got fewer images; "
            "choose a smaller --batch-size or a larger --train-limit"
        )
    strategy = backup.strategy
    with strategy.scope():
        replica = copy_of(model) if tf.distribute.has_strategy() else model
        _compile(replica, _warmed_cosine(learning_rate, epochs * steps), recipe)
    kept = backup.stage(stage, replica)
    first = kept.epochs
    replica.fit(
        distributed(strategy, lambda: examples.batches(epochs, first), recipe.batch_size),
        epochs=epochs,
        initial_epoch=first,
        steps_per_epoch=steps,
        validation_data=(to_inputs(validation.images), validation.labels),
        validation_batch_size=500,
        callbacks=[callbacks.LambdaCallback(on_epoch_end=kept.save)],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    if replica is not model:
        model.set_weights(replica.get_weights())
    return kept.history


def _compile(model: Any, schedule: Any, recipe: Recipe) -> None:
    from tf_keras import losses, optimizers

    optimizer = optimizers.AdamW(
        schedule,
        weight_decay=recipe.weight_decay,
        use_ema=recipe.ema_momentum > 0,
        ema_momentum=recipe.ema_momentum or None,
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias", "quantize"])
    # Keras builds it at the first step, but a backup is restored before.
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, _smoothed(losses, recipe.label_smoothing), metrics=["accuracy"])


def _warmed_cosine(learning_rate: float, steps: int) -> Any:
    from tf_keras.optimizers.schedules import CosineDecay

    warmup = min(300, steps // 10)
    return CosineDecay(learning_rate / 20, steps - warmup, warmup_target=learning_rate, warmup_steps=warmup)


def _smoothed(losses: Any, smoothing: float) -> Any:
    """Cross-entropy from logits with smoothed labels; Keras's own smoothing takes one-hot labels only."""
    import tensorflow as tf

    def cross_entropy(labels: Any, logits: Any) -> Any:
        one_hot = tf.one_hot(tf.reshape(tf.cast(labels, tf.int32), [-1]), logits.shape[-1])
        return losses.categorical_crossentropy(one_hot, logits, from_logits=True, label_smoothing=smoothing)

    return cross_entropy


def _limited(split: Split, recipe: Recipe) -> Split:
    return split if recipe.train_limit is None else split.head(recipe.train_limit)
