"""metrics.json, to which training and conversion each add their part."""

import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from edge_app.errors import OutputError
from edge_app.files.atomic import write_atomically

METRICS_NAME = "metrics.json"
FINE_TUNING_KEY = "fine_tuning"
PENS_KEY = "pens"
# What earlier metrics.json call it, and in it the digits that were learnt from.
FORMER_KEY = "taught"


def training_key(network: str) -> str:
    """Where a network's training stands in metrics.json."""
    return "train" if network == "digits" else f"train_{network}"


def read_metrics(path: Path) -> dict[str, Any]:
    """The content of metrics.json, empty if there is none; raises OutputError if nothing can be added to it."""
    try:
        metrics = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        cause = f"{type(error).__name__}: {error}"
    else:
        cause = _not_an_object(metrics)
        if not cause:
            return dict(metrics)
    raise OutputError(f"expected a JSON object in {path}, got {cause}; delete the file, or choose --output")


def fine_tuning_metrics(train: Mapping[str, Any]) -> dict[str, Any] | None:
    """What "train" in metrics.json says of a fine-tuning, also under its former names; None if there was none."""
    found = train.get(FINE_TUNING_KEY, train.get(FORMER_KEY))
    if found is None:
        return None
    # A damaged one has no parts: the reader reports the first that is missing.
    parts = found.items() if isinstance(found, Mapping) else ()
    return {"training" if name == FORMER_KEY else name: value for name, value in parts}


def write_metrics(path: Path, metrics: Mapping[str, Any]) -> None:
    """Writes metrics.json, or a file like it, whole or not at all; raises OutputError."""
    write_atomically(path, (json.dumps(metrics, indent=1, sort_keys=True) + "\n").encode())


def _not_an_object(metrics: Any) -> str:
    """The part that should be a JSON object and is not; empty if all are."""
    for keys in ((), ("train",), ("convert",), ("convert", "models"), ("convert", "models", "int8")):
        value = metrics
        for key in keys:
            value = value.get(key, {})
        if not isinstance(value, dict):
            return f"a JSON {type(value).__name__}" + (f" as {'.'.join(keys)}" if keys else "")
    return ""


def package_versions(packages: Iterable[str]) -> dict[str, str]:
    """Version of each package, "not installed" where there is none."""
    versions = {}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions
