"""The model contract: what it accepts, what it refuses, and its JSON."""

import dataclasses
import json
from typing import Any

import pytest

from edge_app.errors import DigitsError, ModelError
from edge_app.model.contract import DIGIT_LABELS, LABELS, ModelContract

FITTED = ModelContract(
    DIGIT_LABELS, temperature=1.25, refuse_below=0.375, provenance={"training_seed": 7, "versions": {"numpy": "1.26"}}
)


def changed(**fields: Any) -> str:
    """A good contract's JSON with some fields set to something else."""
    return json.dumps({**json.loads(FITTED.to_json()), **fields})


@pytest.mark.parametrize("contract", [ModelContract(), FITTED], ids=["default", "fitted"])
def test_json_round_trip(contract: ModelContract) -> None:
    """What is read is what was written, and writing it again gives the same text."""
    read = ModelContract.from_json(contract.to_json())
    assert read == contract
    assert isinstance(read.labels, tuple)
    assert read.to_json() == contract.to_json()


def test_json_holds_every_field() -> None:
    """Nothing that the app depends on is left to a default at reading."""
    assert set(json.loads(FITTED.to_json())) == {field.name for field in dataclasses.fields(ModelContract)}


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", 2), ("format", "1"), ("polarity", "ink-0"), ("normalisation", "mnist-xnist-2"), ("polarity", None)],
)
def test_another_convention_is_refused_by_name(field: str, value: object) -> None:
    """A contract of another format, polarity or normalisation names the field, both values and the next step."""
    with pytest.raises(ModelError, match=rf"expected a model contract with {field} .*got {value!r}; update the app"):
        ModelContract.from_json(changed(**{field: value}))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0, -1.0, "1", None, True, 10**400, [1.0]])
def test_a_temperature_that_is_no_positive_number_is_refused(value: object) -> None:
    """NaN, infinity, zero, text and numbers beyond any float would make nonsense of every probability."""
    with pytest.raises(ModelError, match="expected a temperature above 0"):
        ModelContract.from_json(changed(temperature=value))


@pytest.mark.parametrize("value", [float("nan"), -0.01, 1.01, "0.5", None, False, 10**400])
def test_a_threshold_outside_0_to_1_is_refused(value: object) -> None:
    """refuse_below is a probability."""
    with pytest.raises(ModelError, match=r"expected refuse_below in \[0, 1\]"):
        ModelContract.from_json(changed(refuse_below=value))


@pytest.mark.parametrize("bound", [0, 0.0, 1, 1.0])
def test_both_ends_of_the_threshold_are_allowed(bound: float) -> None:
    """0 reads everything, 1 next to nothing."""
    assert ModelContract.from_json(changed(refuse_below=bound)).refuse_below == bound


@pytest.mark.parametrize("value", [None, [], "seed", 3])
def test_a_provenance_of_another_kind_is_refused(value: object) -> None:
    """Drift looks into it; it would end live reading."""
    with pytest.raises(ModelError, match="expected a provenance by name"):
        ModelContract.from_json(changed(provenance=value))


@pytest.mark.parametrize(
    "labels",
    [[*LABELS, "a"], list(DIGIT_LABELS[::-1]), list(DIGIT_LABELS[:9]), [], [*DIGIT_LABELS, "ten"], list(range(10))],
    ids=["twelve", "reversed", "nine", "none", "other eleventh", "numbers"],
)
def test_other_labels_are_refused(labels: list[object]) -> None:
    """The digits come first and in order; only "not a digit" may follow."""
    with pytest.raises(ModelError, match="expected the labels 0 to 9"):
        ModelContract.from_json(changed(labels=labels))


@pytest.mark.parametrize("field", ["polarity", "labels", "temperature", "refuse_below", "kind"])
def test_a_message_stays_a_line(field: str) -> None:
    """Whatever a model's maker wrote there; it goes to a terminal, a log and a broker."""
    with pytest.raises(ModelError, match="expected") as caught:
        ModelContract.from_json(changed(**{field: ["\x1b[2J\n" * 100_000]}))
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(ModelContract)])
def test_a_missing_field_is_named(field: str) -> None:
    """A contract that lacks a field is refused rather than completed with a default."""
    fields = json.loads(FITTED.to_json())
    del fields[field]
    with pytest.raises(ModelError, match=f"cannot be read .*{field}"):
        ModelContract.from_json(json.dumps(fields))


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "null", "1", '{"labels": 3', "[" * 100_000], ids=lambda text: text[:8] or "empty"
)
def test_other_json_is_one_clear_error(text: str) -> None:
    """Whatever the text, and however deeply nested, the error is the project's own and fits on a line."""
    with pytest.raises(ModelError, match=r"expected a model contract of format 1, got .*; convert the model again"):
        ModelContract.from_json(text)


def test_the_error_is_a_value_error_too() -> None:
    """Callers who know nothing of this project's errors can still catch it."""
    with pytest.raises(ValueError, match="temperature") as caught:
        ModelContract(temperature=-1)
    assert isinstance(caught.value, DigitsError)
