"""`python -m train --from DIR --add DIR`: fine-tunes a trained model on somebody's digits; it keeps what it knew."""

import dataclasses
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError
from edge_app.files.atomic import require_writable
from edge_app.model.file import read_model

from ..backup import Backup
from ..data.examples import Targets, View, draw_views, hard_targets, to_inputs
from ..data.mnist import Mnist, Split, load_mnist
from ..distribution import default_strategy
from ..fitting import Fitting, Trained, predict, set_seed, soft_targets
from ..metrics_file import METRICS_NAME, fine_tuning_metrics, read_metrics
from ..network import load_teacher
from ..progress import tracked
from ..qat import copy_of, quantization_aware
from ..recipe import FineTuningRecipe
from ..report import Results, write
from ..settings import FineTuning
from .crops import load_fine_tuning_set, to_split
from .held_out import prospect, write_proof

FLOAT_NAME, INT8_NAME = "digits_float.h5", "digits_int8.tflite"
Weights = NDArray[np.float32]


class ParentError(DigitsError, ValueError):
    """A folder whose model cannot be fine-tuned."""


@dataclass(frozen=True)
class Replay:
    """What a model must not forget: views of MNIST with non-digits, and its former answers to them."""

    views: list[View]
    targets: list[Targets]


def fine_tune_folder(settings: FineTuning) -> None:
    """Fine-tunes and writes what `python -m convert --int8 --model OUTPUT` takes.

    Args:
        settings: the parent's folder holds digits_float.h5 and its digits_int8.tflite, is not fine-tuned itself, and is
            another one than the output.

    Raises:
        ParentError: no such model, or one that was fine-tuned.
        LabelledFolderError: nothing to learn from.
        DigitsError: MNIST or the output cannot be used.
        KeyboardInterrupt: its message says what is kept.
    """
    started = time.monotonic()
    parent, output, seed, recipe = settings.parent, settings.output, settings.seed, settings.recipe
    require_writable(output)
    digits = load_fine_tuning_set(settings.added)
    parent_sha256, parent_int8 = _check_parent(parent, output)
    mnist = load_mnist(settings.data)
    print(f"train: {len(digits.training)} crops to learn from, {len(digits.held_out)} digits held out for the proof")
    if digits.left_out:
        print(f"train: {digits.left_out} crops left out, as they look like other photos of held-out digits")
    model = load_teacher(parent / FLOAT_NAME)
    print(f"train: {prospect(count_errors(model, to_split(digits.held_out)))}", flush=True)
    backup = Backup(output, recipe, seed, mnist.sha256 + parent_sha256 + digits.sha256, default_strategy())
    with backup.interruptible():
        set_seed(seed)
        replay = draw_replay(mnist.train, model, recipe, seed)
        trained = fine_tune(model, replay, to_split(digits.training), mnist, recipe, seed, backup)
        proof = write_proof(output, digits, parent_sha256, parent_int8)
        write(output, trained, mnist, Results(seed, recipe, mnist.sha256, time.monotonic() - started, proof))
    backup.remove()


def draw_replay(digits: Split, model: Any, recipe: FineTuningRecipe, seed: int) -> Replay:
    """Draws views of MNIST's training digits with non-digits among them, and the model's answers to them."""
    views = draw_views(digits.head(recipe.train_limit or len(digits)), recipe, seed)
    asked = tracked(views, "asking the model", len(views))
    return Replay(views, [soft_targets(model, view, recipe.teacher_share) for view in asked])


def fine_tune(
    parent: Any, replay: Replay, added: Split, mnist: Mnist, recipe: FineTuningRecipe, seed: int, backup: Backup
) -> Trained:
    """Fine-tunes a copy of a float network on new digits among the replay, then its quantization-aware twin.

    Args:
        parent: the trained float network; it is not changed.
        replay: what it must not forget (rehearsal, Robins 1995; its own answers, Li and Hoiem 2016, arXiv:1606.09282).
        added: the new digits; label 10 is "not a digit".
        mnist: the source of the replay; its other digits are watched.
        recipe: the settings.
        seed: of everything random.
        backup: follows after each epoch.
    """
    views, targets = _mixed(replay, added, recipe, seed)
    fit = Fitting(views, mnist.validation, recipe, seed, backup)
    model = copy_of(parent)
    histories = {"float": fit(model, targets, "float", recipe.learning_rate, recipe.float_epochs)}
    _hold_back(parent, model, _watched(mnist, recipe), recipe)
    twin = quantization_aware(model, to_inputs(views[0].images[: recipe.batch_size]))
    histories["qat"] = fit(twin, targets, "qat", recipe.qat_learning_rate, recipe.qat_epochs)
    return Trained(None, model, twin, histories)


def _watched(mnist: Mnist, recipe: FineTuningRecipe) -> Split:
    """Digits that are not replayed: validation's, and of training up to twice as many as are replayed."""
    first = len(mnist.train) if recipe.train_limit is None else recipe.train_limit
    beyond = slice(first, 3 * first)
    parts = mnist.validation, Split(mnist.train.images[beyond], mnist.train.labels[beyond])
    return Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))


def _hold_back(parent: Any, model: Any, watched: Split, recipe: FineTuningRecipe) -> None:
    """Mixes the former weights into a model that has learnt, as large a share as keeps it from forgetting."""
    learnt, errors_before = model.get_weights(), count_errors(parent, watched)
    for kept in recipe.kept_weights:
        model.set_weights(_mean(parent.get_weights(), learnt, kept))
        rise_pp = 100 * (count_errors(model, watched) - errors_before) / len(watched)
        forgot = f"{rise_pp:+.3f} pp of {len(watched):,} other MNIST digits misread"
        print(f"train: with {kept:.0%} of the former weights, {forgot}", flush=True)
        if rise_pp <= recipe.max_rise_pp:
            return


def count_errors(model: Any, digits: Split) -> int:
    """How many digits a Keras model misreads."""
    return int((predict(model, digits.images)[:, :10].argmax(axis=1) != digits.labels).sum())


def _mean(before: list[Weights], after: list[Weights], kept: float) -> list[Weights]:
    return [kept * old + (1 - kept) * new for old, new in zip(before, after, strict=True)]


def _mixed(replay: Replay, added: Split, recipe: FineTuningRecipe, seed: int) -> tuple[list[View], list[Targets]]:
    """Each replayed view with the new digits in it, varied as often as it takes to make up their share."""
    times = max(1, round(recipe.added_share * len(replay.views[0].labels) / len(added)))
    repeated = Split(np.tile(added.images, (times, 1, 1)), np.tile(added.labels, times))
    plain = dataclasses.replace(recipe, drawn_share=0.0, non_digit_share=0.0)
    drawn = draw_views(repeated, plain, seed + 1)
    views = [
        View(np.concatenate([old.images, new.images]), np.concatenate([old.labels, new.labels]))
        for old, new in zip(replay.views, drawn, strict=True)
    ]
    targets = [
        np.concatenate([old, hard_targets(new.labels, recipe.label_smoothing)])
        for old, new in zip(replay.targets, drawn, strict=True)
    ]
    return views, targets


def _check_parent(parent: Path, output: Path) -> tuple[str, bytes]:
    """The float model's hash, and the int8 model that the fine-tuned one must beat."""
    if output.resolve() == parent.resolve():
        raise ParentError(f"expected --output beside {parent}, got that folder itself; choose another")
    try:
        float_sha256 = hashlib.sha256((parent / FLOAT_NAME).read_bytes()).hexdigest()
    except OSError as error:
        raise ParentError(
            f"expected {FLOAT_NAME} in {parent} ({error.strerror}); give the folder of python -m train with --from"
        ) from error
    if fine_tuning_metrics(read_metrics(parent / METRICS_NAME).get("train", {})) is not None:
        raise ParentError(
            f"expected a model that was not fine-tuned, got one in {parent}, which may have learnt the digits held out "
            "now; start --from models/ with all digits in one --add folder"
        )
    int8 = read_model(parent / INT8_NAME)
    if int8.contract.provenance.get("float_sha256", float_sha256) != float_sha256:
        raise ParentError(
            f"expected {INT8_NAME} in {parent} to be of {FLOAT_NAME} there, got one of another training; "
            f"convert it first: python -m convert --int8 --model {parent} --output {parent}"
        )
    return float_sha256, int8.content
