"""What teaching leaves beside a taught model for convert's proof: the model before, and digits not learnt from."""

import hashlib
from pathlib import Path
from typing import Any

from edge_app.files.atomic import write_atomically

from .crops import TeachingSet

PARENT_NAME, HELD_OUT_NAME = "parent_int8.tflite", "held_out.npz"
# McNemar's exact p of this many fixed and none broken is 2 / 2^6, the first below 0.05.
MIN_FIXED = 6


def prospect(misread: int) -> str:
    """What can come of teaching, as so many held-out digits are misread before it."""
    told = f"{misread} held-out digits are misread now"
    if misread >= MIN_FIXED:
        return told
    return (
        f"{told}, too few for convert's proof, which takes {MIN_FIXED} fixed and none broken; "
        "collect more first, most of all of what is misread"
    )


def write_proof(output: Path, digits: TeachingSet, parent_sha256: str, parent_int8: bytes) -> dict[str, Any]:
    """Writes what convert proves the taught model with.

    Args:
        output: the taught model's folder.
        digits: what was taught and what was held out.
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
    """Hash of the proof's files, for metrics.json, which is written when the models are.

    Teaching that ends in between leaves held-out digits beside an earlier model, which may have learnt them.
    """
    return hashlib.sha256(parent + held_out).hexdigest()
