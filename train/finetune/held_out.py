"""What fine-tuning leaves for convert's proof: the model it started from, and digits that it did not learn from."""

import hashlib
from pathlib import Path
from typing import Any

from edge_app.files.atomic import write_atomically

from .crops import FineTuningSet

PARENT_NAME, HELD_OUT_NAME = "parent_int8.tflite", "held_out.npz"
# McNemar's exact p of this many fixed and none broken is 2 / 2^6, the first below 0.05.
MIN_FIXED = 6


def prospect(misread: int) -> str:
    """What fine-tuning can prove, given how many held-out digits are misread before it."""
    now = f"{misread} held-out digits are misread now"
    if misread >= MIN_FIXED:
        return now
    return (
        f"{now}, too few for convert's proof, which takes {MIN_FIXED} fixed and none broken; "
        "first collect more, above all digits like those that are misread"
    )


def write_proof(output: Path, digits: FineTuningSet, parent_sha256: str, parent_int8: bytes) -> dict[str, Any]:
    """Writes what convert proves the fine-tuned model with.

    Args:
        output: the fine-tuned model's folder.
        digits: what was learnt from and what was held out.
        parent_sha256: of the float model before.
        parent_int8: its int8 model, the whole file.

    Returns:
        What metrics.json says of it.

    Raises:
        OutputError: the folder cannot be written.
    """
    held_out = digits.held_out_npz()
    write_atomically(output / PARENT_NAME, parent_int8)
    write_atomically(output / HELD_OUT_NAME, held_out)
    return {
        **digits.to_metrics(),
        "parent_float_sha256": parent_sha256,
        "proof_sha256": proof_sha256(parent_int8, held_out),
    }


def proof_sha256(parent: bytes, held_out: bytes) -> str:
    """Hash of the proof's files, for metrics.json, which is written with the models.

    Fine-tuning that is stopped in between leaves held-out digits beside an earlier model, which may have learnt them.
    """
    return hashlib.sha256(parent + held_out).hexdigest()
