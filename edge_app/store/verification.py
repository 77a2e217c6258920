"""What a model must pass before it becomes current: size, hash, signature, contract, and a trial on every runtime."""

import hashlib
import math
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError, RuntimeUnavailableError
from ..files.regular import read_regular
from ..host.python_process import answer_of, run_python
from ..model.file import MAX_BYTES, parse_model
from ..model.golden import MIN_RIGHT_SHARE
from ..model.runtime import PACKAGES, installed_runtimes
from .signature import check_signature

# A Raspberry Pi Zero needs a few seconds to start.
TRIAL_S = 60.0
# For a digit, and for the model. The shipped one takes less than 1 and 13, its runtime included. With what is far
# slower a frame outlasts the watchdog; with what is far larger the app outgrows its unit's memory.
MAX_MS, MAX_MEMORY_MB = 200.0, 200.0


@dataclass(frozen=True)
class Demands:
    """What else is asked of a model.

    Attributes:
        sha256: what its hash must be, hexadecimal; None for any.
        public_key: a PEM file whose owner must have signed it; None for no signature.
        source: where it comes from, which messages name; the file's path if None.
    """

    sha256: str | None = None
    public_key: Path | None = None
    source: str | None = None


def verify(path: Path, demands: Demands) -> bytes:
    """Reads a model file once and puts it to every test; what is returned is what was tested.

    Raises:
        DigitsError: why it must not become current; see ModelStore.install.
    """
    source = demands.source or str(path)
    content = _content(path, source)
    sha256 = hashlib.sha256(content).hexdigest()
    if demands.sha256 is not None and sha256 != demands.sha256.lower():
        raise ModelError(f"expected SHA-256 {demands.sha256}, got {sha256} in {source}; fetch the model again")
    # Before anything in it is parsed.
    if demands.public_key is not None:
        check_signature(content, path, demands.public_key, source)
    parse_model(content, source)
    try_model(content, source)
    return content


def try_model(content: bytes, source: str, limit_s: float = TRIAL_S) -> None:
    """Lets a model read golden digits on each installed runtime, in a process of its own that it may crash.

    Args:
        content: of the file.
        source: where it came from, for messages.
        limit_s: seconds for each runtime.

    Raises:
        ModelError: on a runtime that works, it crashes, hangs, is refused, gives NaN or misreads.
        RuntimeUnavailableError: no runtime works here.
    """
    causes = []
    runtimes = installed_runtimes()
    for runtime in runtimes:
        answer = _in_process(content, source, runtime, limit_s)
        if answer.get("error") == RuntimeUnavailableError.__name__:
            causes.append(answer["message"])
        elif "error" in answer:
            raise ModelError(answer["message"])
        else:
            _judge(answer, source, runtime)
    if len(causes) == len(runtimes):
        fix = "pip install " + " or pip install ".join(PACKAGES.values())
        raise RuntimeUnavailableError("; ".join(causes) or f"expected a TFLite runtime, got none; try {fix}")


def require_runs(content: bytes, source: str, runtime: str = "auto", task: str = "read") -> None:
    """Lets a model run, whatever it reads, in a process of its own, before it may in this one.

    Args:
        content: of the file.
        source: where it came from, for messages.
        runtime: "auto", "litert" or "tflite-runtime".
        task: "read" golden digits, or only "open", which any kind of model does.

    Raises:
        ModelError: it crashes, hangs, is refused, or takes too much.
        RuntimeUnavailableError: no asked-for runtime works here.
    """
    answer = _in_process(content, source, runtime, TRIAL_S, task)
    if "error" in answer:
        kind = RuntimeUnavailableError if answer["error"] == RuntimeUnavailableError.__name__ else ModelError
        raise kind(answer["message"])
    _judge_cost(answer, source, runtime)


def _content(path: Path, source: str) -> bytes:
    try:
        content = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise ModelError(f"expected a model file, got {source} ({error.strerror}); check the path") from error
    if len(content) > MAX_BYTES:
        raise ModelError(f"expected a model of at most {MAX_BYTES >> 20} MB, got {source}; check the path")
    return content


def _in_process(content: bytes, source: str, runtime: str, limit_s: float, task: str = "read") -> dict[str, Any]:
    arguments = ("-m", "edge_app.store.trial", runtime, source, str(math.ceil(limit_s)), task)
    expected = f"expected {source} to run on {'this computer' if runtime == 'auto' else runtime}"
    try:
        done = run_python(*arguments, given=content, limit_s=limit_s)
        if done.returncode < 0:
            raise ModelError(f"{expected}, got a crash ({signal.Signals(-done.returncode).name}); it stays out")
        return answer_of(done)
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{expected}, got no answer in {limit_s:g} s; it stays out") from error
    except subprocess.CalledProcessError as error:
        found = error.stderr or "no output"
        raise ModelError(f"{expected}, got {found} (exit code {error.returncode}); it stays out") from error


def _judge(answer: dict[str, Any], source: str, runtime: str) -> None:
    if not answer["finite"]:
        raise ModelError(f"expected finite outputs of {source} on {runtime}, got NaN or infinity; train it again")
    for whose, (right, count) in answer["right"].items():
        if right < MIN_RIGHT_SHARE * count:
            raise ModelError(
                f"expected {source} to read at least {math.ceil(MIN_RIGHT_SHARE * count)} of {count} golden digits of "
                f"{whose} on {runtime}, got {right}; train it again"
            )
    _judge_cost(answer, source, runtime)


def _judge_cost(answer: dict[str, Any], source: str, runtime: str) -> None:
    for name, most, unit in (("memory_mb", MAX_MEMORY_MB, "MB of memory"), ("ms", MAX_MS, "ms for a digit")):
        if answer.get(name, 0.0) > most:
            raise ModelError(
                f"expected {source} to take at most {most:g} {unit} on {runtime}, got {answer[name]:.0f}; "
                "train a smaller one"
            )
