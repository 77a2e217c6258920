"""Fitting: the float network first, then its quantization-aware twin."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from .data import DataError, Mnist, Split
from .examples import Examples, to_inputs
from .network import save_h5
from .qat import quantization_aware
from .recipe import Recipe

History = dict[str, list[float]]


def set_seed(seed: int) -> None:
    """Makes a training repeatable on the same machine."""
    import tensorflow as tf
    import tf_keras

    tf_keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def fit_float(model: Any, mnist: Mnist, recipe: Recipe, seed: int, checkpoint: Path) -> History:
    """Trains the float network in place; the weights after each epoch lie at `checkpoint`."""
    examples = Examples(_limited(mnist.train, recipe), recipe, recipe.camera_share, seed)
    return _fit(model, examples, mnist.validation, recipe.learning_rate, recipe.float_epochs, recipe, checkpoint)


def fit_quantized(model: Any, mnist: Mnist, recipe: Recipe, seed: int, checkpoint: Path) -> tuple[Any, History]:
    """Fine-tunes the quantization-aware twin of a trained float network; returns the twin and its history."""
    examples = Examples(_limited(mnist.train, recipe), recipe, recipe.qat_camera_share, seed + 1)
    twin = quantization_aware(model, to_inputs(examples.epoch(0, recipe.batch_size)[0]))
    history = _fit(twin, examples, mnist.validation, recipe.qat_learning_rate, recipe.qat_epochs, recipe, checkpoint)
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
    checkpoint: Path,
) -> History:
    import tensorflow as tf
    from tf_keras import callbacks, losses, optimizers

    steps = examples.steps_per_epoch
    if steps == 0:
        raise DataError(
            f"expected at least one batch of {recipe.batch_size} images an epoch, got fewer images; "
            "choose a smaller --batch-size or a larger --train-limit"
        )
    optimizer = optimizers.AdamW(
        _warmed_cosine(learning_rate, epochs * steps),
        weight_decay=recipe.weight_decay,
        use_ema=recipe.ema_momentum > 0,
        ema_momentum=recipe.ema_momentum or None,
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias", "quantize"])
    model.compile(optimizer, _smoothed(losses, recipe.label_smoothing), metrics=["accuracy"])
    batches = tf.data.Dataset.from_generator(
        lambda: examples.batches(epochs),
        output_signature=(tf.TensorSpec((None, 28, 28, 1), tf.float32), tf.TensorSpec((None,), tf.int64)),
    ).prefetch(4)
    history = model.fit(
        batches,
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=(to_inputs(validation.images), validation.labels),
        validation_batch_size=500,
        # Keras's own ModelCheckpoint writes in place: Ctrl-C in the middle would ruin the last good one.
        callbacks=[callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: save_h5(model, checkpoint))],  # noqa: ARG005
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return {name: [float(value) for value in values] for name, values in history.history.items()}


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
