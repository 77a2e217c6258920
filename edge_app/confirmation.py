"""Two ways joined: what the ink's pieces read as, and what the detector sees there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .components import ConnectedInk, candidate_in
from .detection import Detections, overlaps
from .ink import InkMap
from .recognition import Classifier, Reading, classify

# A reading and a detection are the same thing if they share this much of their union.
SAME = 0.35
# A reading that the detector does not see at least so surely is refused.
MIN_SUPPORT = 0.1
# A detection without a reading needs to be so sure, its ink to read so surely, and to be clear of the readings.
MIN_NEW_SCORE = 0.5
MIN_NEW_CONFIDENCE = 0.6
MAX_SHARED = 0.2


def confirm(
    readings: Sequence[Reading],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """Refuses readings that the detector does not see, and adds what it alone sees.

    Args:
        readings: of the ink's pieces.
        found: by the detector on the same page.
        page_ink: the page.
        connected: its ink by what hangs together.
        classifier: reads what the detector alone sees.
    """
    supports = [_support(reading, found) for reading in readings]
    confirmed = [
        replace(reading, label=None) if support < MIN_SUPPORT else reading
        for reading, support in zip(readings, supports, strict=True)
    ]
    return confirmed + _missed(confirmed, found, page_ink, connected, classifier)


def _support(reading: Reading, found: Detections) -> float:
    """How surely the detector sees a digit in a reading's place."""
    if not len(found):
        return 0.0
    shared = overlaps(np.array(reading.box, np.float32), found.boxes)
    return float(np.where(shared >= SAME, found.scores, 0).max())


def _missed(
    readings: Sequence[Reading],
    found: Detections,
    page_ink: InkMap,
    connected: ConnectedInk,
    classifier: Classifier,
) -> list[Reading]:
    """What the detector alone sees, the surest first, where the ink there reads as a digit too."""
    taken = [np.array(reading.box, np.float32) for reading in readings if reading.label is not None]
    added: list[Reading] = []
    for box, score in zip(found.boxes, found.scores, strict=True):
        if score < MIN_NEW_SCORE:
            break
        if taken and overlaps(box, np.stack(taken)).max() > MAX_SHARED:
            continue
        rim = max(1, round(0.06 * float(box[3])))
        x, y, width, height = (round(float(value)) for value in box)
        candidate = candidate_in((x - rim, y - rim, width + 2 * rim, height + 2 * rim), page_ink, connected)
        if candidate is None:
            continue
        reading = replace(classify([candidate.ink], classifier)[0], box=candidate.box, contrast=candidate.contrast)
        if reading.label is not None and reading.confidence >= MIN_NEW_CONFIDENCE:
            taken.append(box)
            added.append(reading)
    return added
