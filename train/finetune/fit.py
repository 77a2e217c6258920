"""`python -m train --from DIR --add DIR`: somebody's own digits taught to a trained model, which keeps what it knew."""

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
from ..metrics_file import METRICS_NAME, read_metrics
from ..network import load_teacher
from ..progress import tracked
from ..qat import copy_of, quantization_aware
from ..recipe import TeachRecipe
from ..report import Results, write
from .crops import load_teaching_set, to_split
from .held_out import prospect, write_proof

FLOAT_NAME, INT8_NAME = "digits_float.h5", "digits_int8.tflite"
Weights = NDArray[np.float32]


class ParentError(DigitsError, ValueError):
    """A folder whose model cannot be taught."""


@dataclass(frozen=True)
class Replay:
    """What a model must not forget: views of MNIST with non-digits, and what it made of them before."""

    views: list[View]
    targets: list[Targets]


def teach_folder(parent: Path, added: Path, output: Path, data: Path | None, seed: int, recipe: TeachRecipe) -> None:
    """Teaches and writes what `python -m convert --int8 --model OUTPUT` takes.

    Args:
        parent: folder with digits_float.h5 and digits_int8.tflite, its own and not taught.
        added: folder of WRITER/LABEL/*.png.
        output: another folder than the parent.
        data: MNIST's place, None for wherever it is found.
        seed: of everything random.
        recipe: the settings.

    Raises:
        ParentError: no such model, or one that was taught.
        LabelledFolderError: nothing to learn from.
        DigitsError: MNIST or the output cannot be used.
        KeyboardInterrupt: with what is kept, for the command line to say.
    """
    started = time.monotonic()
    require_writable(output)
    digits = load_teaching_set(added)
    parent_sha256, parent_int8 = _check_parent(parent, output)
    mnist = load_mnist(data)
    print(f"train: {len(digits.taught)} crops to learn from, {len(digits.held_out)} digits held out for the proof")
    if digits.left_out:
        print(f"train: {digits.left_out} crops left out, as they look like other photos of held-out digits")
    model = load_teacher(parent / FLOAT_NAME)
    print(f"train: {prospect(count_errors(model, to_split(digits.held_out)))}", flush=True)
    backup = Backup(output, recipe, seed, mnist.sha256 + parent_sha256 + digits.sha256, default_strategy())
    with backup.interruptible():
        set_seed(seed)
        replay = draw_replay(mnist.train, model, recipe, seed)
        trained = teach(model, replay, to_split(digits.taught), mnist, recipe, seed, backup)
        taught = write_proof(output, digits, parent_sha256, parent_int8)
        write(output, trained, mnist, Results(seed, recipe, mnist.sha256, time.monotonic() - started, taught))
    backup.remove()


def draw_replay(digits: Split, model: Any, recipe: TeachRecipe, seed: int) -> Replay:
    """Draws views of MNIST's training digits with non-digits among them, and asks the model what it makes of them."""
    views = draw_views(digits.head(recipe.train_limit or len(digits)), recipe, seed)
    asked = tracked(views, "asking the model", len(views))
    return Replay(views, [soft_targets(model, view, recipe.teacher_share) for view in asked])


def teach(
    parent: Any, replay: Replay, added: Split, mnist: Mnist, recipe: TeachRecipe, seed: int, backup: Backup
) -> Trained:
    """Fine-tunes a copy of a float network on new digits among the replay, then its quantization-aware twin.

    Args:
        parent: the trained float network; it stays as it is.
        replay: what it must not forget (rehearsal, Robins 1995; its own answers, Li and Hoiem 2016, arXiv:1606.09282).
        added: the new digits; label 10 is "not a digit".
        mnist: where what was replayed comes from; its other digits are watched.
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


def _watched(mnist: Mnist, recipe: TeachRecipe) -> Split:
    """Digits that are not replayed: validation's, and of training up to twice as many as are replayed."""
    first = len(mnist.train) if recipe.train_limit is None else recipe.train_limit
    beyond = slice(first, 3 * first)
    parts = mnist.validation, Split(mnist.train.images[beyond], mnist.train.labels[beyond])
    return Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))


def _hold_back(parent: Any, model: Any, watched: Split, recipe: TeachRecipe) -> None:
    """Mixes weights of before into a model that has learnt, as many as it takes to forget next to nothing."""
    learnt, errors_before = model.get_weights(), count_errors(parent, watched)
    for kept in recipe.kept_weights:
        model.set_weights(_mean(parent.get_weights(), learnt, kept))
        rise_pp = 100 * (count_errors(model, watched) - errors_before) / len(watched)
        print(
            f"train: with {kept:.0%} of what it was, {rise_pp:+.3f} pp of {len(watched):,} other MNIST digits",
            flush=True,
        )
        if rise_pp <= recipe.max_rise_pp:
            return


def count_errors(model: Any, digits: Split) -> int:
    """How many digits a Keras model reads wrongly."""
    return int((predict(model, digits.images)[:, :10].argmax(axis=1) != digits.labels).sum())


def _mean(before: list[Weights], after: list[Weights], kept: float) -> list[Weights]:
    return [kept * old + (1 - kept) * new for old, new in zip(before, after, strict=True)]


def _mixed(replay: Replay, added: Split, recipe: TeachRecipe, seed: int) -> tuple[list[View], list[Targets]]:
    """Each replayed view with the new digits in it, varied anew so often that they make their share."""
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
    """The float model's hash, and the int8 model that the taught one must beat."""
    if output.resolve() == parent.resolve():
        raise ParentError(f"expected --output beside {parent}, got that folder itself; choose another")
    try:
        float_sha256 = hashlib.sha256((parent / FLOAT_NAME).read_bytes()).hexdigest()
    except OSError as error:
        raise ParentError(
            f"expected {FLOAT_NAME} in {parent} ({error.strerror}); give the folder of python -m train with --from"
        ) from error
    if "taught" in read_metrics(parent / METRICS_NAME).get("train", {}):
        raise ParentError(
            f"expected a model that was not taught yet, got one in {parent}, which may have learnt what is to prove "
            "the next; teach --from models/ with all digits in one --add folder"
        )
    int8 = read_model(parent / INT8_NAME)
    if int8.contract.provenance.get("float_sha256", float_sha256) != float_sha256:
        raise ParentError(
            f"expected {INT8_NAME} in {parent} to be of {FLOAT_NAME} there, got one of another training; "
            f"convert it first: python -m convert --int8 --model {parent} --output {parent}"
        )
    return float_sha256, int8.content
