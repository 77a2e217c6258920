"""Parts that tests need beside Python's packages: missing ones skip a test on a user's machine, and fail it in CI."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def require(programs: Iterable[str], as_root: bool = False) -> None:
    """Skips the test, saying why, unless the programs are there; where CI_PARTS=1 promises them, it fails instead."""
    missing = [program for program in programs if find_program(program) is None]
    if as_root and os.geteuid() != 0:
        missing.append("root")
    if missing and os.environ.get("CI_PARTS") == "1":
        pytest.fail(f"expected {', '.join(missing)}, which .ci/run installs")
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


def find_program(name: str) -> Path | None:
    """A program on PATH or among those for root."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(SBIN))
    return None if found is None else Path(found)
