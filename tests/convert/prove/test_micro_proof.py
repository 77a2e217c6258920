"""What the gate asks of tflite-micro, without running it."""

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from convert.prove import micro_proof
from convert.prove.gate import Limits
from convert.prove.inspection import inspect_model
from convert.prove.micro import MicroRun
from convert.prove.micro_proof import Elsewhere, MicroProof, check_micro, prove_micro
from edge_app.model.file import read_model, shipped_model_path

COUNT = 1000
LABELS = np.arange(COUNT) % 10
RIGHT = np.eye(11, dtype=np.float32)[LABELS]


def proof(
    monkeypatch: pytest.MonkeyPatch,
    logits: NDArray[np.float32],
    images: int = COUNT,
    child: NDArray[np.float32] = RIGHT,
) -> MicroProof:
    """Of the first images, if tflite-micro gave these logits."""
    monkeypatch.setattr(micro_proof, "run_on_micro", lambda *_: MicroRun(logits[:images], 5000))
    content = read_model(shipped_model_path()).content
    elsewhere = Elsewhere("litert", RIGHT, child, LABELS)
    return prove_micro(content, np.zeros((images, 28, 28), np.uint8), inspect_model(content), elsewhere)


def failed(found: MicroProof) -> list[str]:
    """What the gate refuses it for."""
    return [check.subject for check in check_micro(found, Limits()) if not check.holds]


def with_errors(count: int) -> NDArray[np.float32]:
    """Logits of which the first few name another digit."""
    return np.concatenate([np.roll(RIGHT[:count], 1, axis=0), RIGHT[count:]])


def test_the_same_digits_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the proof has what the card prints."""
    found = proof(monkeypatch, RIGHT)
    assert failed(found) == []
    assert (found.images, found.is_partial, found.arena_bytes, found.beside) == (COUNT, False, 5000, "litert")
    assert found.operators == ("CONV_2D", "MAX_POOL_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def test_other_digits_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of a thousand are too many, by both measures; two are not."""
    assert proof(monkeypatch, with_errors(2)).same_digit_percent == 99.8
    found = proof(monkeypatch, with_errors(3))
    assert failed(found) == [
        "the same digit of int8 on tflite-micro as on litert",
        "accuracy drop of int8 on tflite-micro",
        "agreement of int8 on tflite-micro",
    ]


def test_a_part_is_compared_with_the_model_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance must not decide: errors that the model makes elsewhere, too, are for the proof on all images."""
    child = with_errors(5)
    found = proof(monkeypatch, child, COUNT // 2, child)
    assert found.is_partial
    assert found.comparison.accuracy_percent == 99
    assert failed(found) == []
    assert failed(dataclasses.replace(found, is_partial=False)) != []
