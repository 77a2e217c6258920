"""A converted model with its contract, inspection and proof."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from edge_app.model.contract import ModelContract

from .prove.finetuned import FineTuningProof
from .prove.gate import Check
from .prove.inspection import Inspection
from .prove.micro_proof import MicroProof
from .prove.proof import Proof


@dataclass(frozen=True)
class Artefact:
    """A converted model with its contract, inspection and proof.

    Attributes:
        precision: "float32", "float16", "dynamic" or "int8".
        content: the file, contract embedded: these very bytes were proven.
        contract: what was embedded.
        inspection: its operators and tensors.
        proofs: its measurements, by runtime.
        checks: its numbers against the limits.
        corruption_accuracy_percent: of int8 on the first runtime, by kind of corruption; None for the others.
        micro: of int8, what it shows on tflite-micro; None for the others, and where that is not installed.
        fine_tuning: of a fine-tuned int8 model, by runtime: how it compares with its parent; else empty.
    """

    precision: str
    content: bytes
    contract: ModelContract
    inspection: Inspection
    proofs: Mapping[str, Proof]
    checks: tuple[Check, ...]
    corruption_accuracy_percent: Mapping[str, float] | None = None
    micro: MicroProof | None = None
    fine_tuning: Mapping[str, FineTuningProof] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of the file, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()
