"""The pens that numbers are written with, out of UNIPEN."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge_app import DigitClassifier

from ..data.mnist import Split
from ..data.pens import digit_image
from ..data.unipen import Trajectory, is_validation, load_unipen
from .strokes import Strokes

_NUMBER = re.compile(r"[-0-9/.,:$#=*' ]*[0-9][-0-9/.,:$#=*' ]*")
# A digit that the classifier finds less likely than the first, and something else likelier than the second, was cut
# short or has a wrong label.
_UNLIKELY, _OTHER = 0.02, 0.9
# More of them only cost memory in each process that draws.
MAX_WORDS, MAX_ALIKE = 8000, 400
_ALIKE = {0: "oO", 1: "lI", 2: "Zz", 5: "Ss", 6: "b", 8: "B", 9: "gqP"}


@dataclass(frozen=True)
class Pool:
    """Whose pens numbers are written with: MNIST's digits, and what there is of real pens.

    Attributes:
        mnist: MNIST's digits of the same part.
        digits: strokes of each digit by writer and label, y downwards.
        letters: strokes of letters by writer.
        signs: strokes of signs by label.
        numbers: whole numbers as they were written, with their digits.
        words: whole words without a digit.
        alike: strokes of letters that some hands write in place of a digit, by that digit.
    """

    mnist: Split
    digits: Mapping[str, Mapping[int, Sequence[Strokes]]] = field(default_factory=dict)
    letters: Mapping[str, Sequence[Strokes]] = field(default_factory=dict)
    signs: Mapping[str, Sequence[Strokes]] = field(default_factory=dict)
    numbers: Sequence[tuple[str, Strokes]] = ()
    words: Sequence[Strokes] = ()
    alike: Mapping[int, Sequence[Strokes]] = field(default_factory=dict)

    @property
    def pens_sha256(self) -> str:
        """Of all labels and strokes of real pens, however they were packed; empty for none."""
        if not (self.digits or self.letters or self.signs or self.numbers or self.words):
            return ""
        digest = hashlib.sha256()
        for name, strokes in self._pens():
            # Counts keep one trajectory's strokes apart from the next one's.
            digest.update(f"{name} {[len(stroke) for stroke in strokes]}".encode("utf-8", "replace"))
            for stroke in strokes:
                digest.update(np.ascontiguousarray(stroke, np.float64).tobytes())
        return digest.hexdigest()

    def _pens(self) -> Iterator[tuple[str, Strokes]]:
        """Every trajectory, and what it is."""
        for writer, labels in self.digits.items():
            yield from ((f"{writer} {label}", strokes) for label, group in labels.items() for strokes in group)
        yield from ((f"like {label}", strokes) for label, group in self.alike.items() for strokes in group)
        for groups in (self.letters, self.signs):
            yield from ((name, strokes) for name, group in groups.items() for strokes in group)
        yield from self.numbers
        yield from (("word", strokes) for strokes in self.words)


def load_pool(path: Path | None, mnist: Split, validation: bool = False) -> Pool:
    """The pens of the training writers, or of those kept for validation, with MNIST's digits of the same part.

    Args:
        path: UNIPEN's tree as a folder, a TAR or a ZIP; None for no pens.
        mnist: one of its splits.
        validation: take the writers for validation.

    Raises:
        PensError: no tree, or a damaged one.
    """
    if path is None:
        return Pool(mnist)
    kept = {
        category: [t for t in load_unipen(path, category).trajectories if is_validation(t.writer) == validation]
        for category in ("1a", "1b", "1c", "1d", "7")
    }
    digits: dict[str, dict[int, list[Strokes]]] = defaultdict(lambda: defaultdict(list))
    for trajectory in _credible(kept["1a"]):
        digits[trajectory.writer][int(trajectory.label)].append(trajectory.strokes)
    letters = defaultdict(list)
    for trajectory in [*kept["1b"], *kept["1c"]]:
        if trajectory.label not in "oOlIiSsZzqgBbDQ|":
            letters[trajectory.writer].append(trajectory.strokes)
    signs = defaultdict(list)
    for trajectory in kept["1d"]:
        signs[trajectory.label].append(trajectory.strokes)
    numbers = tuple((t.label, t.strokes) for t in kept["7"] if _NUMBER.fullmatch(t.label))
    words = tuple(t.strokes for t in kept["7"] if len(t.label) > 1 and t.label.isalpha())
    # Plain dictionaries: a pool goes to other processes.
    plain = {writer: dict(labels) for writer, labels in digits.items()}
    alike = {
        digit: _spread([t.strokes for t in [*kept["1b"], *kept["1c"]] if t.label in names])
        for digit, names in _ALIKE.items()
    }
    found = {digit: strokes for digit, strokes in alike.items() if strokes}
    return Pool(mnist, plain, dict(letters), dict(signs), numbers, words[:MAX_WORDS], found)


def _spread(strokes: list[Strokes]) -> tuple[Strokes, ...]:
    """At most MAX_ALIKE, of as many writers as there are: they lie writer by writer."""
    return tuple(strokes[:: -(-len(strokes) // MAX_ALIKE)]) if strokes else ()


def _credible(trajectories: list[Trajectory]) -> list[Trajectory]:
    random = np.random.default_rng(0)
    if not trajectories:
        return []
    images = np.stack([digit_image(trajectory.strokes, random) for trajectory in trajectories])
    probabilities = DigitClassifier.load().classify_batch(images).probabilities
    labels = np.array([int(trajectory.label) for trajectory in trajectories])
    of_label = probabilities[np.arange(len(labels)), labels]
    wrong = (of_label < _UNLIKELY) & (probabilities.max(axis=1) > _OTHER)
    return [t for t, bad in zip(trajectories, wrong, strict=True) if not bad or not t.writer.startswith("ibm")]
