"""What the detector's model promises, as it travels inside the .tflite file, and how its maps are to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError
from .contract import DIGIT_LABELS, POLARITY, UNREADABLE, embedded_fields, embedded_json

KIND = "digit-detector-1"
# Pixels of ink, each way, that one cell of the maps stands for.
CELL_PX = 4
# Widths and heights are given as logarithms of their ratio to these.
REFERENCE_WH_PX = (16.0, 24.0)
# The network finds digits of these heights, in pixels of its input.
MIN_HEIGHT_PX, MAX_HEIGHT_PX = 12.0, 46.0
# Channels of its three outputs: is a digit's middle here, its box, which one.
MAP_CHANNELS = (1, 4, 10)


@dataclass(frozen=True)
class DetectorContract:
    """The contract between a detector's file and the app.

    Attributes:
        kind: what it is, and the version of reading its maps.
        labels: the meaning of the last map's channels.
        polarity: which end of uint8 is ink.
        provenance: where the model comes from; informative only.
    """

    kind: str = KIND
    labels: tuple[str, ...] = DIGIT_LABELS
    polarity: str = POLARITY
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in {"kind": KIND, "labels": DIGIT_LABELS, "polarity": POLARITY}.items():
            if getattr(self, name) != value:
                raise ModelError(
                    f"expected a detector's contract with {name} {value!r}, got {getattr(self, name)!r}; "
                    "update the app, or convert the model again with this version"
                )

    def to_json(self) -> str:
        """The contract as the JSON text that is embedded in the model file."""
        return embedded_json(self)

    @classmethod
    def from_json(cls, text: str) -> "DetectorContract":
        """Reads what to_json wrote; raises ModelError for anything else."""
        try:
            known = embedded_fields(cls, text)
        except UNREADABLE as error:
            raise ModelError(
                f"expected the contract of a detector ({KIND}), got another one ({error!r}); "
                "make one with: python -m convert --detector --int8"
            ) from error
        return cls(**known)
