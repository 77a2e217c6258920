"""Writes converted models to the output folder, all of them or none."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_app.files.atomic import write_atomically
from edge_app.model.file import parse_model
from train.metrics_file import METRICS_NAME, package_versions, training_key

from ..artefact import Artefact
from ..conversion import EvaluationImages
from ..errors import SourceError
from ..prove.gate import Limits
from ..prove.inspection import Operator
from ..provenance import PACKAGES
from ..source import FLOAT_NAME, Source
from .plots import fine_tuning_png, int8_pictures


def model_name(precision: str, network: str = "digits") -> str:
    """File name of a model."""
    return f"{network}_{precision}.tflite"


def conversion_key(network: str) -> str:
    """Where a digit network's proof stands in metrics.json."""
    return "convert" if network == "digits" else network


def require_proof(precisions: Sequence[str], source: Source, output: Path) -> None:
    """Raises SourceError unless a fine-tuned model is made as int8, which is proven, and beside its own float model."""
    if "int8" not in precisions:
        raise SourceError(f"expected --int8 for a fine-tuned model, for its proof, got --{precisions[0]}; add --int8")
    beside = output / FLOAT_NAME
    if beside.exists() and hashlib.sha256(beside.read_bytes()).hexdigest() != source.float_sha256:
        raise SourceError(
            f"expected a folder of its own for a fine-tuned model, got {output} with another {FLOAT_NAME}, which "
            "the next fine-tuning starts from; leave out --output and --publish"
        )


def publish(
    output: Path,
    artefacts: Sequence[Artefact],
    metrics: Mapping[str, Any],
    images: EvaluationImages,
    training_files: Mapping[str, bytes],
    network: str = "digits",
) -> list[Path]:
    """Writes models, pictures of int8, and metrics.json; all is made in memory before the first byte is written.

    Args:
        output: the folder.
        artefacts: what was converted.
        metrics: from merge_metrics.
        images: what the models were proven on.
        training_files: what the training left and is published with the models, by name.
        network: "digits" or "nano"; the card has pictures of the former alone.

    Returns:
        What was written.
    """
    files = dict(training_files)
    if network == "digits" and any(artefact.precision == "int8" for artefact in artefacts):
        files |= int8_pictures(metrics["convert"]["models"]["int8"], images.mnist.test.images)
    for artefact in artefacts:
        if artefact.fine_tuning and images.held_out is not None:
            on_first = dataclasses.asdict(next(iter(artefact.fine_tuning.values())))
            files["int8_fine_tuning.png"] = fine_tuning_png(images.held_out.images, images.held_out.labels, on_first)
    files[METRICS_NAME] = (json.dumps(metrics, indent=1, allow_nan=False) + "\n").encode()
    # The models last: the numbers beside them must already be theirs.
    files |= {model_name(artefact.precision, network): artefact.content for artefact in artefacts}
    for name, content in files.items():
        write_atomically(output / name, content)
    return [output / name for name in files]


def merge_metrics(
    former: Mapping[str, Any], source: Source, artefacts: Sequence[Artefact], limits: Limits
) -> dict[str, Any]:
    """What goes into metrics.json: the former content, with the network's conversion and its training renewed.

    Args:
        former: the output folder's metrics.json; numbers of precisions that were not converted now are kept.
        source: where the models come from.
        artefacts: what was converted.
        limits: the gate's.
    """
    key, network = conversion_key(source.network), source.network
    former_models = former.get(key, {}).get("models", {})
    models = {**former_models, **{artefact.precision: _model_metrics(artefact, network) for artefact in artefacts}}
    train = {training_key(network): source.train_metrics} if source.train_metrics else {}
    convert = {"versions": package_versions(PACKAGES), "limits": dataclasses.asdict(limits), "models": models}
    return {**former, **train, key: convert}


def _model_metrics(artefact: Artefact, network: str) -> dict[str, Any]:
    inspection, contract = artefact.inspection, artefact.contract
    kinds = artefact.corruption_accuracy_percent
    fine_tuning = {runtime: dataclasses.asdict(proof) for runtime, proof in artefact.fine_tuning.items()}
    return {
        "file": model_name(artefact.precision, network),
        "sha256": artefact.sha256,
        "size_bytes": len(artefact.content),
        "flatbuffer_bytes": len(parse_model(artefact.content).flatbuffer),
        "macs": inspection.macs,
        "parameters": inspection.parameter_count,
        "integer_only": inspection.is_integer_only,
        "takes_pixel_minus_128": inspection.takes_pixel_minus_128,
        "operators": [_operator_metrics(operator) for operator in inspection.operators],
        "temperature": contract.temperature,
        "refuse_below": contract.refuse_below,
        "provenance": contract.provenance,
        "runtimes": {runtime: dataclasses.asdict(proof) for runtime, proof in artefact.proofs.items()},
        **({} if artefact.micro is None else {"micro": dataclasses.asdict(artefact.micro)}),
        **({"fine_tuning": fine_tuning} if fine_tuning else {}),
        **({} if kinds is None else {"corruption_accuracy_percent": dict(kinds)}),
    }


def _operator_metrics(operator: Operator) -> dict[str, Any]:
    return {
        "operator": operator.name,
        "output_shape": list(operator.outputs[0].shape),
        "parameters": operator.parameter_count,
        "macs": operator.macs,
        "bytes": operator.size_bytes,
    }
