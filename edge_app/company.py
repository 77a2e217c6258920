"""Context: a digit is believed by the company it keeps.

Texture, cursive words and print give some ink that looks like a digit, among much that does not; a number's ink is
digits nearly all.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .recognition import Reading

# Ink within this many heights of a digit, and between these sizes relative to it, is its company.
REACH_HEIGHTS = 2.0
MIN_SIZE_RATIO = 0.4
MAX_SIZE_RATIO = 2.5
# A digit is refused if the refused ink around it weighs more than this times the read one, itself included.
MAX_REFUSED_PER_READ = 1.0


def keep_good_company(readings: Sequence[Reading]) -> list[Reading]:
    """Refuses digits that stand among ink that is no digits.

    Args:
        readings: of one page, refused ones too.

    Returns:
        The same readings in the same order, some of them with the label None.
    """
    if not readings:
        return []
    boxes = np.array([reading.box for reading in readings], np.float32)
    centres, heights = boxes[:, :2] + boxes[:, 2:] / 2, np.maximum(boxes[:, 3], boxes[:, 2] / 2)
    read = np.array([reading.label is not None for reading in readings])
    belief = np.array([reading.confidence for reading in readings], np.float32)
    kept = []
    for index, reading in enumerate(readings):
        if reading.label is None:
            kept.append(reading)
            continue
        ratio = heights / heights[index]
        gaps = np.abs(centres - centres[index]) - (boxes[:, 2:] - boxes[index, 2:]) / 2
        near = (gaps.max(axis=1) <= REACH_HEIGHTS * heights[index]) & (ratio >= MIN_SIZE_RATIO)
        near &= ratio <= MAX_SIZE_RATIO
        for_it, against = belief[near & read].sum(), (1 - belief[near & ~read]).sum()
        alone = against > MAX_REFUSED_PER_READ * for_it
        kept.append(replace(reading, label=None) if alone else reading)
    return kept
