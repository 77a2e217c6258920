"""tflite-micro runs what microcontrollers run."""

import importlib.util

import numpy as np
import pytest

from convert.prove.micro import is_installed, measure_arena, resolver_call, run_micro
from edge_app.errors import ModelError
from edge_app.model.classifier import DigitClassifier, read_logits
from edge_app.model.file import read_model, shipped_model_path
from edge_app.model.runtime import open_interpreter
from train.data.mnist import load_mnist

needs_micro = pytest.mark.skipif(not is_installed(), reason="needs tflite-micro, of the extra micro")


@needs_micro
def test_it_reads_what_the_other_runtimes_read() -> None:
    """The same digits; outputs differ by rounding alone; the arena is of some kB, whatever the number of images."""
    images = load_mnist().test.images[:100]
    model = read_model(shipped_model_path())
    run = run_micro(model.flatbuffer, images)
    logits = DigitClassifier.load().logits(images)
    scale, _ = open_interpreter(model.content).interpreter.get_output_details()[0]["quantization"]
    assert np.abs(run.logits - logits).max() < 1.5 * scale
    digits = read_logits(run.logits, model.contract).digits
    assert (digits == DigitClassifier.load().classify_batch(images).digits).all()
    assert 8_000 < run.arena_bytes < 30_000
    assert measure_arena(model.flatbuffer) == run.arena_bytes


@needs_micro
def test_what_it_refuses_is_an_error() -> None:
    """Not a crash, nor a RuntimeError of its own."""
    with pytest.raises(ModelError, match="expected a model that tflite-micro can run"):
        run_micro(b"\x1c\0\0\0TFL3" + bytes(64), np.zeros((1, 28, 28), np.uint8))


def test_without_it_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources then say that the arena is not measured."""
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    assert measure_arena(b"") is None


def test_operators_are_named_as_the_resolver_names_them() -> None:
    """Digits keep their place: CONV_2D is AddConv2D."""
    assert resolver_call("DEPTHWISE_CONV_2D") == "AddDepthwiseConv2D()"
    assert resolver_call("FULLY_CONNECTED") == "AddFullyConnected()"
