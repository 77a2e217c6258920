"""One stage of fitting a network of the page, detector or sequence reader: in batches, watched, backed up."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError

from .backup import Backup
from .fitting import History
from .network import load_or_raise
from .optimizer import OptimizerSettings, build_optimizer
from .progress import epoch_progress


class StartError(DigitsError, ValueError):
    """A file that holds no network of this kind to continue from."""


@dataclass(frozen=True)
class Stage:
    """A stage of a training.

    Attributes:
        network: whose, for files and progress: "detector", "sequence".
        name: "float" or "qat".
        learning_rate: AdamW's at the top of its warmed-up cosine schedule.
        epochs: over all examples.
        steps: of an epoch.
    """

    network: str
    name: str
    learning_rate: float
    epochs: int
    steps: int


def load_start(path: Path, like: Any) -> Any:
    """Loads a float network to continue from.

    Args:
        path: of its file.
        like: a network of the same layers.

    Raises:
        StartError: a damaged file, or another network's.
    """
    model = load_or_raise(path, StartError)
    if [tuple(weight.shape) for weight in model.weights] != [tuple(weight.shape) for weight in like.weights]:
        kind = like.name.replace("_", " ")
        raise StartError(f"expected {path} to have the {kind}'s layers, got others; start a new one, without --start")
    return model


def fit_stage(
    model: Any, losses: Any, stage: Stage, recipe: OptimizerSettings, backup: Backup,
    examples: Callable[[range], Any], watched: Any,
) -> History:  # fmt: skip
    """Fits a network in place, from where `backup` is; returns its history from the first epoch on.

    Args:
        model: a Keras model.
        losses: in the order of its outputs.
        stage: what is fitted, and how long.
        recipe: the optimizer's settings.
        backup: follows after each epoch.
        examples: a dataset of some epochs.
        watched: a dataset that nothing is learnt from.
    """
    from tf_keras import callbacks

    model.compile(build_optimizer(model, stage.learning_rate, stage.epochs * stage.steps, recipe), losses)
    kept = backup.stage(f"{stage.network}_{stage.name}", model)
    remaining = range(kept.epochs, stage.epochs)
    title = f"{stage.network} {stage.name}"
    print(f"train: {title}: {model.count_params():,} parameters, {len(remaining)} epochs", flush=True)
    model.fit(
        examples(remaining),
        epochs=stage.epochs,
        initial_epoch=remaining.start,
        steps_per_epoch=stage.steps,
        validation_data=watched,
        callbacks=[
            callbacks.LambdaCallback(on_epoch_end=kept.save),
            *epoch_progress(title, stage.epochs, stage.steps),
        ],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return kept.history


def shuffled(count: int, batch_size: int, epochs: range, seed: int) -> Iterator[NDArray[np.int64]]:
    """Rows of each batch of some epochs, int64 (batch_size,), rising; the last, incomplete batch is left out."""
    for epoch in epochs:
        order = np.random.default_rng([seed, epoch]).permutation(count)
        for start in range(0, count - batch_size + 1, batch_size):
            yield np.sort(order[start : start + batch_size])
