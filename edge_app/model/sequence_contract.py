"""What the sequence reader's model promises, as it travels inside the .tflite file, and how to read its columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError
from .contract import DIGIT_LABELS, POLARITY, UNREADABLE, embedded_fields, embedded_json

KIND = "digit-sequence-1"
# A strip's height, and its digits' in it, in pixels.
STRIP_PX, DIGIT_PX = 32, 20
# Pixels along the strip that one column of the network's output stands for.
COLUMN_PX = 4
# Channels of a column: the ten digits, then "no digit's middle here", CTC's blank.
BLANK = 10
SEQUENCE_LABELS = (*DIGIT_LABELS, "blank")


@dataclass(frozen=True)
class SequenceContract:
    """The contract between a sequence reader's file and the app.

    Attributes:
        kind: what it is, and the version of reading its columns.
        labels: the meaning of the channels.
        polarity: which end of uint8 is ink.
        provenance: where the model comes from; informative only.
    """

    kind: str = KIND
    labels: tuple[str, ...] = SEQUENCE_LABELS
    polarity: str = POLARITY
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in {"kind": KIND, "labels": SEQUENCE_LABELS, "polarity": POLARITY}.items():
            if getattr(self, name) != value:
                raise ModelError(
                    f"expected a sequence reader's contract with {name} {value!r}, got {getattr(self, name)!r}; "
                    "update the app, or convert the model again with this version"
                )

    def to_json(self) -> str:
        """The contract as the JSON text that is embedded in the model file."""
        return embedded_json(self)

    @classmethod
    def from_json(cls, text: str) -> "SequenceContract":
        """Reads what to_json wrote; raises ModelError for anything else."""
        try:
            known = embedded_fields(cls, text)
        except UNREADABLE as error:
            raise ModelError(
                f"expected the contract of a sequence reader ({KIND}), got another one ({error!r}); "
                "make one with: python -m convert --sequence --int8"
            ) from error
        return cls(**known)
