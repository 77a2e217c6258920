"""A runtime that does not work must not pass unnoticed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convert.errors import VerificationError
from convert.prove.runtimes import installed_runtimes, logits_on_runtime
from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract, shipped_model_path

IMAGES = {"some": np.zeros((3, 28, 28), np.uint8), "one": np.full((1, 28, 28), 255, np.uint8)}


@pytest.mark.parametrize("runtime", installed_runtimes())
def test_each_array_gives_its_logits(runtime: str) -> None:
    """Names and counts are kept."""
    logits = logits_on_runtime(runtime, shipped_model_path().read_bytes(), IMAGES)
    assert {name: array.shape for name, array in logits.items()} == {"some": (3, 11), "one": (1, 11)}
    assert np.array_equal(logits["some"][0], logits["some"][2])


@pytest.mark.parametrize("runtime", installed_runtimes())
def test_a_model_that_is_refused_is_an_error(runtime: str) -> None:
    """The error names the runtime, not the process's exit code."""
    with pytest.raises(VerificationError, match=f"expected {runtime} to run the model, got: expected a model"):
        logits_on_runtime(runtime, embed_contract(b"\x1c\0\0\0TFL3" + bytes(64), ModelContract()), IMAGES)


def test_a_crash_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that a signal ended is reported as such."""

    def crash(*arguments: object, **options: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess([], -11, "", "")

    monkeypatch.setattr(subprocess, "run", crash)
    with pytest.raises(VerificationError, match="SIGSEGV"):
        logits_on_runtime("litert", b"", IMAGES)


def test_no_runtime_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has both packages."""
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    with pytest.raises(VerificationError, match="pip install ai-edge-litert or pip install tflite-runtime"):
        installed_runtimes()


def test_the_child_process_is_as_light_as_a_pi() -> None:
    """It imports numpy and edge_app: no TensorFlow, no packages of the workstation."""
    heavy = {"tensorflow", "tf_keras", "rich", "matplotlib", "train"}
    code = f"import sys, convert.prove.child; sys.exit(', '.join({heavy!r} & set(sys.modules)) or 0)"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
