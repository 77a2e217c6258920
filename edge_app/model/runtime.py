"""The one file that names a TFLite runtime: ai-edge-litert and its predecessor tflite-runtime, one Interpreter API."""

import contextlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError, RuntimeUnavailableError
from ..host.stderr import stderr_without

MODULES = {"litert": "ai_edge_litert.interpreter", "tflite-runtime": "tflite_runtime.interpreter"}
PACKAGES = {"litert": "ai-edge-litert", "tflite-runtime": "tflite-runtime"}
RUNTIMES = tuple(MODULES)
CHOICES = ("auto", *RUNTIMES)
# Written by C++ when a process first builds an interpreter; no setting of the Python packages silences it.
ANNOUNCEMENT = b"Created TensorFlow Lite XNNPACK delegate"
_announced: set[str] = set()


class Interpreter(Protocol):
    """What both runtimes' Interpreter offers and this project uses."""

    def allocate_tensors(self) -> None: ...  # noqa: D102
    def get_input_details(self) -> list[dict[str, Any]]: ...  # noqa: D102
    def get_output_details(self) -> list[dict[str, Any]]: ...  # noqa: D102
    def get_tensor_details(self) -> list[dict[str, Any]]: ...  # noqa: D102
    def set_tensor(self, tensor_index: int, value: NDArray[Any]) -> None: ...  # noqa: D102
    def get_tensor(self, tensor_index: int) -> NDArray[Any]: ...  # noqa: D102
    def invoke(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class OpenedModel:
    """An interpreter that has been invoked once, and the runtime that built it ("litert" or "tflite-runtime")."""

    interpreter: Interpreter
    runtime: str


def installed_runtimes() -> tuple[str, ...]:
    """Names of the runtimes whose package is installed, working or not."""
    return tuple(name for name, module in MODULES.items() if importlib.util.find_spec(module.split(".")[0]))


def open_interpreter(content: bytes, runtime: str = "auto", threads: int = 1) -> OpenedModel:
    """Builds an interpreter and invokes it once: only that proves a runtime, a bare import does not.

    Args:
        content: a .tflite file.
        runtime: "auto" (litert, else tflite-runtime), "litert" or "tflite-runtime".
        threads: CPU threads, >= 1.

    Raises:
        RuntimeUnavailableError: no asked-for runtime works here; the message has each cause and the fix.
        ModelError: a runtime is there, but refuses this model.
    """
    if runtime not in CHOICES:
        raise RuntimeUnavailableError(f"expected a runtime out of {', '.join(CHOICES)}, got {runtime!r}")
    causes = {}
    for name in RUNTIMES if runtime == "auto" else (runtime,):
        try:
            build = _builder(name)
        except Exception as error:  # an extension module built for another ABI raises anything
            causes[name] = f"{type(error).__name__}: {_first_line(error)}"
            continue
        try:
            with _without_announcement(name):
                return OpenedModel(_prove(build(model_content=content, num_threads=threads)), name)
        except (ValueError, RuntimeError, ImportError, AttributeError, SystemError) as error:
            causes[name] = f"{type(error).__name__}: {_first_line(error)}"
            # With numpy 2, tflite-runtime raises ValueError or ImportError too: blame the model only if numpy fits.
            if isinstance(error, (ValueError, RuntimeError)) and "numpy" not in str(error).lower():
                raise ModelError(f"expected a model that {name} can run, got: {_first_line(error)}") from error
    raise RuntimeUnavailableError(_explain(causes))


def _builder(name: str) -> Callable[..., Interpreter]:
    return cast(Callable[..., Interpreter], importlib.import_module(MODULES[name]).Interpreter)


@contextlib.contextmanager
def _without_announcement(name: str) -> Iterator[None]:
    if name in _announced:
        yield
        return
    with stderr_without(lambda line: ANNOUNCEMENT in line):
        yield
    _announced.add(name)


def _prove(interpreter: Interpreter) -> Interpreter:
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    interpreter.invoke()
    return interpreter


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]


def _explain(causes: dict[str, str]) -> str:
    found = "; ".join(f"{name}: {cause}" for name, cause in causes.items())
    fixes = " or ".join(
        'pip install "numpy<2"' if "numpy" in cause.lower() else f"pip install {PACKAGES[name]}"
        for name, cause in causes.items()
    )
    return f"expected a working TFLite runtime, got {found}; try {fixes} (tflite-runtime: Python <= 3.11 and numpy < 2)"
