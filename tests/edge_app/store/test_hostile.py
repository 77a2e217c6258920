"""Networks that nobody means well with: they run in a process that they may crash, whatever the command."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from convert.report.card import ROOT
from edge_app.cli import main
from edge_app.errors import DigitsError, ModelError
from edge_app.host import python_process
from edge_app.model.runtime import installed_runtimes
from edge_app.store import verification
from edge_app.store.choice import named_model
from edge_app.store.verification import try_model

from .hostile import KINDS, hostile
from .models import SHIPPED, variant

PAGE = ROOT / "tests" / "pages" / "example.jpg"


@pytest.fixture
def crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each trial crashes."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr(python_process, "python_command", lambda *_: [sys.executable, "-c", code])


@pytest.mark.skipif("tflite-runtime" not in installed_runtimes(), reason="its crash")
def test_a_model_on_the_command_line_that_crashes_the_interpreter(tmp_path: Path) -> None:
    """A real one: one line and exit code 1, no dead process."""
    path = tmp_path / "cut.tflite"
    path.write_bytes(hostile("cut"))
    command = [sys.executable, "-m", "edge_app", "read", "--runtime", "tflite-runtime", "--model", str(path), str(PAGE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    # It reads beyond its memory: most times that is a crash, now and then an error.
    (line,) = done.stderr.splitlines()
    assert line.startswith("edge_app: error: expected ")
    assert "SIGSEGV" in line or "tflite-runtime can run" in line


@pytest.mark.usefixtures("crashes")
@pytest.mark.parametrize(
    "command",
    ["inspect MODEL", "bench --model MODEL --frames 1", "run --model MODEL --camera PAGE", "read --model MODEL PAGE"],
)
def test_no_command_opens_a_model_that_crashes(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each tries it elsewhere first."""
    path = tmp_path / "model.tflite"
    path.write_bytes(variant(1))
    words = {"MODEL": str(path), "PAGE": str(PAGE)}
    assert main([words.get(word, word) for word in command.split()]) == 1
    assert f"expected {path} to run on this computer, got a crash (SIGSEGV)" in capsys.readouterr().err


@pytest.mark.usefixtures("crashes")
def test_the_shipped_model_needs_no_trial(tmp_path: Path) -> None:
    """Wherever it lies."""
    (tmp_path / "copy.tflite").write_bytes(SHIPPED.content)
    assert named_model(tmp_path / "copy.tflite").sha256 == SHIPPED.sha256


@pytest.mark.parametrize("kind", ["no operators", "greedy"])
def test_what_opens_and_must_not_be_used(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of nothing, and one that takes 600 MB."""
    monkeypatch.setattr(verification, "installed_runtimes", lambda: ("litert",))
    with pytest.raises(ModelError, match=r"expected a model to (run|take at most)"):
        try_model(hostile(kind), "a model")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_network_is_refused_or_reads(kind: str) -> None:
    """Within the time, by one of this project's errors; some changes are harmless, and it reads the golden digits."""
    with contextlib.suppress(DigitsError):
        try_model(hostile(kind), "a model", limit_s=20.0)
