"""What a model promises about its input and output, as it travels inside the .tflite file."""

import dataclasses
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError

FORMAT = 1
NORMALISATION = "mnist-xnist-1"
POLARITY = "ink-255"
NOT_A_DIGIT = "not a digit"
DIGIT_LABELS = tuple(str(digit) for digit in range(10))
LABELS = (*DIGIT_LABELS, NOT_A_DIGIT)
IMAGE_HW = (28, 28)
# A digit less certain than this is worth a look: it is collected, and counted as drift.
DOUBTFUL_BELOW = 0.9


# What reading the JSON of a contract raises where it is none.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def embedded_json(contract: Any) -> str:
    """A contract, a dataclass, as the JSON text that is embedded in a model file."""
    return json.dumps(dataclasses.asdict(contract), indent=1, sort_keys=True) + "\n"


def embedded_fields(kind: Any, text: str) -> dict[str, Any]:
    """The fields of a kind of contract out of that text, its labels as a tuple; raises one of UNREADABLE."""
    fields = json.loads(text)
    known = {field.name: fields[field.name] for field in dataclasses.fields(kind)}
    return {**known, "labels": tuple(known["labels"])}


@dataclass(frozen=True)
class ModelContract:
    """The contract between a model file and the app.

    Attributes:
        labels: the meaning of each output, the ten digits first; then optionally "not a digit".
        temperature: logits are divided by it before the softmax (Guo et al. 2017, arXiv:1706.04599); > 0.
        refuse_below: a digit whose calibrated probability lies below this is not reported; in [0, 1].
        format: version of this contract.
        normalisation: version of the crop normalisation that the model was trained behind.
        polarity: which end of uint8 is ink.
        provenance: where the model comes from: versions, seed, data hash; informative only.
    """

    labels: tuple[str, ...] = LABELS
    temperature: float = 1.0
    refuse_below: float = 0.5
    format: int = FORMAT
    normalisation: str = NORMALISATION
    polarity: str = POLARITY
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = {"format": FORMAT, "normalisation": NORMALISATION, "polarity": POLARITY}
        for name, value in expected.items():
            if getattr(self, name) != value:
                raise ModelError(
                    f"expected a model contract with {name} {value!r}, got {getattr(self, name)!r:.200}; "
                    "update the app, or convert the model again with this version"
                )
        if self.labels not in (DIGIT_LABELS, LABELS):
            raise ModelError(
                f"expected the labels 0 to 9 and optionally {NOT_A_DIGIT!r}, got {list(self.labels)!r:.200}"
            )
        if not (_is_number(self.temperature) and self.temperature > 0):
            raise ModelError(f"expected a temperature above 0 in the model contract, got {self.temperature!r:.200}")
        if not (_is_number(self.refuse_below) and 0 <= self.refuse_below <= 1):
            raise ModelError(f"expected refuse_below in [0, 1] in the model contract, got {self.refuse_below!r:.200}")
        if not isinstance(self.provenance, Mapping):
            raise ModelError(f"expected a provenance by name in the model contract, got {self.provenance!r:.200}")

    def to_json(self) -> str:
        """The contract as the JSON text that is embedded in the model file."""
        return embedded_json(self)

    @classmethod
    def from_json(cls, text: str) -> "ModelContract":
        """Reads what to_json wrote; raises ModelError for anything else."""
        try:
            kind = json.loads(text).get("kind")
            if kind is not None:
                raise ModelError(f"expected a model that reads digits, got one of kind {kind!r:.200}; choose another")
            known = embedded_fields(cls, text)
        except ModelError:
            raise
        except UNREADABLE as error:
            raise ModelError(
                f"expected a model contract of format {FORMAT}, got one that cannot be read ({error!r:.200}); "
                "convert the model again with this version"
            ) from error
        return cls(**known)


def _is_number(value: object) -> bool:
    # math.isfinite raises OverflowError for a whole number that no float can hold.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
