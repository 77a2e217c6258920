"""Fitting the sequence reader: the float network, then its quantization-aware twin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backup import Backup
from ..fitting import History, set_seed
from ..page_fitting import Stage, fit_stage, shuffled
from ..precision import bfloat16_convolutions
from ..qat import quantization_aware
from .loss import sequence_loss
from .network import build_sequence_reader
from .pool import Pool
from .recipe import SequenceRecipe
from .strips import COLUMNS, MAX_DIGITS, Strips, draw_strips

# No training draws its numbers from this seed.
VALIDATION_SEED = 1_000_011


@dataclass(frozen=True)
class TrainedSequence:
    """What a training gives.

    Attributes:
        model: the float network.
        twin: its quantization-aware twin.
        histories: of each stage by name.
        watched: strips of other writers, which nothing was learnt from.
    """

    model: Any
    twin: Any
    histories: dict[str, History]
    watched: Strips


def train_sequence(
    pool: Pool, others: Pool, recipe: SequenceRecipe, seed: int, backup: Backup, start: Any | None = None
) -> TrainedSequence:
    """Draws numbers and trains both stages, from where `backup` is.

    Args:
        pool: the pens to learn from.
        others: those of other writers, to watch.
        recipe: the settings.
        seed: of everything random.
        backup: follows after each epoch.
        start: a trained float network to continue from, instead of a new one.
    """
    set_seed(seed)
    strips = draw_strips(pool, recipe.strips, seed)
    watched = draw_strips(others, recipe.validation_strips, VALIDATION_SEED)
    model = build_sequence_reader() if start is None else start
    histories = {}
    with bfloat16_convolutions():
        histories["float"] = _fit(
            model, strips, watched, recipe, seed, backup, ("float", recipe.learning_rate, recipe.float_epochs)
        )
    first = strips.ink[: recipe.batch_size]
    inputs = first[..., None].astype(np.float32) / np.float32(255)
    # The whole range, so that a pixel enters int8 unscaled.
    inputs[0, 0, :2, 0] = 0, 1
    twin = quantization_aware(model, inputs)
    histories["qat"] = _fit(
        twin,
        strips.first(recipe.qat_strips),
        watched,
        recipe,
        seed,
        backup,
        ("qat", recipe.qat_learning_rate, recipe.qat_epochs),
    )
    return TrainedSequence(model, twin, histories, watched)


def _fit(
    model: Any, strips: Strips, watched: Strips, recipe: SequenceRecipe, seed: int, backup: Backup,
    stage: tuple[str, float, int],
) -> History:  # fmt: skip
    steps, size = len(strips) // recipe.batch_size, recipe.batch_size
    return fit_stage(
        model, sequence_loss, Stage("sequence", *stage, steps), recipe, backup,
        lambda epochs: _dataset(strips, size, epochs, seed, varied=True), _dataset(watched, size, range(1), 0),
    )  # fmt: skip


def _dataset(strips: Strips, batch_size: int, epochs: range, seed: int, varied: bool = False) -> Any:
    import tensorflow as tf

    truth = np.concatenate([strips.texts, strips.columns], axis=1).astype(np.int32)

    def batches() -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int32]]]:
        for part in shuffled(len(strips), batch_size, epochs, seed):
            yield strips.ink[part], truth[part]

    def prepared(ink: Any, wanted: Any) -> tuple[Any, Any]:
        inputs = tf.cast(ink, tf.float32)[..., None] / 255
        return _varied(inputs) if varied else inputs, wanted

    signature = (
        tf.TensorSpec((batch_size, *strips.ink.shape[1:]), tf.uint8),
        tf.TensorSpec((batch_size, MAX_DIGITS + COLUMNS), tf.int32),
    )
    return tf.data.Dataset.from_generator(batches, output_signature=signature).map(prepared).prefetch(3)


def _varied(inputs: Any) -> Any:
    """Another contrast and curve for each strip, a grain and a step for all: float32 (B, h, w, 1) in [0, 1]."""
    import tensorflow as tf

    shape = (tf.shape(inputs)[0], 1, 1, 1)
    # A parabola bends the greys as a gamma does, and costs a tenth of it.
    bend, gain = tf.random.normal(shape, 0, 0.25), tf.exp(tf.random.normal(shape, 0, 0.12))
    moved = tf.roll(inputs, tf.random.uniform((), -1, 2, tf.int32), axis=1)
    # One grain for all strips of a batch, each with its own strength: drawing it anew for each would take as long as
    # training does.
    grain = tf.random.normal((1, *inputs.shape[1:])) * tf.random.uniform(shape, -0.04, 0.04)
    return tf.clip_by_value(moved * (1 + bend * (1 - moved)) * gain + grain, 0, 1)
