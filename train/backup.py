"""Backups of a running training, from which the same command continues after a kill, a crash or Ctrl-C."""

import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from edge_app.errors import DigitsError

from .distribution import is_chief, require_agreement

BACKUP_NAME = ".backup"
GO_ON = "run the same command again to continue after the last finished epoch"


class BackupError(DigitsError, ValueError):
    """A backup that cannot be read."""


class Backup:
    """The backups of one training: a folder named after recipe, seed and data, in it one folder for each stage.

    Args:
        output: where the models go; the workers of one training share it if they are to recover from a loss.
        recipe: the training's, a dataclass.
        seed: of everything random.
        data_sha256: of the data, and of the teacher where one is given.
        strategy: only its chief writes here.
    """

    def __init__(self, output: Path, recipe: Any, seed: int, data_sha256: str, strategy: Any) -> None:
        identity = json.dumps([dataclasses.asdict(recipe), seed, data_sha256], sort_keys=True)
        self.strategy = strategy
        self.fingerprint = hashlib.sha256(identity.encode()).hexdigest()[:15]
        self._root = output / BACKUP_NAME
        self.folder = self._root / self.fingerprint
        if not self.folder.exists() and any(self._root.glob("*")):
            print(f"train: starting from scratch: the backup in {self._root} is of another recipe, seed or data")

    def any_epoch(self) -> bool:
        """Whether an epoch was finished."""
        return any(self.folder.glob("*/checkpoint"))

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Adds to Ctrl-C how to continue, if an epoch was finished."""
        try:
            yield
        except KeyboardInterrupt:
            raise KeyboardInterrupt(GO_ON if self.any_epoch() else "") from None

    def stage(self, name: str, model: Any) -> "StageBackup":
        """Restores a compiled model with a built optimizer from an earlier run of the same training, if there was one.

        Raises:
            BackupError: an incomplete backup.
            DistributionError: the workers do not see the same backup.
        """
        stage = StageBackup(self.folder / name, model, is_chief(self.strategy))
        require_agreement(self.strategy, flags=int(self.fingerprint, 16), epochs=stage.epochs)
        if stage.epochs:
            print(f"train: {name}: continuing after epoch {stage.epochs}, from {self._root}")
        return stage

    def remove(self) -> None:
        """Removes it, with the backups of other trainings in the same place: the training is done."""
        shutil.rmtree(self._root, ignore_errors=True)


class StageBackup:
    """Weights, optimizer with its averages, and history after the last finished epoch of one stage.

    Attributes:
        history: each metric after each epoch, of all runs together.
    """

    def __init__(self, folder: Path, model: Any, writes: bool) -> None:
        import tensorflow as tf

        self.history: dict[str, list[float]] = {}
        with tf.device("CPU:0"):
            self._text = tf.Variable("{}", dtype=tf.string)
        # As lists: the quantization wrappers hide some weights from Keras's own tracking.
        self._state = tf.train.Checkpoint(
            weights=list(model.weights), optimizer=list(model.optimizer.variables), history=self._text
        )
        self._folder, self._writes = folder, writes
        self._restore()

    @property
    def epochs(self) -> int:
        """How many epochs are finished."""
        return max(map(len, self.history.values()), default=0)

    def save(self, epoch: int, logs: dict[str, float]) -> None:
        """Keeps the state after an epoch (from 0); the former one stays until this one is written."""
        import tensorflow as tf

        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        self._text.assign(json.dumps(self.history))
        # Saving averages batch normalisation's means over the workers: each must take these very steps.
        with nullcontext(self._folder) if self._writes else tempfile.TemporaryDirectory() as place:
            tf.train.CheckpointManager(self._state, place, max_to_keep=1).save(epoch + 1)

    def _restore(self) -> None:
        import tensorflow as tf

        path = tf.train.latest_checkpoint(self._folder)
        if path is None:
            return
        try:
            self._state.restore(path).assert_existing_objects_matched()
        # TensorFlow's reader raises Python's own errors for files that are cut short.
        except (tf.errors.OpError, AssertionError, ValueError, LookupError, RuntimeError) as error:
            cause = (str(error).splitlines() or ["no message"])[0]
            raise BackupError(
                f"expected a backup of this training in {self._folder}, got {type(error).__name__}: {cause}; "
                "delete the folder to start from scratch"
            ) from error
        self.history = json.loads(self._text.numpy())
