"""What somebody said that a crop is: labelled/ID.json, written and read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import LabelledFolderError
from .folder import FOLDERS


@dataclass(frozen=True, order=True)
class Label:
    """One label; of two the later one is greater, whatever the clock did between them.

    Attributes:
        number: of the label among all of its folder, from 1; 0 in records from before there were numbers.
        labelled_s: when, seconds since 1970, by a clock that may have jumped.
        label: "0" to "9" or "x"; empty in DAMAGED, of which is known only that there was one.
    """

    number: int
    labelled_s: float
    label: str

    def to_json(self) -> bytes:
        """The content of ID.json."""
        return json.dumps(asdict(self)).encode()


def check_label(label: str) -> None:
    """Raises LabelledFolderError for what is no label."""
    if label not in FOLDERS:
        raise LabelledFolderError(f"expected a label 0 to 9 or x, got {label!r}")


DAMAGED = Label(-1, 0.0, "")
# What JSON and JavaScript hold whole.
MAX_NUMBER = 2**53


def read_label(path: Path) -> Label:
    """Reads ID.json; a damaged one is still a label, given before all others."""
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        label = Label(int(fields.get("number", 0)), float(fields["labelled_s"]), fields["label"])
        sound = label.label in FOLDERS and 0 <= label.number < MAX_NUMBER and label.labelled_s >= 0
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return DAMAGED
    return label if sound else DAMAGED
