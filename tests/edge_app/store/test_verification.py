"""What must not become current, and what is said about it."""

import dataclasses
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.errors import ModelError, RuntimeUnavailableError
from edge_app.host import python_process
from edge_app.model import file as model_file
from edge_app.model.classifier import DigitClassifier
from edge_app.model.file import embed_contract, shipped_model_path
from edge_app.model.golden import golden_png, shipped_golden
from edge_app.model.runtime import installed_runtimes
from edge_app.store import verification
from edge_app.store.trial import trial
from edge_app.store.verification import MAX_MEMORY_MB, MAX_MS, Demands, try_model, verify

from .models import SHIPPED, flatbuffer, forgetful, not_a_number, variant, written


def answers(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Puts other code in the place of the trial."""
    monkeypatch.setattr(python_process, "python_command", lambda *_: [sys.executable, "-c", code])


def rows(shift: int) -> bytes:
    """Golden digits under labels that are wrong by a shift."""
    images = shipped_golden().images.reshape(-1, 10, 28, 28)
    return golden_png(np.roll(images, shift, axis=1))


def test_the_shipped_model_passes() -> None:
    """On every runtime here; what is returned is the file."""
    assert verify(shipped_model_path(), Demands(SHIPPED.sha256.upper())) == SHIPPED.content


def test_golden_digits_in_the_file_are_read(tmp_path: Path) -> None:
    """Right ones pass, and are what the trial counts beside the app's own."""
    content = embed_contract(flatbuffer(), SHIPPED.contract, rows(0))
    answer = trial(content, "a model", "litert")
    assert answer["finite"] is True
    assert answer["right"] == {"the model": (30, 30), "the app": (30, 30)}
    assert 0 < answer["ms"] < MAX_MS
    assert 0 <= answer["memory_mb"] < MAX_MEMORY_MB
    (tmp_path / "model.tflite").write_bytes(content)
    assert verify(tmp_path / "model.tflite", Demands()) == content


def test_golden_digits_of_the_file_must_be_read_right() -> None:
    """A model that says of itself that it reads otherwise has been damaged, or runs wrongly here."""
    with pytest.raises(ModelError, match="at least 27 of 30 golden digits of the model on litert, got 0"):
        try_model(embed_contract(flatbuffer(), SHIPPED.contract, rows(1)), "a model")


def test_a_model_that_reads_badly() -> None:
    """The app brings golden digits of its own: none in the file is no way around them."""
    with pytest.raises(ModelError, match="at least 27 of 30 golden digits of the app on litert, got"):
        try_model(forgetful(), "a model")


@pytest.mark.parametrize("values", [{"refuse_below": 1.0}, {"temperature": 1e6}, {"temperature": 1e-300}])
def test_a_model_that_refuses_every_digit(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its network is the shipped one; its contract leaves nothing that is read."""
    monkeypatch.setattr(verification, "installed_runtimes", lambda: ("litert",))
    contract = dataclasses.replace(SHIPPED.contract, **values)
    with pytest.raises(ModelError, match="at least 27 of 30 golden digits of the app on litert, got 0"):
        try_model(embed_contract(flatbuffer(), contract), "a model")


@pytest.mark.parametrize(
    ("cost", "told"), [('"ms": 201', "200 ms for a digit on litert, got 201"), ('"memory_mb": 300', "200 MB of memory")]
)
def test_what_is_far_too_slow_or_large(cost: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would outlast the watchdog or outgrow the unit's memory, again after each start."""
    answers(monkeypatch, f"""print('{{"finite": true, "right": {{"the app": [30, 30]}}, {cost}}}')""")
    with pytest.raises(ModelError, match=f"expected a model to take at most {told}"):
        try_model(SHIPPED.content, "a model")


def test_golden_digits_that_are_no_picture() -> None:
    """They are looked at in the process that may crash."""
    with pytest.raises(ModelError, match=r"expected golden digits in golden\.png of a model"):
        try_model(embed_contract(flatbuffer(), SHIPPED.contract, b"no picture"), "a model")


@pytest.mark.parametrize("runtime", installed_runtimes())
def test_not_a_number_never_passes(runtime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the scale of the output."""
    monkeypatch.setattr(verification, "installed_runtimes", lambda: (runtime,))
    with pytest.raises(ModelError, match=runtime):
        try_model(not_a_number(), "a model")


def test_the_trial_sees_what_is_not_finite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a network makes it, even for one digit."""
    real = DigitClassifier.logits

    def logits(self: DigitClassifier, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = real(self, images)
        found[7, 3] = np.nan
        return found

    monkeypatch.setattr(DigitClassifier, "logits", logits)
    assert trial(SHIPPED.content, "a model", "litert")["finite"] is False


def test_one_runtime_on_which_it_fails_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs that are not finite."""
    answers(monkeypatch, 'print(\'{"finite": false, "right": {"the app": [30, 30]}}\')')
    with pytest.raises(ModelError, match="expected finite outputs of a model on litert, got NaN"):
        try_model(SHIPPED.content, "a model")


def test_a_crash_stays_in_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named."""
    answers(monkeypatch, f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})")
    with pytest.raises(ModelError, match=r"expected a model to run on litert, got a crash \(SIGSEGV\)"):
        try_model(SHIPPED.content, "a model")


def test_a_model_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that it is given."""
    answers(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(ModelError, match=r"got no answer in 0\.2 s"):
        try_model(SHIPPED.content, "a model", limit_s=0.2)


@pytest.mark.parametrize("code", ["raise MemoryError('no room')", "print('hello'); raise MemoryError('no room')"])
def test_an_exception_is_no_answer(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Its last line is told."""
    answers(monkeypatch, code)
    with pytest.raises(ModelError, match=r"got MemoryError: no room \(exit code 1\)"):
        try_model(SHIPPED.content, "a model")


def test_a_runtime_that_does_not_work_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as another does; if none works, that is said."""
    error = json.dumps({"error": "RuntimeUnavailableError", "message": "expected numpy below 2"})
    good = json.dumps({"finite": True, "right": {"the app": [30, 30]}})
    code = f"import sys; print({error!r} if sys.argv[1] == 'broken' else {good!r})"
    monkeypatch.setattr(python_process, "python_command", lambda *rest: [sys.executable, "-c", code, rest[2]])
    monkeypatch.setattr(verification, "installed_runtimes", lambda: ("broken", "works"))
    try_model(SHIPPED.content, "a model")
    monkeypatch.setattr(verification, "installed_runtimes", lambda: ("broken",))
    with pytest.raises(RuntimeUnavailableError, match="expected numpy below 2"):
        try_model(SHIPPED.content, "a model")
    monkeypatch.setattr(verification, "installed_runtimes", tuple)
    with pytest.raises(RuntimeUnavailableError, match="pip install ai-edge-litert"):
        try_model(SHIPPED.content, "a model")


@pytest.mark.parametrize("seed", range(4))
def test_a_crafted_network_never_takes_this_process_along(seed: int) -> None:
    """Bits flipped under a hash that fits: refused, or as good at reading as it must be."""
    random, network = np.random.default_rng(seed), bytearray(flatbuffer())
    for place in random.integers(8, len(network), 200):
        network[place] ^= 1 << int(random.integers(8))
    with pytest.raises(ModelError):
        try_model(embed_contract(bytes(network), SHIPPED.contract), "a model")


def test_another_hash_is_refused(tmp_path: Path) -> None:
    """Both are told."""
    with pytest.raises(ModelError, match=f"expected SHA-256 {'0' * 64}, got {SHIPPED.sha256}"):
        verify(shipped_model_path(), Demands("0" * 64))


def test_a_float_model_is_refused() -> None:
    """The message says how to make one that fits."""
    with pytest.raises(ModelError, match="expected a full-integer model"):
        verify(shipped_model_path("digits_float32.tflite"), Demands())


def test_the_detector_is_no_classifier() -> None:
    """A model of this project, of another kind."""
    with pytest.raises(ModelError, match="expected a model that reads digits, got one of kind 'digit-detector-1'"):
        verify(shipped_model_path("detector_int8.tflite"), Demands())


@pytest.mark.parametrize("count", [0, 100, 30_000, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, count: int) -> None:
    """Wherever it breaks off."""
    path = tmp_path / "model.tflite"
    path.write_bytes(variant(1)[:count])
    with pytest.raises(ModelError, match=r"model\.tflite"):
        verify(path, Demands())


def test_a_file_too_large_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is the model file's."""
    monkeypatch.setattr(verification, "MAX_BYTES", 1 << 20)
    assert model_file.MAX_BYTES > 1 << 20
    with (tmp_path / "large.tflite").open("wb") as file:
        file.truncate((1 << 20) + 1)
    with pytest.raises(ModelError, match=r"at most 1 MB, got .*large\.tflite"):
        verify(tmp_path / "large.tflite", Demands())


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A pipe that nobody writes to would never end."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing"):
        with pytest.raises(ModelError, match=f"expected a model file, got {path}"):
            verify(path, Demands())


def test_what_is_tried_is_what_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes after it was read changes nothing."""
    path = written(tmp_path, 1)
    monkeypatch.setattr(verification, "try_model", lambda *_: path.write_bytes(b"something else"))
    assert verify(path, Demands()) == variant(1)
