"""Whether digits can be read here: Python, runtimes, models, proven by reading some."""

import importlib.metadata
import json
import platform
import subprocess
import sys

from ..bench.sample_page import ROWS, draw_page
from ..errors import DigitsError
from ..host.machine import this_machine
from ..host.python_process import answer_of, run_python
from ..model.detector import DigitDetector
from ..model.file import read_model, shipped_model_path
from ..model.runtime import PACKAGES, RUNTIMES, open_interpreter
from ..model.sequence import SequenceReader
from ..page.reader import PageReader
from ..store.choice import ModelChoice, chosen_classifier, chosen_model
from .finding import Finding, failure, ok, warning

OLDEST_PYTHON = (3, 11)
PROBE = "import sys; from edge_app.doctor.software import probe; probe(sys.argv[1], sys.argv[2])"
# Seconds that a runtime has for one digit; a Raspberry Pi Zero needs a few.
PROBE_S = 120


def check_python(version: tuple[int, ...] = sys.version_info[:3], bits: int = sys.maxsize.bit_length() + 1) -> Finding:
    """Version and architecture of Python."""
    found = f"{'.'.join(map(str, version))}, {bits} bits, {this_machine().name} ({platform.machine()})"
    if version < OLDEST_PYTHON:
        return failure("python", found, "use Python 3.11 or later: Raspberry Pi OS Bookworm or Trixie has it")
    if bits < 64:
        return warning("python", found, "64-bit Raspberry Pi OS reads about twice as fast")
    return ok("python", found)


def check_runtimes() -> list[Finding]:
    """Each installed TFLite runtime with this numpy, by an inference in a process of its own."""
    found = [_check_runtime(name) for name in RUNTIMES if _installed(PACKAGES[name])]
    if not found:
        return [failure("runtime", "neither ai-edge-litert nor tflite-runtime", "pip install 'digits-edge[edge]'")]
    if any(each.status == "ok" for each in found):
        # One that works is enough.
        return [warning(each.name, each.found, each.fix) if each.status == "failure" else each for each in found]
    return found


def probe(runtime: str, path: str) -> None:
    """Runs a model once, and prints {} or the error as JSON; for a process of its own."""
    try:
        open_interpreter(read_model(path).content, runtime)
        print("{}")
    except DigitsError as error:
        print(json.dumps({"error": str(error)}))


def check_model(choice: ModelChoice) -> Finding:
    """The model's file and contract: the one given, installed or shipped."""
    try:
        model = chosen_model(choice)
    except DigitsError as error:
        return failure("model", str(error), "give a model of this project with --model, or install again")
    return ok("model", f"{model.source}, {len(model.content):,} bytes, SHA-256 {model.sha256[:12]}…")


def check_detector() -> Finding:
    """The shipped detector."""
    try:
        detector = DigitDetector.load()
    except DigitsError as error:
        return failure("detector", str(error), "install again; without the detector crowded pages cannot be read")
    return ok("detector", f"runs on {detector.runtime}")


def check_sequence_reader() -> Finding:
    """The shipped sequence reader."""
    try:
        reader = SequenceReader.load()
    except DigitsError as error:
        fix = "install again; without the sequence reader digits that touch are read less well"
        return failure("sequence reader", str(error), fix)
    return ok("sequence reader", f"runs on {reader.runtime}")


def check_reading(choice: ModelChoice) -> Finding:
    """Ten digits that are drawn here, really read."""
    try:
        text = PageReader(chosen_classifier(choice)).read(draw_page((640, 480))).text
    except DigitsError as error:
        return failure("reading", str(error), "see the lines above")
    wanted = "\n".join(ROWS)
    right = sum(a == b for a, b in zip(text, wanted, strict=False)) if len(text) == len(wanted) else 0
    found = f"{text.split()} of {list(ROWS)}"
    if right < len(wanted) - 2:
        return failure("reading", found, "the model does not read what it should: try without --model")
    return ok("reading", found)


def _check_runtime(name: str) -> Finding:
    found = f"{importlib.metadata.version(PACKAGES[name])}, numpy {importlib.metadata.version('numpy')}"
    try:
        done = run_python("-c", PROBE, name, str(shipped_model_path()), limit_s=PROBE_S)
        error = answer_of(done).get("error")
    except subprocess.TimeoutExpired:
        return failure(name, f"{found}: no answer in {PROBE_S} s", f"pip install --force-reinstall {PACKAGES[name]}")
    except subprocess.CalledProcessError as ended:
        error = f"ended with {ended.returncode}: {ended.stderr or 'no output'}"
    if error is None:
        return ok(name, f"{found}: a digit was read")
    fix = f"pip install --force-reinstall {PACKAGES[name]}"
    if "numpy" in error.lower():
        fix = "pip install 'numpy<2'"
    return failure(name, f"{found}: {error}", fix)


def _installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
