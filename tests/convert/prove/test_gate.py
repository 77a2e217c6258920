"""The gate: every number that it looks at can fail alone, is named with the measured value, and lets nothing by."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from convert.prove.comparison import Comparison, compare
from convert.prove.gate import Check, Limits, check_model
from convert.prove.inspection import Inspection, Operator, Tensor

LABELS = np.arange(1000) % 10
LOGITS = np.asarray(np.eye(11, dtype=np.float32)[LABELS] * 10, np.float32)
PERFECT = compare(LOGITS, LOGITS, LABELS)
INTEGER = Tensor("weights", (3,), "INT8", (0.1,), (0,), True)
FLOAT = dataclasses.replace(INTEGER, name="rest", dtype="FLOAT32", scales=(), zero_points=())
CLEAN = Inspection((), (INTEGER,), (), ())


def failures(precision: str, inspection: Inspection, **comparisons: Comparison) -> list[str]:
    """What the gate prints about a model."""
    return [str(check) for check in check_model(precision, inspection, comparisons, Limits()) if not check.holds]


def test_a_perfect_model_passes() -> None:
    """With a check of the integers, and three for each runtime."""
    checks = check_model("int8", CLEAN, {"litert": PERFECT, "tflite-runtime": PERFECT}, Limits())
    assert len(checks) == 7
    assert all(check.holds for check in checks)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("drop_pp", 0.11, "accuracy drop of int8 on litert at most 0.1 pp, got 0.11 pp (0.01 too much)"),
        ("drop_pp", math.nan, "accuracy drop of int8 on litert at most 0.1 pp, got nan pp"),
        ("agreement_percent", 99.79, "agreement of int8 on litert at least 99.8 %, got 99.79 % (0.01 too little)"),
        ("agreement_percent", math.nan, "agreement of int8 on litert at least 99.8 %, got nan %"),
        ("non_finite_count", 1, "NaN or infinite logits of int8 on litert at most 0, got 1 (1 too much)"),
    ],
)
def test_each_number_fails_alone_and_is_named(field: str, value: float, message: str) -> None:
    """One number beyond its limit on one of two runtimes is one failure that says which, where and by how much."""
    changes: dict[str, Any] = {field: value}
    bad = dataclasses.replace(PERFECT, **changes)
    (failure,) = failures("int8", CLEAN, **{"litert": bad, "tflite-runtime": PERFECT})
    assert message in failure


@pytest.mark.parametrize(
    "inspection",
    [
        Inspection((), (INTEGER, FLOAT), (), ()),
        Inspection((Operator("QUANTIZE", (FLOAT,), (INTEGER,), 0),), (INTEGER,), (), ()),
        Inspection((Operator("DEQUANTIZE", (INTEGER,), (FLOAT,), 0),), (INTEGER,), (), ()),
    ],
    ids=["float tensor", "QUANTIZE", "DEQUANTIZE"],
)
def test_floats_in_int8_fail(inspection: Inspection) -> None:
    """A float tensor or a conversion is a failure of int8, and of no other precision."""
    (failure,) = failures("int8", inspection, litert=PERFECT)
    assert "float tensors and conversions in int8 at most 0, got 1" in failure
    assert failures("dynamic", inspection, litert=PERFECT) == []


def test_from_one_integer_scale_to_another_is_no_conversion() -> None:
    """Joining two maps of different scales is integer arithmetic too."""
    joining = Inspection((Operator("QUANTIZE", (INTEGER,), (INTEGER,), 0),), (INTEGER,), (), ())
    assert failures("int8", joining, litert=PERFECT) == []


def test_a_model_better_than_its_parent_passes() -> None:
    """A negative drop is no failure."""
    assert failures("int8", CLEAN, litert=dataclasses.replace(PERFECT, drop_pp=-0.5)) == []


@pytest.mark.parametrize(("bound", "values"), [("at most", (0.9, 1.0, 1.1)), ("at least", (1.1, 1.0, 0.9))])
def test_the_limit_itself_holds(bound: str, values: tuple[float, ...]) -> None:
    """On the limit is within it, beyond it is not."""
    held = [Check("x", value, "at most" if bound == "at most" else "at least", 1.0, "").holds for value in values]
    assert held == [True, True, False]
