"""The installation that README gives for a Raspberry Pi, in an emulated Pi's userland."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from convert.report.card import ROOT
from tests.parts import require

from .commands.test_run_live import NUMBERS

# The emulation takes minutes.
pytestmark = pytest.mark.slow

RUN = ROOT / "tests" / "arm64" / "run"
# What pip builds from, and the page that is read.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "edge_app", "train", "convert", "models", "tests/pages")
INSTALL = "pip install -q -c edge_app/constraints-pi.txt '.[edge]'"
READ = "python -m edge_app read --json --runtime {} /src/tests/pages/example.jpg"
SCRIPT = (
    f"{INSTALL} && cd /tmp && python -c 'import numpy; print(numpy.__version__)'"
    f" && {READ.format('litert')} && {READ.format('tflite-runtime')} && python -m edge_app doctor --json"
    " --camera /src/tests/pages/example.jpg"
)


def copy_sources(place: Path) -> None:
    """What is in this folder, which need not be a clone."""
    place.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.h5", "seeds"))
        else:
            shutil.copy(ROOT / name, place / name)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the commands printed in Debian bookworm for arm64."""
    require(("debootstrap", "qemu-aarch64-static", "update-binfmts"), as_root=True)
    source = tmp_path_factory.mktemp("source") / "checkout"
    copy_sources(source)
    environment = {**os.environ, "PATH": os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])}
    done = subprocess.run(
        [RUN, source, "sh", "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith("WARNING")]


def test_apts_numpy_stays(printed: list[str]) -> None:
    """Pip installs no other numpy over the one that picamera2 was built against."""
    assert printed[0] == "1.24.2"


@pytest.mark.parametrize("line", [1, 2])
def test_both_runtimes_read_on_a_raspberry_pi(printed: list[str], line: int) -> None:
    """README's page, by the aarch64 wheels of litert and tflite-runtime."""
    assert json.loads(printed[line])["text"].split() == NUMBERS


def test_the_doctor_finds_nothing_wrong(printed: list[str]) -> None:
    """No failure, with a picture for a camera."""
    findings = json.loads("\n".join(printed[3:]))
    assert findings
