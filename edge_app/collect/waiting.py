"""What is known of a crop that waits for a label: ID.known, written, read and put in order."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# The reason of crops of a number that somebody says is wrong.
CORRECTED = "corrected"


@dataclass(frozen=True)
class WaitingCrop:
    """What is known of a crop that waits.

    Attributes:
        id: 16 hexadecimal digits, of its pixels.
        guess: 0 to 9, what the model takes it for.
        confidence: of the guess, in [0, 1].
        reason: "refused", "unsure" or CORRECTED.
        time_s: when it was seen, seconds since 1970.
        model_sha256: hash of the model.
        box: (x, y, width, height) in the frame.
        frame_wh: the frame's size.
        text: all that was read off the frame.
    """

    id: str
    guess: int
    confidence: float
    reason: str
    time_s: float
    model_sha256: str
    box: tuple[int, int, int, int]
    frame_wh: tuple[int, int]
    text: str

    def to_json(self) -> bytes:
        """The content of ID.known."""
        return json.dumps(asdict(self)).encode()


def read_waiting(path: Path) -> WaitingCrop | None:
    """Reads ID.known; None if there is none, or one that is damaged or not of this kind."""
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        crop = WaitingCrop(**{**fields, "box": tuple(fields["box"]), "frame_wh": tuple(fields["frame_wh"])})
        return crop if crop.id == path.stem and _is_sound(crop) else None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def urgency(crop: WaitingCrop) -> tuple[bool, float, int]:
    """What to sort by: corrected numbers first, digit by digit, then the oldest."""
    return crop.reason != CORRECTED, crop.time_s, crop.box[0]


def _is_sound(crop: WaitingCrop) -> bool:
    """Whether all can be put in order and sent; what is not even of its type raises what read_waiting catches."""
    "".join((crop.reason, crop.model_sha256, crop.text)).encode()
    return (
        crop.guess in range(10)
        and math.isfinite(crop.confidence)
        and math.isfinite(crop.time_s)
        and (len(crop.box), len(crop.frame_wh)) == (4, 2)
        and all(isinstance(side, int) for side in (*crop.box, *crop.frame_wh))
    )
