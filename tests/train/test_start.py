"""Where what training needs is not installed."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("package", "missing", "arguments"),
    [
        ("train", "rich.console", ["--add", "none"]),
        ("train.pages", "skimage.morphology", ["none.png"]),
        ("convert", "rich.console", ["--int8"]),
    ],
)
def test_what_training_needs_is_one_clear_line(package: str, missing: str, arguments: list[str]) -> None:
    """As in a venv that only reads pages, which README makes first."""
    without = f"import runpy, sys; sys.modules[{missing!r}] = None; runpy.run_module({package!r}, run_name='__main__')"
    command = [sys.executable, "-c", without, *arguments, "--data", "none"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        f"{package}: error: expected {missing} for python -m {package}, got none installed; "
        "try pip install 'digits-edge[train]'\n",
    )
