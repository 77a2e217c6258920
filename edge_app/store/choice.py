"""Which model reads: the flag's, else the store's current one, else the shipped one."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import OptionError
from ..model.classifier import DigitClassifier
from ..model.contract import ModelContract
from ..model.file import ModelFile, read_model, shipped_model_path
from ..model.runtime import CHOICES
from .store import ModelStore
from .verification import require_runs


@dataclass(frozen=True)
class ModelChoice:
    """Which model to read with, and what runs it.

    Attributes:
        path: of a model, which then stays; None for the store's current one, else the shipped one.
        store: folder of the installed models; None for the usual one, see store_folder.
        runtime: one of CHOICES.
        threads: CPU threads, at least 1.

    Raises:
        OptionError: another runtime, or no thread.
    """

    path: Path | None = None
    store: Path | None = None
    runtime: str = "auto"
    threads: int = 1

    def __post_init__(self) -> None:
        if self.runtime not in CHOICES:
            raise OptionError(f"expected a runtime of {', '.join(CHOICES)}, got {self.runtime!r}; choose one of them")
        if self.threads < 1:
            raise OptionError(f"expected 1 or more threads, got {self.threads}; the least is 1")


def chosen_model(choice: ModelChoice) -> ModelFile[ModelContract]:
    """The model to read with; one that nobody has verified has run in another process before.

    Raises:
        ModelError: the model at choice.path is missing, corrupt, not of this project, or crashes.
        RuntimeUnavailableError: no TFLite runtime works here.
    """
    if choice.path is None:
        return ModelStore(store_folder(choice.store)).current()
    return named_model(choice.path, choice.runtime)


def named_model(path: Path, runtime: str = "auto") -> ModelFile[ModelContract]:
    """The model at a path, as chosen_model says; the shipped one needs no trial."""
    model = read_model(path)
    if model.content != shipped_model_path().read_bytes():
        require_runs(model.content, model.source, runtime)
    return model


def chosen_classifier(choice: ModelChoice) -> DigitClassifier:
    """The chosen model, ready to read.

    Raises:
        ModelError: as chosen_model.
        RuntimeUnavailableError: no TFLite runtime works here.
    """
    return DigitClassifier(chosen_model(choice), choice.runtime, choice.threads)


def store_folder(asked: Path | None) -> Path:
    """Where models are installed: --store, else $EDGE_APP_STORE, else systemd's state folder, else XDG's data folder.

    Raises:
        OptionError: none of them is there, not even a home folder.
    """
    if asked is not None:
        return asked
    if os.environ.get("EDGE_APP_STORE"):
        return Path(os.environ["EDGE_APP_STORE"])
    if os.environ.get("STATE_DIRECTORY"):
        return Path(os.environ["STATE_DIRECTORY"].split(":")[0]) / "models"
    try:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    except RuntimeError as error:
        raise OptionError(f"expected a home folder for models, got none ({error}); give --store DIR") from error
    return Path(data) / "digits-edge" / "models"
