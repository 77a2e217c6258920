"""models/CONTRACT.md says what the shipped files hold."""

import json
import re
from typing import Any

import jsonschema
import pytest

from convert.report.card import ROOT
from edge_app.model.contract import NORMALISATION, POLARITY
from edge_app.model.file import CONTRACT_NAME, shipped_model_path
from edge_app.model.tail import Tail

MODELS = ROOT / "models"
PAGE = (MODELS / "CONTRACT.md").read_text()


def schema() -> Any:
    """The page's only block of JSON."""
    (found,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    return json.loads(found)


def contract(name: str) -> Any:
    """What is embedded in a file of models/."""
    return json.loads(Tail((MODELS / name).read_bytes(), name).read(CONTRACT_NAME))


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.tflite")), ids=lambda path: path.name)
def test_the_digit_networks_keep_to_the_schema(path: Any) -> None:
    """And those of pages, which have another contract, do not."""
    validator = jsonschema.Draft202012Validator(schema())
    is_digits = not path.name.startswith(("detector", "sequence"))
    assert validator.is_valid(contract(path.name)) == is_digits


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", 2), ("temperature", 0), ("refuse_below", 1.5), ("labels", ["0"]), ("polarity", "paper-255"),
     ("labels", [*"0123456798"]), ("kind", "digit-detector")],
)  # fmt: skip
def test_the_schema_refuses_what_the_app_refuses(key: str, value: object) -> None:
    """One wrong value at a time."""
    changed = {**contract(shipped_model_path().name), key: value}
    assert not jsonschema.Draft202012Validator(schema()).is_valid(changed)


def test_the_page_names_what_the_code_names() -> None:
    """Versions, members, keys of the vectors."""
    for name in (NORMALISATION, POLARITY, *Tail(shipped_model_path().read_bytes(), "").names):
        assert name in PAGE
    vectors = json.loads((MODELS / "vectors.json").read_text())
    for key in (*vectors, *vectors["vectors"][0], *vectors["vectors"][0]["crop"], *vectors["tolerance"]):
        assert f"`{key}`" in PAGE
