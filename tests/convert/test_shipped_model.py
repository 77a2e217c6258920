"""The shipped int8 model is as close to its float parent as README says, on every runtime that is installed."""

import numpy as np
import pytest

from convert.prove.comparison import Comparison, compare
from convert.prove.inspection import inspect_model
from convert.prove.runtimes import installed_runtimes, logits_on_runtime
from edge_app.model.file import read_model, shipped_model_path
from train.data.mnist import load_mnist

INT8 = read_model(shipped_model_path())
FLOAT32 = read_model(shipped_model_path().with_name("digits_float32.tflite"))


@pytest.fixture(scope="module", params=installed_runtimes())
def comparison(request: pytest.FixtureRequest) -> Comparison:
    """int8 against float32 on all 10,000 test images."""
    test = load_mnist().test
    parent, child = (
        logits_on_runtime(request.param, model.content, {"test": test.images})["test"] for model in (FLOAT32, INT8)
    )
    assert parent.shape == child.shape == (10_000, 11)
    return compare(parent, child, test.labels)


def test_accuracy_stays_close(comparison: Comparison) -> None:
    """At least 99.50 % right, at most 0.10 points below float, the same digit on 99.8 % of the images."""
    assert comparison.accuracy_percent >= 99.50
    assert comparison.drop_pp <= 0.10
    assert comparison.agreement_percent >= 99.8
    assert comparison.non_finite_count == 0


def test_no_class_pays_for_the_others(comparison: Comparison) -> None:
    """No digit loses more than half a point."""
    assert max(comparison.drop_per_class_pp) <= 0.5


def test_it_is_small_and_integer_only() -> None:
    """At most 64 KB and 3 million multiply-accumulates, no float tensor, and pixels enter as p - 128."""
    inspection = inspect_model(INT8.content)
    assert len(INT8.content) <= 64_000
    assert inspection.macs <= 3_000_000
    assert inspection.float_findings == ()
    assert inspection.takes_pixel_minus_128


def test_runtimes_name_the_same_digits() -> None:
    """The runtimes are not bit-identical, but they read alike."""
    runtimes = installed_runtimes()
    if len(runtimes) < 2:
        pytest.skip("one runtime is installed here")
    images = {"test": load_mnist().test.images[:2000]}
    digits = [logits_on_runtime(name, INT8.content, images)["test"][:, :10].argmax(axis=1) for name in runtimes]
    assert np.mean(digits[0] == digits[1]) >= 0.998
