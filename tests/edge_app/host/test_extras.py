"""Packages that only some commands need."""

import importlib

import pytest

from edge_app.errors import MissingPartError
from edge_app.host.extras import needs


def test_a_package_of_an_extra_is_one_clear_line() -> None:
    """What is missing, for what, and how to get it; also if it is imported from within."""
    clear = r"expected nowhere(\.inside)? for --flag, got none installed; try pip install 'digits-edge\[live\]'"
    for name in ("nowhere", "nowhere.inside"):
        with pytest.raises(MissingPartError, match=clear), needs({"nowhere"}, "--flag", "live"):
            importlib.import_module(name)


def test_any_other_missing_module_is_a_bug() -> None:
    """It keeps its traceback."""
    with pytest.raises(ModuleNotFoundError) as caught, needs({"nowhere"}, "--flag", "live"):
        importlib.import_module("edge_app.nowhere")
    assert not isinstance(caught.value, MissingPartError)
