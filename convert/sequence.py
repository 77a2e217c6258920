"""The sequence reader's conversion: Keras → .tflite → run on every runtime → the gate's limits → written."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from edge_app.files.atomic import write_atomically
from edge_app.model.file import embed_contract
from edge_app.model.sequence_contract import STRIP_PX, SequenceContract
from train.data.mnist import Mnist
from train.metrics_file import METRICS_NAME, package_versions
from train.sequence.evaluation import SequenceScore, agreement, score_sequence
from train.sequence.pool import load_pool
from train.sequence.strips import WIDTH_PX, Strips, draw_strips

from .conversion import Step
from .keras_to_tflite import to_tflite
from .places import Places
from .prove.gate import Check
from .prove.inspection import Inspection, inspect_model
from .prove.runtimes import columns_on_runtime
from .provenance import PACKAGES
from .source import read_metrics

# What the edge cuts: wider than the strips that are trained on, for amounts with long gaps.
PROVEN_WIDTH_PX = 256
# 3.5 % of the texts change, so that the standard error of the drop is up to 0.42 pp with 2,000 strips, too coarse for
# its limit, and up to 0.24 pp with 6,000: the root of the changed ones over all of them.
PROOF_STRIPS = 6000
# No training draws its numbers from this seed.
PROOF_SEED = 1_000_013
MAX_EXACT_DROP_PP = 0.5
# A text of five digits is another one if a single digit is: 95 % of texts are 99 % of digits.
MIN_AGREEMENT_PERCENT = 95.0
MAX_SIZE_BYTES = 330_000
PRECISIONS = ("float32", "int8")
TRAIN_KEY = "train_sequence"


@dataclass(frozen=True)
class SequenceProof:
    """Numbers that nothing was trained on.

    Attributes:
        strips: as they are read, PROVEN_WIDTH_PX wide.
        pens_sha256: of the real pens that wrote some of them; empty for none.
    """

    strips: Strips
    pens_sha256: str


@dataclass(frozen=True)
class SequenceArtefact:
    """A converted sequence reader with its measurements.

    Attributes:
        precision: "float32" or "int8".
        content: the file, contract embedded: these very bytes were proven.
        inspection: the model taken apart.
        columns: what it says of the proof's strips, float32 (N, columns, 11), by runtime.
        scores: how many of them it reads exactly, by runtime.
    """

    precision: str
    content: bytes
    inspection: Inspection
    columns: Mapping[str, NDArray[np.float32]]
    scores: Mapping[str, SequenceScore]


def draw_proof(mnist: Mnist, pens: Path | None) -> SequenceProof:
    """Numbers of MNIST's test digits, drawn shapes, and UNIPEN's writers for validation where it is there."""
    pool = load_pool(pens, mnist.test, validation=True)
    drawn = draw_strips(pool, PROOF_STRIPS, PROOF_SEED)
    ink = np.pad(drawn.ink, ((0, 0), (0, 0), (0, PROVEN_WIDTH_PX - WIDTH_PX)))
    return SequenceProof(Strips(ink, drawn.texts, drawn.columns), pool.pens_sha256)


def convert_sequence(
    pair: tuple[Any, Any], proof: SequenceProof, runtimes: Sequence[str], step: Step
) -> list[SequenceArtefact]:
    """Converts the float network and its quantization-aware twin and measures both on every runtime.

    Raises:
        VerificationError: a runtime cannot run a model.
    """
    artefacts = []
    for precision, model in zip(PRECISIONS, pair, strict=True):
        step(f"converting to {precision}")
        provenance = {"precision": precision, "versions": package_versions(PACKAGES)}
        flatbuffer = to_tflite(model, precision, image_hw=(STRIP_PX, PROVEN_WIDTH_PX))
        content = embed_contract(flatbuffer, SequenceContract(provenance=provenance))
        columns = {}
        for runtime in runtimes:
            step(f"running {precision} on {runtime}")
            columns[runtime] = columns_on_runtime(runtime, content, proof.strips.ink)
        scores = {runtime: _score(said, proof.strips) for runtime, said in columns.items()}
        artefacts.append(SequenceArtefact(precision, content, inspect_model(content), columns, scores))
    return artefacts


def _score(columns: NDArray[np.float32], strips: Strips) -> SequenceScore:
    return score_sequence(lambda _: columns, strips)


def check_sequence(parent: SequenceArtefact, child: SequenceArtefact) -> list[Check]:
    """Compares the int8 reader with its float parent and the limits."""
    checks = [
        Check("float tensors and conversions in int8", len(child.inspection.float_findings), "at most", 0, ""),
        Check("size of int8", len(child.content), "at most", MAX_SIZE_BYTES, "bytes"),
    ]
    for runtime, score in child.scores.items():
        drop = 100 * (parent.scores[runtime].exact - score.exact) / score.strips
        checks.append(Check(f"drop of exact numbers of int8 on {runtime}", drop, "at most", MAX_EXACT_DROP_PP, "pp"))
        same = 100 * agreement(parent.columns[runtime], child.columns[runtime])
        checks.append(Check(f"same text of int8 on {runtime}", same, "at least", MIN_AGREEMENT_PERCENT, "%"))
    return checks


def print_sequence(artefacts: Sequence[SequenceArtefact], checks: Sequence[Check], console: Console) -> None:
    """Prints a row for each precision and runtime, and what the gate says."""
    table = Table(title=f"sequence reader, {PROOF_STRIPS} numbers drawn with MNIST's test digits", box=SIMPLE)
    for heading in ("", "runtime", "bytes", "MACs a strip", "numbers read exactly %"):
        table.add_column(heading, justify="left" if heading in ("", "runtime") else "right")
    for artefact in artefacts:
        for runtime, score in artefact.scores.items():
            size, macs = f"{len(artefact.content):,}", f"{artefact.inspection.macs:,}"
            table.add_row(artefact.precision, runtime, size, macs, f"{score.exact_share * 100:.2f}")
    console.print(table)
    for check in checks:
        console.print(f"gate: {check.subject}: {check.value:g}, {check.bound} {check.limit:g} {check.unit}".rstrip())


def publish_sequence(
    places: Places, artefacts: Sequence[SequenceArtefact], proof: SequenceProof, former: Mapping[str, Any]
) -> list[Path]:
    """Writes the models, "sequence" and its training's part in metrics.json; returns what was written."""
    own = read_metrics(places.folder)
    train = {TRAIN_KEY: own[TRAIN_KEY]} if TRAIN_KEY in own else {}
    models = {artefact.precision: _model_metrics(artefact, artefacts[0]) for artefact in artefacts}
    found = {"versions": package_versions(PACKAGES), "pens_sha256": proof.pens_sha256, "models": models}
    files = places.read_training_files()
    files[METRICS_NAME] = (
        json.dumps({**former, **train, "sequence": found}, indent=1, allow_nan=False) + "\n"
    ).encode()
    # The models last: the numbers beside them must already be theirs.
    files |= {f"sequence_{artefact.precision}.tflite": artefact.content for artefact in artefacts}
    for name, content in files.items():
        write_atomically(places.output / name, content)
    return [places.output / name for name in files]


def _model_metrics(artefact: SequenceArtefact, parent: SequenceArtefact) -> dict[str, Any]:
    return {
        "file": f"sequence_{artefact.precision}.tflite",
        "sha256": hashlib.sha256(artefact.content).hexdigest(),
        "size_bytes": len(artefact.content),
        "macs": artefact.inspection.macs,
        "parameters": artefact.inspection.parameter_count,
        "runtimes": {
            runtime: {
                **asdict(score),
                "exact_percent": round(100 * score.exact_share, 3),
                "same_text_percent": round(100 * agreement(parent.columns[runtime], artefact.columns[runtime]), 3),
            }
            for runtime, score in artefact.scores.items()
        },
    }
