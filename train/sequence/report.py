"""The files that a sequence reader's training writes: two models and its part of metrics.json."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics_file import METRICS_NAME, package_versions, read_metrics, write_metrics
from ..network import save_h5
from ..report import VERSIONED, Results, origin_metrics
from ..runs import model_flag
from .evaluation import score_sequence
from .fitting import TrainedSequence


def write_sequence(output: Path, trained: TrainedSequence, pens_sha256: str, results: Results) -> None:
    """Writes sequence_float.h5, sequence_qat.h5 and "train_sequence" in metrics.json, each whole or not at all.

    Args:
        output: the folder.
        trained: from `train_sequence`; scored on its strips of other writers.
        pens_sha256: of the pens that were learnt from; empty for none.
        results: of the training.
    """
    exact = {}
    for name, network in (("float", trained.model), ("qat", trained.twin)):
        save_h5(network, output / f"sequence_{name}.h5")
        exact[name] = round(score_sequence(runner(network), trained.watched).exact_share * 100, 2)
        print(f"train: sequence reader {name}: {exact[name]:.2f} % of other writers' numbers read exactly")
    metrics = read_metrics(output / METRICS_NAME)
    metrics["train_sequence"] = {
        "seed": results.seed,
        "recipe": dataclasses.asdict(results.recipe),
        "data_sha256": results.data_sha256,
        "pens_sha256": pens_sha256,
        **origin_metrics(results),
        "parameters": int(trained.model.count_params()),
        "validation_exact_percent": exact,
        "histories": trained.histories,
        "versions": package_versions(VERSIONED),
    }
    write_metrics(output / METRICS_NAME, metrics)
    took, where = f"{results.seconds / 60:.1f} minutes", model_flag(output)
    print(f"train: wrote {output} in {took}; next: python -m convert --sequence --int8{where}")


def runner(model: Any) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """A function from strips, uint8 (N, STRIP_PX, W), to a Keras model's logits, float32 (N, W / COLUMN_PX, 11)."""

    def run(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
        # In parts: the inputs are four times as large in float32.
        parts = np.array_split(ink[..., None], max(1, len(ink) // 1000))
        logits = [model.predict(part / np.float32(255), batch_size=100, verbose=0) for part in parts]
        return np.asarray(np.concatenate(logits)[:, 0], np.float32)

    return run
