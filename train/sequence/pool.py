"""The pens that numbers are written with, out of UNIPEN."""

import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from edge_app import DigitClassifier

from ..data.mnist import Split
from ..data.pens import digit_image
from ..data.unipen import Trajectory, is_validation, load_unipen
from .writing import Pool

_NUMBER = re.compile(r"[-0-9/.,:$#=*' ]*[0-9][-0-9/.,:$#=*' ]*")
# A digit that the classifier finds less likely than the first, and something else likelier than the second, was cut
# short or has a wrong label.
_UNLIKELY, _OTHER = 0.02, 0.9


def load_pool(path: Path, mnist: Split, validation: bool = False) -> Pool:
    """The pens of the training writers, or of those kept for validation, with MNIST's digits of the same part."""
    kept = {
        category: [t for t in load_unipen(path, category).trajectories if is_validation(t.writer) == validation]
        for category in ("1a", "1b", "1c", "1d", "7")
    }
    digits: dict[str, dict[int, list[object]]] = defaultdict(lambda: defaultdict(list))
    for trajectory in _credible(kept["1a"]):
        digits[trajectory.writer][int(trajectory.label)].append(trajectory.strokes)
    letters = defaultdict(list)
    for trajectory in [*kept["1b"], *kept["1c"]]:
        if trajectory.label not in "oOlIiSsZzqgBbDQ|":
            letters[trajectory.writer].append(trajectory.strokes)
    signs = defaultdict(list)
    for trajectory in kept["1d"]:
        signs[trajectory.label].append(trajectory.strokes)
    numbers = [(t.label, t.strokes) for t in kept["7"] if _NUMBER.fullmatch(t.label)]
    words = [t.strokes for t in kept["7"] if len(t.label) > 1 and t.label.isalpha()]
    whole = {writer: {label: list(group) for label, group in labels.items()} for writer, labels in digits.items()}
    return Pool(whole, dict(letters), dict(signs), numbers, words[:8000], mnist)  # type: ignore[arg-type]


def _credible(trajectories: list[Trajectory]) -> list[Trajectory]:
    random = np.random.default_rng(0)
    images = np.stack([digit_image(trajectory.strokes, random) for trajectory in trajectories])
    probabilities = DigitClassifier.load().classify_batch(images).probabilities
    labels = np.array([int(trajectory.label) for trajectory in trajectories])
    of_label = probabilities[np.arange(len(labels)), labels]
    wrong = (of_label < _UNLIKELY) & (probabilities.max(axis=1) > _OTHER)
    return [t for t, bad in zip(trajectories, wrong, strict=True) if not bad or not t.writer.startswith("ibm")]
