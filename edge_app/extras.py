"""Packages that only some commands need; the project's extras install them."""

import importlib
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from .errors import MissingPartError

# What training, drawing pages and converting import beyond reading's packages.
TRAIN_PARTS = {"tensorflow", "tf_keras", "tensorflow_model_optimization", "h5py", "matplotlib", "rich", "skimage"}


@contextmanager
def needs(packages: Collection[str], what: str, extra: str) -> Iterator[None]:
    """Within the block, one of these packages that is not installed becomes a MissingPartError.

    Args:
        packages: by the names that are imported; any other that is missing is a bug and keeps its traceback.
        what: needs them, for the message.
        extra: of this project, has them.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in packages:
            raise
        raise MissingPartError(
            f"expected {error.name} for {what}, got none installed; try pip install 'digits-edge[{extra}]'"
        ) from error


def run_with_train_parts(name: str) -> int:
    """Runs `python -m NAME`, which needs the extra `train`: its cli.main, or one line if that is not installed.

    Args:
        name: a package with a module cli.

    Returns:
        The exit code.
    """
    try:
        with needs(TRAIN_PARTS, f"python -m {name}", "train"):
            code: int = importlib.import_module(f"{name}.cli").main()
    except MissingPartError as error:
        print(f"{name}: error: {error}", file=sys.stderr)
        return 1
    return code
