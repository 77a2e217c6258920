"""How likely whole texts are to the sequence reader, along a field's line."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..page.baselines import baseline
from ..page.boxes import Box
from ..page.ink import InkMap
from ..page.likelihood import log_likelihoods
from ..page.spelling import ColumnNetwork, read_columns, spell
from ..page.strip import Baseline, cut_strip
from .fields import Field
from .lattice import MAX_PLACES, Lattice, Place
from .machine import DIGITS
from .search import best_readings, best_without_rules

# Heights of digits are known roughly: the line is read as if they were this many times as high.
SCALES = (0.86, 1.0, 1.16)
# Digits are this part of their field's height where none was found; small ones are read at no larger scale than this.
USUAL_PART, LEAST_PART = 0.6, 0.3
# Texts that are weighed: from the single readings, and from each look along the line.
FROM_PLACES, FROM_LOOK = 12, 6
# Alternatives of what is named along the line are taken from this probability on.
NAMED_LEAST = 0.002
# What is no number is as likely as one each digit of which, and one more, was named with this logarithm.
STRANGE_LOG = -2.0
# A line slopes by this at most within a field, in radians.
MOST_SLOPE = 0.15


def whole_texts(
    places: Sequence[Place], digits: Sequence[Box], box: Box, page_ink: InkMap, network: ColumnNetwork, field: Field
) -> dict[str, float]:
    """The probability of each text that may stand in a field, in [0, 1]; their sum is at most 1.

    Args:
        places: by the single readings.
        digits: boxes of the digits among them.
        box: of the field; all boxes are in pixels of the ink map.
        page_ink: of the field's picture.
        network: the sequence reader.
        field: whose rules texts are sought for, too.
    """
    line = _line(digits, box)
    looks = [
        read_columns(cut_strip(page_ink.ink, replace(line, height=line.height * scale)).ink, network)
        for scale in SCALES
    ]
    single = Lattice(tuple(places))
    texts = {reading.text for reading in best_readings(single, field, FROM_PLACES)}
    texts |= {reading.text for reading in best_without_rules(single, FROM_PLACES)}
    for columns in looks:
        texts |= _named_texts(columns, field)
    return _weighed(sorted(text for text in texts if "?" not in text), looks, single)


def _named_texts(columns: NDArray[np.float32], field: Field) -> set[str]:
    """What the columns say, and what of it the rules allow."""
    named = []
    for each in spell(columns)[:MAX_PLACES]:
        alternatives = {digit: float(each.probabilities[int(digit)]) for digit in DIGITS}
        named.append(Place(alternatives, max(0.0, 1 - sum(alternatives.values()))))
    lattice = Lattice(tuple(named))
    found = [*best_readings(lattice, field, FROM_LOOK, NAMED_LEAST), *best_without_rules(lattice, FROM_LOOK)]
    return {reading.text for reading in found}


def _weighed(texts: Sequence[str], looks: Sequence[NDArray[np.float32]], single: Lattice) -> dict[str, float]:
    """What the looks along the line say together of each text, against the others.

    Signs are not named along a line: of texts with the same digits the likeliest by the places has their share.
    """
    by_digits: dict[str, str] = {}
    for text in sorted(texts, key=single.probability):
        by_digits["".join(symbol for symbol in text if symbol in DIGITS)] = text
    # A line without digits is not one without ink: that the places alone know.
    empty = single.probability("")
    named = [text for digits, text in by_digits.items() if digits]
    if not named:
        return {"": empty} if empty else {}
    spelled = [[int(symbol) for symbol in text if symbol in DIGITS] for text in named]
    scores = log_likelihoods(looks, spelled).mean(axis=0)
    strange = STRANGE_LOG * (len(spelled[int(scores.argmax())]) + 1)
    chances = np.exp(scores - max(scores.max(), strange))
    chances *= (1 - empty) / (chances.sum() + np.exp(strange - max(scores.max(), strange)))
    return {"": empty, **dict(zip(named, chances.tolist(), strict=True))}


def _line(digits: Sequence[Box], box: Box) -> Baseline:
    """The field's whole width, at the height and with the slope of its digits."""
    x, y, width, height = box
    if not digits:
        return Baseline((float(x), y + height / 2), 0.0, float(width), USUAL_PART * height)
    found = baseline(digits, 0.0)
    slope = float(np.clip(found.angle_rad, -MOST_SLOPE, MOST_SLOPE))
    left = min(float(x), found.start[0])
    right = max(float(x + width), found.start[0] + found.length * np.cos(found.angle_rad))
    start = left, found.start[1] - (found.start[0] - left) * np.tan(slope)
    return Baseline(start, slope, (right - left) / np.cos(slope), max(found.height, LEAST_PART * height))
