"""The files that a detector's training writes: two models and its part of metrics.json."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_app.model.detector import Maps

from ..data.mnist import Mnist
from ..metrics_file import METRICS_NAME, package_versions, read_metrics, write_metrics
from ..network import save_h5
from ..report import VERSIONED, Results, origin_metrics
from ..runs import model_flag
from .evaluation import score_detector
from .fitting import VALIDATION_SEED, TrainedDetector
from .patches import draw_patches

SCORED_PAGES = 100


def write_detector(output: Path, trained: TrainedDetector, mnist: Mnist, results: Results) -> None:
    """Writes detector_float.h5, detector_qat.h5 and "train_detector" in metrics.json, each whole or not at all."""
    watched = draw_patches(mnist.validation, min(SCORED_PAGES, results.recipe.validation_pages), VALIDATION_SEED)
    scores = {}
    for name, network in (("float", trained.model), ("qat", trained.twin)):
        save_h5(network, output / f"detector_{name}.h5")
        score = score_detector(runner(network), watched)
        scores[name] = {key: round(getattr(score, key) * 100, 2) for key in ("f1", "recall", "precision")}
        print(f"train: detector {name}: on drawn validation patches {scores[name]} %")
    metrics = read_metrics(output / METRICS_NAME)
    metrics["train_detector"] = {
        "seed": results.seed,
        "recipe": dataclasses.asdict(results.recipe),
        "data_sha256": results.data_sha256,
        "parameters": int(trained.model.count_params()),
        "validation_percent": scores,
        "histories": trained.histories,
        "versions": package_versions(VERSIONED),
        **origin_metrics(results),
    }
    write_metrics(output / METRICS_NAME, metrics)
    took, where = f"{results.seconds / 60:.1f} minutes", model_flag(output)
    print(f"train: wrote {output} in {took}; next: python -m convert --detector --int8{where}")


def runner(model: Any) -> Any:
    """A function from one patch, uint8 (h, w), to a Keras model's maps."""
    import tensorflow as tf

    function = tf.function(lambda inputs: model(inputs, training=False))

    def run(ink: NDArray[np.uint8]) -> Maps:
        outputs = function(ink[None, ..., None].astype(np.float32) / np.float32(255))
        centre, box, label = (output[0].numpy() for output in outputs)
        return centre[..., 0], box, label

    return run
