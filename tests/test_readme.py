"""README shows what the commands print."""

import re
import shlex
import subprocess
import sys

from convert.card import ROOT

README = (ROOT / "README.md").read_text()


def test_reading_the_example_prints_what_readme_shows() -> None:
    """README's first command prints the numbers that README says."""
    block = re.search(r"\$ \.venv/bin/python (-m edge_app read tests/\S+)\n(.*?)```", README, re.DOTALL)
    assert block
    done = subprocess.run(
        [sys.executable, *shlex.split(block[1])], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == block[2]


def test_readme_is_short_and_names_real_places() -> None:
    """README keeps to 150 lines, and each path that it names exists."""
    assert len(README.splitlines()) <= 150
    for path in re.findall(r"`((?:train|convert|edge_app|models|tests)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\(([^)h][^)]*)\)", README):
        assert (ROOT / path).exists(), path


def test_ci_runs_the_test_command_that_readme_gives() -> None:
    """What a newcomer is told to run is what must pass before a change lands."""
    assert ".venv/bin/python -m pytest" in README
    assert "python -m pytest" in (ROOT / ".ci" / "run").read_text()
