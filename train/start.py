"""Starts `python -m train` and its like; says in one line if their packages are not installed."""

import importlib
import sys

from edge_app.errors import MissingPartError
from edge_app.host.extras import needs

# Those that reading does not need.
PACKAGES = {"tensorflow", "tf_keras", "tensorflow_model_optimization", "h5py", "matplotlib", "rich", "scipy", "skimage"}


def start(name: str) -> int:
    """Runs `python -m NAME`.

    Args:
        name: a package with a module cli.

    Returns:
        The exit code of its main(), or 1 if the extra `train` is not installed.
    """
    try:
        with needs(PACKAGES, f"python -m {name}", "train"):
            code: int = importlib.import_module(f"{name}.cli").main()
    except MissingPartError as error:
        print(f"{name}: error: {error}", file=sys.stderr)
        return 1
    return code
