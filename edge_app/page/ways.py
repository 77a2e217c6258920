"""Ways to spell a line, and which is the likeliest: by the sequence reader, and by the readings one by one."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .likelihood import log_likelihoods
from .pairing import Part
from .recognition import Reading

# How likely a reading is a digit at all is held to this range; a doubtful one's where nothing more is known.
LEAST_BELIEF, MOST_BELIEF, DOUBTFUL_BELIEF = 0.1, 0.998, 0.35
# What no reading saw is this likely a digit all the same.
MISSED = 0.1
# No reading is surer than this that it is not another digit.
LEAST_LABEL = 0.02
# The sequence reader's log likelihood counts this much: its columns are not independent. Where one line fills the image
# it is the surer witness: single digits are cut out worse there than on a page with room around them.
WHOLE_WEIGHT, WHOLE_WEIGHT_ON_STRIP = 1.0, 3.0
# As many ways are weighed at once.
MAX_WAYS = 96


@dataclass(frozen=True)
class Way:
    """One way to spell a part of a line.

    Attributes:
        text: its digits.
        evidence: log probability of it by the readings.
        whole: whether its digits and places are the sequence reader's.
        taken: the readings that stand.
    """

    text: tuple[int, ...]
    evidence: float
    whole: bool
    taken: tuple[int, ...] = ()


def ways_of(part: Part, readings: Sequence[Reading], may_drop: bool = True) -> list[Way]:
    """How a part can be spelled: as it was read, with its doubtful digits, without any, or as the whole has it.

    Args:
        part: of a line.
        readings: of the page.
        may_drop: whether digits that were read may go without others in their place.
    """
    singles = [(index, readings[index]) for index in part.readings]
    believed = tuple(index for index, reading in singles if reading.label is not None)
    options: dict[tuple[int, ...], Way] = {}
    for taken in (believed, part.readings, () if may_drop else believed):
        evidence = sum(
            _log_label(reading, label_of(reading)) if index in taken else math.log(1 - _belief(reading))
            for index, reading in singles
        )
        text = tuple(label_of(readings[index]) for index in taken)
        options[text] = Way(text, evidence, False, taken)
    text = tuple(each.label for each in part.named)
    if len(part.named) == len(singles):
        evidence = sum(_log_label(reading, label) for (_, reading), label in zip(singles, text, strict=True))
        options[text] = Way(text, evidence, True)
    elif text not in options and (may_drop or len(text) >= len(believed)):
        options[text] = Way(text, _uneven(singles, len(text)), True)
    return list(options.values())


def best_ways(
    ways: Sequence[Sequence[Way]], looks: Sequence[NDArray[np.float32]], whole_weight: float = WHOLE_WEIGHT
) -> tuple[list[Way], list[float]]:
    """The likeliest way for each part, and the share of it among all ways there, in [0, 1].

    Args:
        ways: of each part, from left to right.
        looks: columns of the line at each scale and of its variants, float32 (T, 11).
        whole_weight: of these against the readings.
    """
    chosen = [max(options, key=lambda way: (way.whole, way.evidence)) for options in ways]
    shares, waiting = [1.0] * len(ways), [index for index, options in enumerate(ways) if len(options) > 1]
    while waiting:
        # As many parts as can be weighed together; the others are spelled as they are for now.
        now: list[int] = []
        count = 1
        while waiting and (not now or count * len(ways[waiting[0]]) <= MAX_WAYS):
            count *= len(ways[waiting[0]])
            now.append(waiting.pop(0))
        spellings = []
        for options in itertools.product(*(ways[index] for index in now)):
            spelling = list(chosen)
            for index, way in zip(now, options, strict=True):
                spelling[index] = way
            spellings.append(spelling)
        weights = _weights(spellings, looks, whole_weight)
        best = spellings[int(weights.argmax())]
        for index in now:
            chosen[index] = best[index]
            same = [
                weight for weight, spelling in zip(weights, spellings, strict=True) if spelling[index] is best[index]
            ]
            shares[index] = float(sum(same))
    return chosen, shares


def _weights(
    spellings: Sequence[Sequence[Way]], looks: Sequence[NDArray[np.float32]], whole_weight: float
) -> NDArray[np.float64]:
    texts = [[digit for way in spelling for digit in way.text] for spelling in spellings]
    scores = whole_weight * log_likelihoods(looks, texts).mean(axis=0)
    scores += np.array([sum(way.evidence for way in spelling) for spelling in spellings])
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum())


def label_of(reading: Reading) -> int:
    """What a reading reads as, or would."""
    label = reading.guess if reading.label is None else reading.label
    return 0 if label is None else label


def _uneven(singles: Sequence[tuple[int, Reading]], count: int) -> float:
    """Evidence of digits that are more or fewer than the readings: as missed ones, or as badly cut ones."""
    lost = sum(math.log(1 - _belief(reading)) for _, reading in singles)
    if not singles or not count:
        return lost + count * math.log(MISSED)
    return max(lost, math.log(MISSED) * abs(count - len(singles)))


def _belief(reading: Reading) -> float:
    """How likely a reading is a digit at all."""
    if reading.belief is not None:
        return min(max(reading.belief, LEAST_BELIEF), MOST_BELIEF)
    return DOUBTFUL_BELIEF if reading.label is None else MOST_BELIEF * reading.confidence


def _log_label(reading: Reading, label: int) -> float:
    """Log probability that a reading is a digit, and this one."""
    share = reading.confidence if label == label_of(reading) else (1 - reading.confidence) / 9
    if reading.probabilities is not None:
        share = float(reading.probabilities[label])
    return math.log(_belief(reading)) + math.log(max(share, LEAST_LABEL))
