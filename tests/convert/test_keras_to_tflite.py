"""Numbers survive the way to int8 and back: weights, input, and a whole model."""

from typing import Any

import numpy as np
import pytest
from tensorflow.lite.python import schema_py_generated as schema

from convert.keras_to_tflite import to_tflite
from convert.prove.comparison import best_digits
from convert.prove.inspection import Inspection, inspect_model
from convert.prove.runtimes import logits_on_runtime
from edge_app.model.contract import ModelContract
from edge_app.model.file import embed_contract
from train.data.mnist import load_mnist


@pytest.fixture(scope="module")
def ptq(float_model: Any) -> bytes:
    """The small float model, quantized after training with 200 calibration images."""
    return to_tflite(float_model, "int8", load_mnist().train.images[:200])


@pytest.fixture(scope="module")
def float32(float_model: Any) -> bytes:
    """The small float model as it is."""
    return to_tflite(float_model, "float32")


def weights(content: bytes, dtype: type, rank: int) -> list[np.ndarray[Any, Any]]:
    """The constants of this rank in a model, in the order of its operators; int8 ones are dequantized."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph, found = model.subgraphs[0], []
    for index in (index for operator in graph.operators for index in operator.inputs):
        tensor = graph.tensors[index]
        stored = model.buffers[tensor.buffer].data
        if stored is not None and len(tensor.shape) == rank:
            values = stored.view(dtype).reshape(tensor.shape).astype(np.float64)
            if dtype is np.int8:
                scale = np.reshape(tensor.quantization.scale, (-1, *[1] * (rank - 1)))
                values = values * scale
            found.append(values)
    return found


def test_weights_come_back_within_half_a_step(ptq: bytes, float32: bytes) -> None:
    """Quantised and dequantised, each convolution weight lies within half of its channel's scale."""
    pairs = list(zip(weights(float32, np.float32, 4), weights(ptq, np.int8, 4), strict=True))
    assert len(pairs) == 2
    for original, returned in pairs:
        scale = np.abs(original).reshape(len(original), -1).max(axis=1) / 127
        assert np.all(np.abs(original - returned) <= 0.501 * scale[:, None, None, None])


def test_every_pixel_comes_back(ptq: bytes) -> None:
    """All 256 grey values enter as p - 128, so none is lost."""
    inspection = inspect_model(ptq)
    assert inspection.takes_pixel_minus_128
    tensor = inspection.inputs[0]
    stored = np.arange(256) - 128
    assert np.array_equal(np.rint((stored - tensor.zero_points[0]) * tensor.scales[0] * 255), np.arange(256))


def test_ptq_is_integers_alone_and_reads_like_its_parent(ptq: bytes, float32: bytes) -> None:
    """Post-training quantization is a fair fallback where there is no quantization-aware model."""
    assert inspect_model(ptq).float_findings == ()
    images = {"test": load_mnist().test.images[:500]}
    parent, child = (
        logits_on_runtime("litert", embed_contract(model, ModelContract()), images)["test"] for model in (float32, ptq)
    )
    assert np.mean(best_digits(parent) == best_digits(child)) >= 0.98


def test_macs_and_parameters_by_hand(float_model: Any, float32: bytes, ptq: bytes) -> None:
    """14 * 14 * 8 * 9 + 7 * 7 * 16 * 9 * 8 + 784 * 11, whatever the precision; batch norm is folded into biases."""
    macs = 14 * 14 * 8 * 9 + 7 * 7 * 16 * 9 * 8 + 784 * 11
    parameters = (9 + 1) * 8 + (9 * 8 + 1) * 16 + (784 + 1) * 11
    for content in (float32, to_tflite(float_model, "float16"), ptq):
        assert inspect_model(content).macs == macs
        assert inspect_model(content).parameter_count == parameters


def test_floats_are_found(float32: bytes) -> None:
    """A float model has findings that name the tensors, and no pixel enters it as an integer."""
    inspection: Inspection = inspect_model(float32)
    assert any(finding.startswith("FLOAT32 tensor") for finding in inspection.float_findings)
    assert not inspection.takes_pixel_minus_128


def test_a_dequantize_operator_is_found(float_model: Any) -> None:
    """float16 weights are dequantized at run time, which no integer-only model may do."""
    assert "operator DEQUANTIZE" in inspect_model(to_tflite(float_model, "float16")).float_findings
