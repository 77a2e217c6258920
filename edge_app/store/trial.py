"""One model on one runtime, in a process that it may crash: `python -m edge_app.store.trial RUNTIME NAME SECONDS`.

The model comes on standard input; what it makes of golden digits goes as one line of JSON to standard output.
"""

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DigitsError
from ..model.classifier import DigitClassifier, read_logits
from ..model.file import parse_model
from ..model.golden import embedded_golden, shipped_golden

# No model of a size that is taken needs more; one that asks for more must not starve the rest of a small computer.
MAX_MEMORY_BYTES = 2 << 30


def main(arguments: list[str]) -> int:
    """Tries a model and prints the outcome, or the DigitsError; returns 0."""
    runtime, source, limit_s = arguments
    _limit(int(limit_s))
    try:
        answer = trial(sys.stdin.buffer.read(), source, runtime)
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
        "finite", whether every output is; and "right", by whose digits they are: how many of how many are read right.

    Raises:
        ModelError: no model of this project, not int8, or the runtime refuses it.
        RuntimeUnavailableError: the runtime does not work here.
    """
    classifier = DigitClassifier(parse_model(content, source), runtime)
    finite, right = True, {}
    for whose, golden in {"the model": embedded_golden(content, source), "the app": shipped_golden()}.items():
        if golden is not None:
            logits = classifier.logits(golden.images)
            finite = finite and bool(np.isfinite(logits).all())
            digits = read_logits(logits, classifier.contract).digits
            right[whose] = (int(np.sum(digits == golden.labels)), len(golden))
    return {"finite": finite, "right": right}


def _limit(limit_s: int) -> None:
    # Should the parent be killed meanwhile, nothing else would end it.
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.maxsize > 1 << 32:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    # If memory runs out, it is this process that goes, not the one that reads.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
