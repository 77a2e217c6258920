"""The detector's conversion: Keras → .tflite → run on every runtime → compared with the gate's limits → written."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from edge_app.files.atomic import write_atomically
from edge_app.model.detector import Maps
from edge_app.model.detector_contract import DetectorContract
from edge_app.model.file import embed_contract
from train.data.mnist import Mnist
from train.detector.evaluation import DetectorScore, score_detector
from train.detector.patches import Patches, draw_patches
from train.metrics_file import METRICS_NAME, package_versions

from .conversion import Step
from .keras_to_tflite import to_tflite
from .places import Places
from .prove.gate import Check
from .prove.inspection import Inspection, inspect_model
from .prove.runtimes import maps_on_runtime
from .provenance import PACKAGES
from .source import load_pair, read_metrics

TILE_PX = 256
PROOF_PAGES = 60
# No training draws its pages from this seed.
PROOF_SEED = 1_000_009
MAX_F1_DROP_PP = 0.5
MAX_SIZE_BYTES = 250_000
PRECISIONS = ("float32", "int8")
TRAIN_KEY = "train_detector"


@dataclass(frozen=True)
class DetectorArtefact:
    """A converted detector with its measurements.

    Attributes:
        precision: "float32" or "int8".
        content: the file, contract embedded: these very bytes were proven.
        inspection: the model taken apart.
        scores: on drawn tiles, by runtime.
    """

    precision: str
    content: bytes
    inspection: Inspection
    scores: Mapping[str, DetectorScore]


def convert_detector(folder: Path, mnist: Mnist, runtimes: Sequence[str], step: Step) -> list[DetectorArtefact]:
    """Converts detector_float.h5 and detector_qat.h5 and measures both on every runtime, on pages of test digits.

    Raises:
        SourceError: a model is missing or damaged.
        VerificationError: a runtime cannot run a model.
    """
    float_model, qat_model = load_pair(folder, "detector")
    step("drawing pages")
    tiles = draw_patches(mnist.test, PROOF_PAGES, PROOF_SEED, TILE_PX)
    artefacts = []
    for precision, model in zip(PRECISIONS, (float_model, qat_model), strict=True):
        step(f"converting to {precision}")
        provenance = {"precision": precision, "versions": package_versions(PACKAGES)}
        flatbuffer = to_tflite(model, precision, image_hw=(TILE_PX, TILE_PX))
        content = embed_contract(flatbuffer, DetectorContract(provenance=provenance))
        scores = {}
        for runtime in runtimes:
            step(f"running {precision} on {runtime}")
            scores[runtime] = _score(maps_on_runtime(runtime, content, tiles.ink), tiles)
        artefacts.append(DetectorArtefact(precision, content, inspect_model(content), scores))
    return artefacts


def _score(maps: Mapping[str, NDArray[np.float32]], tiles: Patches) -> DetectorScore:
    in_turn: Iterator[Maps] = zip(maps["centre"], maps["box"], maps["label"], strict=True)
    return score_detector(lambda _: next(in_turn), tiles)


def check_detector(parent: DetectorArtefact, child: DetectorArtefact) -> list[Check]:
    """Compares the int8 detector with its float parent and the limits."""
    checks = [
        Check("float tensors and conversions in int8", len(child.inspection.float_findings), "at most", 0, ""),
        Check("size of int8", len(child.content), "at most", MAX_SIZE_BYTES, "bytes"),
    ]
    for runtime, score in child.scores.items():
        drop = 100 * (parent.scores[runtime].f1 - score.f1)
        checks.append(Check(f"F1 drop of int8 on {runtime}", drop, "at most", MAX_F1_DROP_PP, "pp"))
    return checks


def print_detector(artefacts: Sequence[DetectorArtefact], checks: Sequence[Check], console: Console) -> None:
    """Prints a row for each precision and runtime, and what the gate says."""
    table = Table(title=f"detector, {PROOF_PAGES} drawn pages of MNIST's test digits", box=SIMPLE)
    for heading in ("", "runtime", "bytes", "MACs a tile", "F1 %", "recall %", "precision %"):
        table.add_column(heading, justify="left" if heading in ("", "runtime") else "right")
    for artefact in artefacts:
        for runtime, score in artefact.scores.items():
            numbers = (f"{value * 100:.2f}" for value in (score.f1, score.recall, score.precision))
            size, macs = f"{len(artefact.content):,}", f"{artefact.inspection.macs:,}"
            table.add_row(artefact.precision, runtime, size, macs, *numbers)
    console.print(table)
    for check in checks:
        console.print(f"gate: {check.subject}: {check.value:g}, {check.bound} {check.limit:g} {check.unit}".rstrip())


def publish_detector(places: Places, artefacts: Sequence[DetectorArtefact], former: Mapping[str, Any]) -> list[Path]:
    """Writes the models, "detector" and its training's part in metrics.json; returns what was written."""
    models = {
        artefact.precision: {
            "file": f"detector_{artefact.precision}.tflite",
            "sha256": hashlib.sha256(artefact.content).hexdigest(),
            "size_bytes": len(artefact.content),
            "macs": artefact.inspection.macs,
            "parameters": artefact.inspection.parameter_count,
            "runtimes": {
                runtime: {**asdict(score), "f1_percent": round(100 * score.f1, 3)}
                for runtime, score in artefact.scores.items()
            },
        }
        for artefact in artefacts
    }
    own = read_metrics(places.folder)
    train = {TRAIN_KEY: own[TRAIN_KEY]} if TRAIN_KEY in own else {}
    metrics = {**former, **train, "detector": {"versions": package_versions(PACKAGES), "models": models}}
    files = places.read_training_files()
    files[METRICS_NAME] = (json.dumps(metrics, indent=1, allow_nan=False) + "\n").encode()
    files |= {f"detector_{artefact.precision}.tflite": artefact.content for artefact in artefacts}
    for name, content in files.items():
        write_atomically(places.output / name, content)
    return [places.output / name for name in files]
