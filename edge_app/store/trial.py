"""One model on one runtime, in a process that it may crash: `python -m edge_app.store.trial RUNTIME NAME SECONDS TASK`.

The model comes on standard input; what it makes of golden digits goes as one line of JSON to standard output.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DigitsError
from ..host.expendable import become_expendable
from ..host.memory import memory_mb
from ..model.classifier import DigitClassifier, read_logits
from ..model.file import parse_model
from ..model.golden import embedded_golden, shipped_golden
from ..model.runtime import open_interpreter

# No model of a size that is taken needs more; one that asks for more must not starve the rest of a small computer.
MAX_MEMORY_BYTES = 2 << 30


def main(arguments: list[str]) -> int:
    """Tries a model and prints the outcome, or the DigitsError; returns 0."""
    runtime, source, limit_s, task = arguments
    _limit(int(limit_s))
    try:
        answer = TASKS[task](sys.stdin.buffer.read(), source, runtime)
    except DigitsError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer))
    return 0


def trial(content: bytes, source: str, runtime: str) -> dict[str, Any]:
    """Reads the golden digits in a model and those of the app.

    Args:
        content: of a model file.
        source: where it came from, for messages.
        runtime: "litert" or "tflite-runtime".

    Returns:
        "finite", whether every output is; "right", by whose digits they are: how many of how many are read right, and
        not refused; "ms", for a digit; and "memory_mb", what the model takes.

    Raises:
        ModelError: no model of this project, not int8, or the runtime refuses it.
        RuntimeUnavailableError: the runtime does not work here.
    """
    model, own = parse_model(content, source), embedded_golden(content, source)
    before_mb = memory_mb("VmHWM")
    classifier = DigitClassifier(model, runtime)
    finite, right, taken_ms = True, {}, 0.0
    for whose, golden in {"the model": own, "the app": shipped_golden()}.items():
        if golden is not None:
            started_s = time.perf_counter()
            logits = classifier.logits(golden.images)
            taken_ms = (time.perf_counter() - started_s) * 1000 / len(golden)
            finite = finite and bool(np.isfinite(logits).all())
            # A temperature that leaves no probability is no reason to complain: it reads nothing.
            with np.errstate(all="ignore"):
                labels = read_logits(logits, classifier.contract).labels
            right[whose] = (int(np.sum(labels == golden.labels)), len(golden))
    return {"finite": finite, "right": right, "ms": taken_ms, "memory_mb": memory_mb("VmHWM") - before_mb}


def opened(content: bytes, source: str, runtime: str) -> dict[str, Any]:
    """Opens any model, a detector or a float one too, and runs it once on nothing; arguments and errors as of trial."""
    del source
    return {"runtime": open_interpreter(content, runtime).runtime}


TASKS: dict[str, Callable[[bytes, str, str], dict[str, Any]]] = {"read": trial, "open": opened}


def _limit(limit_s: int) -> None:
    # Should the parent be killed meanwhile, nothing else would end it.
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
    if sys.maxsize > 1 << 32:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    become_expendable()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
