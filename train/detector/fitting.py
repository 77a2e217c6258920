"""Fitting the detector: the float network, then its quantization-aware twin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backup import Backup
from ..data.mnist import Mnist
from ..data.pen_pool import PenPool
from ..fitting import History, set_seed
from ..page_fitting import Stage, fit_stage, shuffled
from ..precision import bfloat16_convolutions
from ..qat import quantization_aware
from .network import build_detector
from .patches import EMPTY, PATCH_PX, Patches, draw_patches
from .recipe import DetectorRecipe
from .targets import box_loss, centre_loss, label_loss, to_targets

CELLS_HW = (PATCH_PX // 4, PATCH_PX // 4)
LOSSES = {"centre": centre_loss, "box": box_loss, "label": label_loss}
# No training draws its pages from this seed.
VALIDATION_SEED = 1_000_007


@dataclass(frozen=True)
class TrainedDetector:
    """The float network, its quantization-aware twin, and the history of each stage by name."""

    model: Any
    twin: Any
    histories: dict[str, History]


def to_detector_inputs(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Patches uint8 (N, h, w) as the network takes them: float32 (N, h, w, 1) in [0, 1]."""
    return ink[..., None].astype(np.float32) / np.float32(255)


def train_detector(
    mnist: Mnist, recipe: DetectorRecipe, seed: int, backup: Backup, start: Any | None = None,
    pens: tuple[PenPool | None, PenPool | None] = (None, None),
) -> TrainedDetector:  # fmt: skip
    """Draws pages and trains both stages, from where `backup` is.

    Args:
        mnist: pages are written with the training split, those for validation with the validation split.
        recipe: the settings.
        seed: of everything random.
        backup: follows after each epoch.
        start: a trained float network to continue from, instead of a new one.
        pens: UNIPEN's writers for training and for validation.
    """
    set_seed(seed)
    patches = draw_patches(mnist.train, recipe.pages, seed, pens=pens[0])
    watched = draw_patches(mnist.validation, recipe.validation_pages, VALIDATION_SEED, pens=pens[1])
    model = build_detector() if start is None else start
    histories = {}
    with bfloat16_convolutions():
        histories["float"] = _fit(
            model, patches, watched, recipe, seed, backup, ("float", recipe.learning_rate, recipe.float_epochs)
        )
    twin = quantization_aware(model, _calibration_inputs(patches, recipe.batch_size))
    histories["qat"] = _fit(
        twin, patches, watched, recipe, seed, backup, ("qat", recipe.qat_learning_rate, recipe.qat_epochs)
    )
    return TrainedDetector(model, twin, histories)


def _calibration_inputs(patches: Patches, count: int) -> NDArray[np.float32]:
    inputs = to_detector_inputs(patches.ink[:count])
    # The whole range, so that a pixel enters int8 unscaled.
    inputs[0, 0, :2, 0] = 0, 1
    return inputs


def _fit(
    model: Any, patches: Patches, watched: Patches, recipe: DetectorRecipe, seed: int, backup: Backup,
    stage: tuple[str, float, int],
) -> History:  # fmt: skip
    steps, size = len(patches) // recipe.batch_size, recipe.batch_size
    return fit_stage(
        model, _by_output(model), Stage("detector", *stage, steps), recipe, backup,
        lambda epochs: _dataset(patches, size, epochs, seed, varied=True), _dataset(watched, size, range(1), 0),
    )  # fmt: skip


def _by_output(model: Any) -> list[Any]:
    """The losses in the order of the outputs: quantization wrappers rename them."""
    return [next(loss for key, loss in LOSSES.items() if key in name) for name in model.output_names]


def _dataset(patches: Patches, batch_size: int, epochs: range, seed: int, varied: bool = False) -> Any:
    import tensorflow as tf

    def batches() -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
        for part in shuffled(len(patches), batch_size, epochs, seed):
            yield patches.ink[part], patches.boxes[part]

    def prepared(ink: Any, boxes: Any) -> tuple[Any, tuple[Any, ...]]:
        # Most patches have few digits: the rows that all of a batch leave empty would cost more than the network.
        most = tf.reduce_max(tf.reduce_sum(tf.cast(boxes[..., 0] != EMPTY, tf.int32), axis=1))
        targets = to_targets(boxes[:, : tf.maximum(most, 1)], CELLS_HW)
        inputs = tf.cast(ink, tf.float32)[..., None] / 255
        return _varied(inputs) if varied else inputs, tuple(targets[key] for key in LOSSES)

    signature = (
        tf.TensorSpec((batch_size, PATCH_PX, PATCH_PX), tf.uint8),
        tf.TensorSpec((batch_size, *patches.boxes.shape[1:]), tf.float32),
    )
    return tf.data.Dataset.from_generator(batches, output_signature=signature).map(prepared).prefetch(3)


def _varied(inputs: Any) -> Any:
    """Random contrast, curve and grain for each patch in each epoch: float32 (B, h, w, 1) in [0, 1]."""
    import tensorflow as tf

    shape = (tf.shape(inputs)[0], 1, 1, 1)
    # A parabola bends the greys as a gamma does, and costs a tenth of it.
    bend, gain = tf.random.normal(shape, 0, 0.3), tf.exp(tf.random.normal(shape, 0, 0.15))
    # One grain for all patches of a batch, each with its own strength: drawing it anew for each would take as long as
    # training does.
    grain = tf.random.normal((1, *inputs.shape[1:])) * tf.random.uniform(shape, -0.04, 0.04)
    return tf.clip_by_value(inputs * (1 + bend * (1 - inputs)) * gain + grain, 0, 1)
