"""A machine with nothing but the package index: what needs more is skipped, and said."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convert.report.card import ROOT
from tests.parts import PACKAGES, closing_line, require

# Of the programs that every Debian has, those that tests run.
ESSENTIAL = ("bash", "env", "head", "sh", "sleep")


def test_the_closing_line_counts_and_says_what_to_install() -> None:
    """What is missing most comes first; what no package has is counted all the same."""
    line = closing_line(["Skipped: needs mosquitto, openssl", "Skipped: needs mosquitto, openssl", "Skipped: no /proc"])
    assert line == (
        "skipped 3 tests: 2 need mosquitto, openssl, 1 (no /proc); to run them: apt install mosquitto openssl"
    )
    assert closing_line(["needs gcc, root"]).endswith("apt install gcc libc6-dev, run them as root")


def test_ci_promises_what_it_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing part fails there; each package that tests may ask for is installed."""
    ci = (ROOT / ".ci" / "run").read_text()
    assert [package for each in PACKAGES.values() for package in each.split() if f" {package} " not in ci] == []
    for promised, outcome in (("1", pytest.fail.Exception), ("", pytest.skip.Exception)):
        monkeypatch.setenv("CI_PARTS", promised)
        with pytest.raises(outcome, match="no-such-program"):
            require(["no-such-program"])


@pytest.mark.slow
def test_without_parts_the_rest_passes_and_says_so(tmp_path: Path) -> None:
    """The files whose tests ask for parts, long ones too, with no program on PATH that a user may not have."""
    for program in ESSENTIAL:
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    files = [
        str(path)
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path != Path(__file__) and re.search(r"require\(|import .*\bbrowser\b", path.read_text())
    ]
    assert len(files) > 5
    alone = {**os.environ, "CI_PARTS": "0", "PATH": str(tmp_path), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "", *files]
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    *_, closing, counts = done.stdout.strip().splitlines()
    skipped = re.search(r"(\d+) skipped", counts)
    assert skipped
    assert re.match(rf"skipped {skipped[1]} tests: .* need chromium, .*; to run them: apt install .*mosquitto", closing)
