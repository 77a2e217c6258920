"""Another Python that imports this very package, wherever it lies."""

import os
import sys
from pathlib import Path


def python_command(*arguments: str) -> list[str]:
    """This interpreter with arguments; the folder that it is started in is not searched for modules."""
    return [sys.executable, "-P", *arguments]


def python_environment() -> dict[str, str]:
    """This process's environment, with this package's folder ahead on PYTHONPATH."""
    paths = [str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
