"""What a training leaves behind: two models, its part of metrics.json, and two pictures."""

import dataclasses
import importlib.metadata
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import OutputError
from edge_app.model_file import write_atomically

from .data import Mnist, Split
from .fitting import History, predict
from .network import save_h5
from .recipe import Recipe

METRICS_NAME = "metrics.json"
VERSIONED = ("tensorflow", "tf-keras", "tensorflow-model-optimization", "numpy", "digits-edge")


@dataclass(frozen=True)
class Results:
    """One training run: what it was given and how it went; `seconds` is wall time."""

    seed: int
    recipe: Recipe
    data_sha256: str
    histories: dict[str, History]
    seconds: float


def require_writable(output: Path) -> None:
    """Raises OutputError before hours of work go into a folder that takes no file."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output):
            pass
    except OSError as error:
        raise OutputError(f"expected a folder to write to, got {output} ({error.strerror}); choose --output") from error


def read_metrics(path: Path) -> dict[str, Any]:
    """What metrics.json holds already, empty where it is not there; raises OutputError if it cannot be added to."""
    try:
        metrics = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        cause = f"{type(error).__name__}: {error}"
    else:
        if isinstance(metrics, dict):
            return metrics
        cause = f"a JSON {type(metrics).__name__}"
    raise OutputError(f"expected a JSON object in {path}, got {cause}; delete the file, or choose --output")


def write(output: Path, model: Any, twin: Any, mnist: Mnist, results: Results) -> None:
    """Writes digits_float.h5, digits_qat.h5, "train" in metrics.json, and the pictures, each whole or not at all."""
    scores = {}
    for name, network in (("float", model), ("qat", twin)):
        save_h5(network, output / f"digits_{name}.h5")
        scores[name] = {split: _accuracy(network, getattr(mnist, split)) for split in ("validation", "test")}
        print(f"train: {name}: validation {scores[name]['validation']:.2f} %, test {scores[name]['test']:.2f} %")
    _write_metrics(output / METRICS_NAME, results, scores, int(model.count_params()))
    _plot_curves(output / "training_curves.png", results.histories)
    _plot_confusion(output / "training_confusion.png", mnist.test.labels, predict(twin, mnist.test)[:, :10].argmax(1))
    print(f"train: wrote {output} in {results.seconds / 60:.1f} minutes; next: python -m convert --int8")


def _accuracy(model: Any, split: Split) -> float:
    return round(float((predict(model, split)[:, :10].argmax(axis=1) == split.labels).mean() * 100), 2)


def _write_metrics(path: Path, results: Results, scores: dict[str, dict[str, float]], parameters: int) -> None:
    metrics = read_metrics(path)
    metrics["train"] = {
        "seed": results.seed,
        "recipe": dataclasses.asdict(results.recipe),
        "data_sha256": results.data_sha256,
        "parameters": parameters,
        "accuracy_percent": scores,
        "histories": results.histories,
        "versions": {name: importlib.metadata.version(name) for name in VERSIONED if _installed(name)},
    }
    write_atomically(path, (json.dumps(metrics, indent=1, sort_keys=True) + "\n").encode())


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _plot_curves(path: Path, histories: dict[str, History]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    panels = figure.subplots(1, 2)
    for name, history in histories.items():
        start = 1 if name == "float" else 1 + len(histories["float"]["loss"])
        epochs = np.arange(start, start + len(history["loss"]))
        for part, style in (("", "-"), ("val_", "--")):
            label = f"{name}, {'validation' if part else 'training (varied images)'}"
            panels[0].plot(epochs, history[f"{part}loss"], style, marker=".", label=label)
            panels[1].plot(epochs, np.array(history[f"{part}accuracy"]) * 100, style, marker=".", label=label)
    for panel, title in zip(panels, ("loss", "accuracy, percent"), strict=True):
        panel.set(title=title, xlabel="epoch")
        panel.grid(alpha=0.3)
    panels[0].legend(fontsize=8)
    _save_figure(figure, path)


def _plot_confusion(path: Path, labels: NDArray[np.int64], digits: NDArray[np.int64]) -> None:
    from matplotlib.figure import Figure

    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (labels, digits), 1)
    errors = counts - np.diag(np.diag(counts))
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    panel = figure.subplots()
    panel.imshow(errors, cmap="Reds")
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
            panel.text(column, row, counts[row, column], ha="center", va="center", fontsize=8)
    panel.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="is",
              title=f"quantization-aware model, test: {errors.sum()} errors")  # fmt: skip
    _save_figure(figure, path)


def _save_figure(figure: Any, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / "figure.png"
        figure.savefig(temporary, dpi=110)
        write_atomically(path, temporary.read_bytes())
