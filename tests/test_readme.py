"""README shows what the commands print."""

import re
import shlex
import subprocess
import sys

from convert.report.card import ROOT

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


def test_the_reading_path_is_numbered_and_short() -> None:
    """Six modules in order, few enough lines to be read in one go, and the tour prints a step for each."""
    path = re.findall(r"^(\d)\. \[([\w/.]+)\]\(\2\): ", README, re.MULTILINE)
    names = [name for _, name in path]
    assert [number for number, _ in path] == list("123456")
    assert sum(len((ROOT / name).read_text().splitlines()) for name in names) <= 700
    tour = (ROOT / "tests" / "tour.py").read_text()
    assert re.findall(r'f?"([\w/]+\.py): ', tour) == names


def test_ci_runs_the_commands_that_readme_gives() -> None:
    """What a newcomer is told to run, in a shell without a venv, is what must pass before a change lands."""
    ci = (ROOT / ".ci" / "run").read_text()
    reading = re.search(r"<\(sed (.*) README\.md\)", ci)
    assert reading
    lines = subprocess.run(
        ["sed", *shlex.split(reading[1]), "README.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert lines == ["python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]'", ".venv/bin/python -m pytest"]
    assert ".venv/bin/python tests/tour.py" in ci
    assert "env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=" in ci
