"""Both runtimes behind one door: which is taken, and what is said where none works."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.errors import ModelError, RuntimeUnavailableError
from edge_app.model.file import shipped_model_path
from edge_app.model.runtime import CHOICES, MODULES, PACKAGES, RUNTIMES, open_interpreter

ROOT = Path(__file__).parents[3]
# In a process of its own: tflite-runtime fails in one that has loaded TensorFlow, as other tests do.
OPEN = """
import sys
from edge_app.model.file import read_model
from edge_app.model.runtime import open_interpreter
opened = open_interpreter(read_model(sys.argv[1]).content, sys.argv[2])
print(opened.runtime, opened.interpreter.get_output_details()[0]["shape"].tolist())
"""


class CountingInterpreter:
    """Takes any model, and counts what is done with it."""

    def __init__(self, model_content: bytes, num_threads: int) -> None:
        self.content, self.threads = model_content, num_threads
        self.allocated = self.invoked = 0

    def allocate_tensors(self) -> None:
        """Counts."""
        self.allocated += 1

    def get_input_details(self) -> list[dict[str, Any]]:
        """One int8 image."""
        return [{"index": 0, "shape": np.array([1, 28, 28, 1]), "dtype": np.int8}]

    def set_tensor(self, index: int, value: NDArray[np.int8]) -> None:
        """Checks that what comes in fits the details."""
        assert (index, value.shape) == (0, (1, 28, 28, 1))
        assert value.dtype == np.int8

    def invoke(self) -> None:
        """Counts."""
        self.invoked += 1


def failing(error: Exception) -> Callable[..., NoReturn]:
    """A stand-in for Interpreter that raises when it is built."""

    def build(**_: object) -> NoReturn:
        raise error

    return build


def install(monkeypatch: pytest.MonkeyPatch, **interpreters: object) -> None:
    """Makes these the only runtimes: `litert` and `tflite_runtime`, each an Interpreter."""
    for name, module_name in MODULES.items():
        interpreter = interpreters.get(name.replace("-", "_"))
        module = ModuleType(module_name)
        module.Interpreter = interpreter  # type: ignore[attr-defined]
        # None makes the import system say that there is no such module.
        monkeypatch.setitem(sys.modules, module_name, module if interpreter else None)


def installed(runtime: str) -> bool:
    """Whether the package of a runtime is importable in a fresh process."""
    code = f"import {MODULES[runtime]}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("runtime", CHOICES)
def test_each_runtime_loads_the_shipped_model(runtime: str) -> None:
    """The ZIP tail with the contract disturbs no interpreter; "auto" takes the first that is there."""
    candidates = [name for name in RUNTIMES if runtime in ("auto", name) and installed(name)]
    if not candidates:
        pytest.skip(f"{runtime} is not installed here")
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(shipped_model_path()), runtime],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == f"{candidates[0]} [1, 11]\n", done.stderr
    assert done.stderr == ""


def test_an_unknown_name_lists_the_known() -> None:
    """A runtime that does not exist is refused with what does."""
    with pytest.raises(RuntimeUnavailableError, match="out of auto, litert, tflite-runtime, got 'onnx'"):
        open_interpreter(b"", "onnx")


def test_a_runtime_is_proven_by_one_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import proves nothing: the interpreter is built with the arguments, allocated and invoked once."""
    install(monkeypatch, litert=CountingInterpreter)
    opened = open_interpreter(b"model", "litert", threads=3)
    interpreter = opened.interpreter
    assert isinstance(interpreter, CountingInterpreter)
    assert (interpreter.content, interpreter.threads) == (b"model", 3)
    assert (interpreter.allocated, interpreter.invoked) == (1, 1)


def test_auto_prefers_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maintained and faster one, where both are there."""
    install(monkeypatch, litert=CountingInterpreter, tflite_runtime=CountingInterpreter)
    assert open_interpreter(b"", "auto").runtime == "litert"


@pytest.mark.parametrize("broken", [None, failing(ImportError("wrong ABI")), failing(AttributeError("no symbol"))])
def test_auto_falls_back(monkeypatch: pytest.MonkeyPatch, broken: object) -> None:
    """Where litert is missing or does not work, tflite-runtime is taken."""
    install(monkeypatch, litert=broken, tflite_runtime=CountingInterpreter)
    assert open_interpreter(b"", "auto").runtime == "tflite-runtime"


def test_a_runtime_that_was_asked_for_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only "auto" falls back."""
    install(monkeypatch, tflite_runtime=CountingInterpreter)
    with pytest.raises(RuntimeUnavailableError, match="pip install ai-edge-litert"):
        open_interpreter(b"", "litert")


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_missing_runtime_names_the_fix(monkeypatch: pytest.MonkeyPatch, runtime: str) -> None:
    """One line with the cause and the command, for the one that was asked for alone."""
    install(monkeypatch)
    with pytest.raises(RuntimeUnavailableError) as caught:
        open_interpreter(b"", runtime)
    message = str(caught.value)
    assert f"got {runtime}: ModuleNotFoundError" in message
    assert f"try pip install {PACKAGES[runtime]} " in message
    assert "\n" not in message
    (other,) = set(RUNTIMES) - {runtime}
    assert f"pip install {PACKAGES[other]}" not in message


def test_where_none_is_there_both_causes_and_mends_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The choice "auto" says what it tried."""
    install(monkeypatch)
    with pytest.raises(RuntimeUnavailableError) as caught:
        open_interpreter(b"", "auto")
    for part in ("litert: Mod", "tflite-runtime: Mod", "pip install ai-edge-litert or pip install tflite-runtime"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        ImportError("numpy.core.multiarray failed to import\nand more lines"),
        ValueError("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.0"),
        RuntimeError("module compiled against API version 0x10 but this version of numpy is 0x12"),
    ],
)
def test_a_numpy_that_is_too_new_is_explained(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """With numpy 2 tflite-runtime imports, and fails when it is used: the fix is an older numpy, not the model."""
    install(monkeypatch, tflite_runtime=failing(error))
    with pytest.raises(RuntimeUnavailableError) as caught:
        open_interpreter(b"", "tflite-runtime")
    assert 'try pip install "numpy<2"' in str(caught.value)
    assert type(error).__name__ in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [ValueError("Model provided is not a flatbuffer"), RuntimeError("unknown op 255")])
def test_a_refused_model_is_the_models_fault(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """A working runtime that refuses a model is not reported as missing, and no other is tried."""
    install(monkeypatch, litert=failing(error), tflite_runtime=CountingInterpreter)
    with pytest.raises(ModelError, match=f"expected a model that litert can run, got: {error}"):
        open_interpreter(b"", "auto")


def test_an_extension_that_breaks_while_importing_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A module for another machine raises anything at all; it counts as a runtime that is not there."""
    package = tmp_path / "broken_runtime"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemError('built for another machine')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(MODULES, "litert", "broken_runtime")
    with pytest.raises(RuntimeUnavailableError, match="litert: SystemError: built for another machine"):
        open_interpreter(b"", "litert")
