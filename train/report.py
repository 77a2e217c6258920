"""The files that a training writes: two models, its part of metrics.json, and two pictures."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_app.files.atomic import write_atomically

from .data.mnist import Mnist, Split
from .fitting import Trained, predict
from .metrics_file import (
    FINE_TUNING_KEY,
    METRICS_NAME,
    PENS_KEY,
    package_versions,
    read_metrics,
    training_key,
    write_metrics,
)
from .network import save_h5
from .plots import confusion_png, curves_png
from .runs import model_flag

VERSIONED = ("tensorflow", "tf-keras", "tensorflow-model-optimization", "numpy", "digits-edge")


@dataclass(frozen=True)
class Results:
    """One training run: its settings (the recipe is a dataclass), and how long it took in seconds of wall time.

    `fine_tuning` and `pens` are what metrics.json says of the digits added to MNIST's, and of UNIPEN; None without any.
    `start_sha256` is of the file that it went on from, empty where it began anew.
    """

    seed: int
    recipe: Any
    data_sha256: str
    seconds: float
    fine_tuning: Mapping[str, Any] | None = None
    pens: Mapping[str, Any] | None = None
    start_sha256: str = ""


def write(output: Path, trained: Trained, mnist: Mnist, results: Results) -> None:
    """Writes digits_float.h5, digits_qat.h5, any digits_teacher.h5, "train" in metrics.json, and the pictures.

    Each whole or not at all. Another network than "digits" has its own name in place of that, but for the teacher.
    """
    scores, own = {}, results.recipe.network
    for name, kind, network in (
        ("teacher", "digits", trained.teacher),
        ("float", own, trained.model),
        ("qat", own, trained.twin),
    ):
        if network is None:
            continue
        save_h5(network, output / f"{kind}_{name}.h5")
        scores[name] = {split: _accuracy(network, getattr(mnist, split)) for split in ("validation", "test")}
        print(f"train: {name}: validation {scores[name]['validation']:.2f} %, test {scores[name]['test']:.2f} %")
    _write_metrics(output / METRICS_NAME, trained, results, scores)
    read = predict(trained.twin, mnist.test.images)[:, :10].argmax(axis=1)
    write_atomically(output / "training_curves.png", curves_png(trained.histories))
    write_atomically(output / "training_confusion.png", confusion_png(mnist.test.labels, read))
    flag = "" if own == "digits" else f" --{own}"
    took, where = f"{results.seconds / 60:.1f} minutes", model_flag(output)
    print(f"train: wrote {output} in {took}; next: python -m convert{flag} --int8{where}")


def _accuracy(model: Any, split: Split) -> float:
    return round(float((predict(model, split.images)[:, :10].argmax(axis=1) == split.labels).mean() * 100), 2)


def origin_metrics(results: Results) -> dict[str, Any]:
    """The parts of metrics.json about UNIPEN and the network it went on from; without those that were not used."""
    pens = {} if results.pens is None else {PENS_KEY: dict(results.pens)}
    return pens | ({"start_sha256": results.start_sha256} if results.start_sha256 else {})


def _write_metrics(path: Path, trained: Trained, results: Results, scores: dict[str, dict[str, float]]) -> None:
    metrics = read_metrics(path)
    metrics[training_key(results.recipe.network)] = {
        "seed": results.seed,
        "recipe": dataclasses.asdict(results.recipe),
        "data_sha256": results.data_sha256,
        "parameters": int(trained.model.count_params()),
        "accuracy_percent": scores,
        "histories": trained.histories,
        "versions": package_versions(VERSIONED),
        **origin_metrics(results),
        **({} if results.fine_tuning is None else {FINE_TUNING_KEY: dict(results.fine_tuning)}),
    }
    write_metrics(path, metrics)
