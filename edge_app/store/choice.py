"""Which model reads: the flag's, else the store's current one, else the shipped one."""

import argparse
import os
from pathlib import Path

from ..errors import OptionError
from ..model.contract import ModelContract
from ..model.file import ModelFile, read_model
from .store import ModelStore


def chosen_model(options: argparse.Namespace) -> ModelFile[ModelContract]:
    """The model to read with.

    Args:
        options: of a command: model and store, both None if not given.

    Raises:
        ModelError: --model is missing, corrupt or not of this project.
    """
    return ModelStore(store_folder(options.store)).current() if options.model is None else read_model(options.model)


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
