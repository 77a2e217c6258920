"""The digits that a model is taught: read from a folder, checked, a fifth of each writer's held out.

Imports no TensorFlow.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from edge_app.collect.folder import FOLDERS, LabelledCrop, read_crops
from edge_app.contract import LABELS, NOT_A_DIGIT
from edge_app.errors import LabelledFolderError

from .data import Split

MIN_DIGITS = 20
HELD_OUT_PART = 0.2
NON_DIGIT = LABELS.index(NOT_A_DIGIT)
MORE = "fill in a sheet: python -m edge_app collect --template sheet.pdf"


@dataclass(frozen=True)
class TeachingSet:
    """Labelled crops in two parts, each in the order of writer, label and hash.

    Attributes:
        taught: what is learnt from, non-digits among them.
        held_out: digits that only the proof sees.
    """

    taught: tuple[LabelledCrop, ...]
    held_out: tuple[LabelledCrop, ...]

    @property
    def sha256(self) -> str:
        """Hash of the whole set: of every crop's hash, writer and label."""
        crops = sorted((crop.sha256, crop.writer, crop.label) for crop in (*self.taught, *self.held_out))
        return hashlib.sha256(repr(crops).encode()).hexdigest()

    def to_metrics(self) -> dict[str, Any]:
        """What metrics.json says of it: counts by writer and label, and the hash."""
        return {"set_sha256": self.sha256, "taught": _counts(self.taught), "held_out": _counts(self.held_out)}

    def held_out_npz(self) -> bytes:
        """The held-out digits for the proof: images uint8 (N, 28, 28), labels int64 (N,), writers."""
        split = to_split(self.held_out)
        coded = io.BytesIO()
        np.savez_compressed(
            coded, images=split.images, labels=split.labels, writers=np.array([crop.writer for crop in self.held_out])
        )
        return coded.getvalue()


def load_teaching_set(folder: Path) -> TeachingSet:
    """Reads WRITER/LABEL/*.png below a folder.

    Raises:
        LabelledFolderError: too few digits, digits of one label only, or files that do not belong there.
    """
    return hold_out(read_crops(folder), str(folder))


def hold_out(crops: Sequence[LabelledCrop], source: str) -> TeachingSet:
    """Holds out a fifth of each writer's digits, of each label alike; the same crops give the same parts.

    Args:
        crops: in the order of writer, label and hash; those that are not digits are all taught.
        source: where they came from, for messages.

    Raises:
        LabelledFolderError: too few digits, or digits of one label only.
    """
    digits = [crop for crop in crops if crop.label != NON_DIGIT]
    if len(digits) < MIN_DIGITS:
        raise LabelledFolderError(
            f"expected at least {MIN_DIGITS} digits as WRITER/LABEL/*.png in {source}, got {len(digits)}; {MORE}"
        )
    if len({crop.label for crop in digits}) == 1:
        raise LabelledFolderError(
            f"expected digits of several labels in {source}, got only {digits[0].label}, and a model that sees one "
            f"digit alone forgets the others; {MORE}"
        )
    chosen = {crop.sha256 for _, own in groupby(digits, lambda crop: crop.writer) for crop in _fifth(list(own))}
    return TeachingSet(
        tuple(crop for crop in crops if crop.sha256 not in chosen),
        tuple(crop for crop in crops if crop.sha256 in chosen),
    )


def to_split(crops: Sequence[LabelledCrop]) -> Split:
    """Crops as images uint8 (N, 28, 28) and labels int64 (N,)."""
    images = np.stack([crop.image for crop in crops]) if crops else np.zeros((0, 28, 28), np.uint8)
    return Split(images, np.array([crop.label for crop in crops], np.int64))


def _fifth(own: list[LabelledCrop]) -> list[LabelledCrop]:
    """A fifth of one writer's digits: the lowest hashes of each label; at least one of two or more."""
    chosen = []
    for _, group in groupby(own, lambda crop: crop.label):
        of_label = list(group)
        chosen += of_label[: round(HELD_OUT_PART * len(of_label))]
    return chosen or own[: int(len(own) > 1)]


def _counts(crops: Iterable[LabelledCrop]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for crop in crops:
        counts.setdefault(crop.writer, Counter())[FOLDERS[crop.label]] += 1
    return {writer: dict(sorted(of_writer.items())) for writer, of_writer in counts.items()}
