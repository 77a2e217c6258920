"""UNIPEN: pen trajectories of real hands, by category, each with its label and its writer; split by writer.

Source: International Unipen Foundation 1999, train_r01_v07, doi:10.5281/zenodo.1195803 (CC BY 4.0).
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .unipen_format import Document, Segment, SegmentError, read_document, strokes_of
from .unipen_tree import CATEGORIES, PensError, Tree, read_tree

VALIDATION_SHARE = 0.15
DIGITS = "1a"
Found = Counter[tuple[str, str]]
_EXAMPLES = 5
# What contributors write for "could not be read".
_BAD = ("BAD",)


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What one segment's pen did.

    Attributes:
        label: what was written, such as "7", "a" or "456-9078".
        writer: the contributor's folder and the writer's ID; all of a contributor's without an ID are one.
        strokes: float64 (N, 2) each, in the tablet's own unit, y downwards.
        source: file and delineation, to find it again.
    """

    label: str
    writer: str
    strokes: tuple[NDArray[np.float64], ...]
    source: str


@dataclass(frozen=True)
class Summary:
    """What was found and what was not used.

    Attributes:
        files: of the category.
        segments: named by them, those left out included.
        left_out: segments by reason.
        faults: what else is wrong in the tree, by kind.
        examples: up to five for each reason and kind.
    """

    files: int
    segments: int
    left_out: dict[str, int]
    faults: dict[str, int]
    examples: dict[str, tuple[str, ...]]

    def lines(self) -> list[str]:
        """For people: what was left out, how often, and where."""
        both = [(kind, count, "left out") for kind, count in self.left_out.items()]
        both += [(kind, count, "in the tree") for kind, count in self.faults.items()]
        return [f"{kind}, {count} {what}: {', '.join(self.examples[kind])}" for kind, count, what in both]


@dataclass(frozen=True)
class Pens:
    """Trajectories of one category, in the tree's order."""

    trajectories: tuple[Trajectory, ...]
    summary: Summary

    def split(self) -> tuple[list[Trajectory], list[Trajectory]]:
        """Those of the writers for training, and of those for validation."""
        parts: tuple[list[Trajectory], list[Trajectory]] = ([], [])
        for trajectory in self.trajectories:
            parts[is_validation(trajectory.writer)].append(trajectory)
        return parts


def is_validation(writer: str) -> bool:
    """Whether a writer's trajectories validate: about 15 % of writers, the same in every category and tree."""
    digest = hashlib.sha256(writer.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") < VALIDATION_SHARE * 2**64


def load_unipen(path: Path, category: str = DIGITS) -> Pens:
    """Reads all trajectories of a category: 1a digits, 1b capitals, 1c small letters, 1d signs, 7 words, 8 texts.

    Args:
        path: the official tree as a folder, a TAR or a ZIP.
        category: one of CATEGORIES.

    Raises:
        PensError: no such category, no tree, or a damaged archive. A bad segment is counted, and left out.
    """
    if category not in CATEGORIES:
        raise PensError(f"expected a category of {', '.join(CATEGORIES)}, got {category!r}; choose one of these")
    tree, faults, left_out = read_tree(path, category), Found(), Found()
    trajectories, segments = [], 0
    for name in tree.data():
        document = read_document(tree.text(name) or "", lambda included: tree.text(f"include/{included}"))
        faults += document.faults
        broken = sum(count for (kind, _), count in document.faults.items() if kind == "broken segment")
        segments += len(document.segments) + broken
        for segment in document.segments:
            source = f"{name} {segment.where[:60]}"
            try:
                trajectories.append(_trajectory(document, segment, category, source))
            except SegmentError as fault:
                left_out[str(fault), source] += 1
    return Pens(tuple(trajectories), _summary(tree, segments, left_out, faults + tree.faults))


def _trajectory(document: Document, segment: Segment, category: str, source: str) -> Trajectory:
    if segment.quality in _BAD:
        raise SegmentError("marked as bad")
    if not segment.label or (category == DIGITS and segment.label not in list("0123456789")):
        raise SegmentError("label of another kind")
    writer, strokes = strokes_of(document, segment)
    down = tuple(stroke * np.array([1.0, -1.0]) for stroke in strokes)
    return Trajectory(segment.label, f"{document.contributor}/{writer or '?'}", down, source)


def _summary(tree: Tree, segments: int, left_out: Found, faults: Found) -> Summary:
    kinds: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    examples: dict[str, tuple[str, ...]] = {}
    for counts, found in zip(kinds, (left_out, faults), strict=True):
        for (kind, example), count in found.items():
            counts[kind] += count
            known = examples.get(kind, ())
            examples[kind] = known if len(known) >= _EXAMPLES else (*known, example)
    # A segment that cannot be read at all is left out, too.
    if broken := kinds[1].pop("broken segment", 0):
        kinds[0]["broken segment"] = broken
    return Summary(len(tree.data()), segments, dict(kinds[0]), dict(kinds[1]), examples)
