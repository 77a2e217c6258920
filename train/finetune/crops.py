"""The digits that a model is fine-tuned on: read from a folder, checked, a fifth of each writer's held out.

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
from numpy.typing import NDArray

from edge_app.collect.folder import FOLDERS, LabelledCrop, read_crops
from edge_app.errors import LabelledFolderError
from edge_app.model.contract import LABELS, NOT_A_DIGIT

from ..data.mnist import Split

MIN_DIGITS = 20
HELD_OUT_PART = 0.2
# Cosine of two crops' ink, the best over shifts by a pixel: of two photos of one written digit it is at least 0.957 in
# 99 of 100 pairs; with any of ten others of its label and hand only 1 of 100 digits reaches 0.913.
ALIKE = 0.95
SHIFTS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
NON_DIGIT = LABELS.index(NOT_A_DIGIT)
MORE = "fill in the sheet of python -m edge_app collect --template sheet.pdf, and cut its photo with collect --sheet"


@dataclass(frozen=True)
class FineTuningSet:
    """Labelled crops in two parts, each in the order of writer, label and hash.

    Attributes:
        training: what is learnt from, non-digits among them.
        held_out: digits that only the proof sees.
        left_out: how many are in neither: they look like a photo of a held-out digit.
    """

    training: tuple[LabelledCrop, ...]
    held_out: tuple[LabelledCrop, ...]
    left_out: int = 0

    @property
    def sha256(self) -> str:
        """Hash of the whole set: of every crop's hash, writer and label."""
        crops = sorted((crop.sha256, crop.writer, crop.label) for crop in (*self.training, *self.held_out))
        return hashlib.sha256(repr(crops).encode()).hexdigest()

    def to_metrics(self) -> dict[str, Any]:
        """What metrics.json says of it: counts by writer and label, and the hash."""
        return {"set_sha256": self.sha256, "training": _counts(self.training), "held_out": _counts(self.held_out)}

    def held_out_npz(self) -> bytes:
        """The held-out digits for the proof: images uint8 (N, 28, 28), labels int64 (N,), writers."""
        split = to_split(self.held_out)
        coded = io.BytesIO()
        np.savez_compressed(
            coded, images=split.images, labels=split.labels, writers=np.array([crop.writer for crop in self.held_out])
        )
        return coded.getvalue()


def load_fine_tuning_set(folder: Path) -> FineTuningSet:
    """Reads WRITER/LABEL/*.png below a folder.

    Raises:
        LabelledFolderError: too few digits, digits of one label only, or files that do not belong there.
    """
    return hold_out(read_crops(folder), str(folder))


def hold_out(crops: Sequence[LabelledCrop], source: str) -> FineTuningSet:
    """Holds out a fifth of each writer's digits, evenly over the labels; the same crops give the same parts.

    Nothing that looks like another photo of a held-out digit is learnt from: the proof would only be of memory.

    Args:
        crops: in the order of writer, label and hash; those that are not digits are all learnt from.
        source: where they came from, for messages.

    Raises:
        LabelledFolderError: too few digits, digits of one label only, or one digit of each writer.
    """
    digits = [crop for crop in crops if crop.label != NON_DIGIT]
    _require_enough(digits, source)
    by_label = sorted(digits, key=lambda crop: crop.label)
    parts = [_first_unlike(list(group)) for _, group in groupby(by_label, lambda crop: crop.label)]
    held, gone = (set[str]().union(*hashes) for hashes in zip(*parts, strict=True))
    for _, own in groupby(digits, lambda crop: crop.writer):
        held_one, gone_one = _one_of_few(list(own), digits, gone)
        held, gone = held | held_one, gone | gone_one
    if not held:
        raise LabelledFolderError(
            f"expected digits in {source} that can be held out for the proof, got one of each writer; {MORE}"
        )
    return FineTuningSet(
        tuple(crop for crop in crops if crop.sha256 not in gone),
        tuple(crop for crop in crops if crop.sha256 in held),
        len(gone - held),
    )


def _require_enough(digits: Sequence[LabelledCrop], source: str) -> None:
    if len(digits) < MIN_DIGITS:
        raise LabelledFolderError(
            f"expected at least {MIN_DIGITS} digits as WRITER/LABEL/*.png in {source}, got {len(digits)}; {MORE}"
        )
    if len({crop.label for crop in digits}) == 1:
        raise LabelledFolderError(
            f"expected digits of several labels in {source}, got only {digits[0].label}, and a model that sees one "
            f"digit alone forgets the others; {MORE}"
        )


def to_split(crops: Sequence[LabelledCrop]) -> Split:
    """Crops as images uint8 (N, 28, 28) and labels int64 (N,)."""
    images = np.stack([crop.image for crop in crops]) if crops else np.zeros((0, 28, 28), np.uint8)
    return Split(images, np.array([crop.label for crop in crops], np.int64))


def _first_unlike(same: list[LabelledCrop]) -> tuple[set[str], set[str]]:
    """Holds out a fifth of each writer's crops of one label, the first ones that are unlike each other.

    All crops that look like them leave the training too, other writers' as well: one sheet may have been photographed
    under two names. If all of a writer's crops look alike, none is held out: nothing would be left to learn from.

    Returns:
        Hashes of the crops held out; and of these with all that look like them.
    """
    ink = np.stack([crop.image for crop in same]).astype(np.float32)
    writers = np.array([crop.writer for crop in same])
    held, gone = np.zeros(len(same), bool), np.zeros(len(same), bool)
    for writer in dict.fromkeys(writers.tolist()):
        own = writers == writer
        most = round(HELD_OUT_PART * own.sum())
        for index in np.flatnonzero(own):
            if (gone & own).sum() >= most:
                break
            then_gone = gone | _alike(ink[index], ink)
            if not gone[index] and (then_gone & own).sum() <= most:
                held[index], gone = True, then_gone
    return _hashes(same, held), _hashes(same, gone)


def _one_of_few(own: list[LabelledCrop], digits: Sequence[LabelledCrop], gone: set[str]) -> tuple[set[str], set[str]]:
    """Holds out one of a writer's few digits, unless some are held out already or none would be left."""
    if any(crop.sha256 in gone for crop in own):
        return set(), set()
    for crop in own:
        same = [other for other in digits if other.label == crop.label]
        ink = np.stack([other.image for other in same]).astype(np.float32)
        like = _hashes(same, _alike(crop.image.astype(np.float32), ink))
        if any(other.sha256 not in like for other in own):
            return {crop.sha256}, like
    return set(), set()


def _hashes(crops: Sequence[LabelledCrop], chosen: NDArray[np.bool_]) -> set[str]:
    return {crop.sha256 for crop, is_chosen in zip(crops, chosen, strict=True) if is_chosen}


def _alike(one: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of (N, 28, 28) may show the same ink as (28, 28)."""
    shifted = np.stack([np.roll(one, shift, axis=(0, 1)) for shift in SHIFTS]).reshape(len(SHIFTS), -1)
    flat = others.reshape(len(others), -1)
    lengths = np.linalg.norm(flat, axis=1) * np.linalg.norm(one)
    return np.asarray((flat @ shifted.T).max(axis=1) >= ALIKE * np.maximum(lengths, 1e-6))


def _counts(crops: Iterable[LabelledCrop]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for crop in crops:
        counts.setdefault(crop.writer, Counter())[FOLDERS[crop.label]] += 1
    return {writer: dict(sorted(of_writer.items())) for writer, of_writer in counts.items()}
