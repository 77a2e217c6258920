"""`python -m edge_app model`: what is done and printed."""

import argparse
import dataclasses
import json

from ..model.file import read_model, shipped_model_path
from .choice import store_folder
from .state import Installed
from .store import ModelStore

SHIPPED = "the shipped model"
SHORT = 12


def install(options: argparse.Namespace) -> int:
    """Installs a model; returns the exit code."""
    store = ModelStore(store_folder(options.store), options.keep)
    model = store.install(options.file, sha256=options.sha256, public_key=options.require_signature)
    print(f"current is {_told(model)}; back with: python -m edge_app model rollback")
    return 0


def roll_back(options: argparse.Namespace) -> int:
    """Goes back by one model; returns the exit code."""
    store = ModelStore(store_folder(options.store))
    left = store.list()[:1]
    model = store.rollback()
    print(f"current is {SHIPPED if model is None else _told(model)}")
    if left:
        same_store = "" if options.store is None else f" --store {options.store}"
        print(f"forward again with: python -m edge_app model install {store.path(left[0].sha256)}{same_store}")
    return 0


def print_models(options: argparse.Namespace) -> int:
    """Prints the models, the one that reads marked; returns the exit code."""
    store = ModelStore(store_folder(options.store))
    # Read once: another process may install and remove meanwhile.
    state = store.state()
    current, shipped = store.current_of(state).sha256, read_model(shipped_model_path())
    if options.json:
        record = {
            "store": str(store.folder),
            "current": current,
            "models": [dataclasses.asdict(model) for model in state.models],
            "shipped": shipped.sha256,
            "history": [dataclasses.asdict(change) for change in state.history],
        }
        print(json.dumps(record, ensure_ascii=False))
        return 0
    lines = [(model.sha256, _told(model)) for model in state.models] + [(shipped.sha256, _told_shipped(shipped.sha256))]
    marked = next(place for place, (sha256, _) in enumerate(lines) if sha256 == current)
    for place, (_, told) in enumerate(lines):
        print(f"{'*' if place == marked else ' '} {told}")
    return 0


def _told(model: Installed) -> str:
    return f"{model.sha256[:SHORT]}  {model.time}  {model.size_bytes:,} bytes  from {model.source}"


def _told_shipped(sha256: str) -> str:
    return f"{sha256[:SHORT]}  {SHIPPED}"
