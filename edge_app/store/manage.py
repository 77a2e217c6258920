"""`python -m edge_app model`: what is done and printed."""

import dataclasses
import json
from pathlib import Path

from ..model.file import read_model, shipped_model_path
from .choice import store_folder
from .state import Installed
from .store import ModelStore

SHIPPED = "the shipped model"
SHORT = 12


def install(file: Path, store: Path | None, keep: int, sha256: str | None, public_key: Path | None) -> int:
    """Installs a model in --store, see ModelStore; returns the exit code."""
    model = ModelStore(store_folder(store), keep).install(file, sha256=sha256, public_key=public_key)
    print(f"current is {_line(model)}; back with: python -m edge_app model rollback")
    return 0


def roll_back(folder: Path | None) -> int:
    """Goes back by one model in --store; returns the exit code."""
    store = ModelStore(store_folder(folder))
    left = store.list()[:1]
    model = store.rollback()
    print(f"current is {SHIPPED if model is None else _line(model)}")
    if left:
        same_store = "" if folder is None else f" --store {folder}"
        print(f"forward again with: python -m edge_app model install {store.path(left[0].sha256)}{same_store}")
    return 0


def print_models(folder: Path | None, as_json: bool) -> int:
    """Prints the models of --store, the one that reads marked; returns the exit code."""
    store = ModelStore(store_folder(folder))
    # Read once: another process may install and remove meanwhile.
    state = store.state()
    current, shipped = store.current_of(state).sha256, read_model(shipped_model_path())
    if as_json:
        record = {
            "store": str(store.folder),
            "current": current,
            "models": [dataclasses.asdict(model) for model in state.models],
            "shipped": shipped.sha256,
            "history": [dataclasses.asdict(change) for change in state.history],
        }
        print(json.dumps(record, ensure_ascii=False))
        return 0
    lines = [(model.sha256, _line(model)) for model in state.models] + [(shipped.sha256, _shipped_line(shipped.sha256))]
    marked = next(place for place, (sha256, _) in enumerate(lines) if sha256 == current)
    for place, (_, line) in enumerate(lines):
        print(f"{'*' if place == marked else ' '} {line}")
    return 0


def _line(model: Installed) -> str:
    return f"{model.sha256[:SHORT]}  {model.time}  {model.size_bytes:,} bytes  from {model.source}"


def _shipped_line(sha256: str) -> str:
    return f"{sha256[:SHORT]}  {SHIPPED}"
