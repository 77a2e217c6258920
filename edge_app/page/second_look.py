"""The detector looks again, at a coarser scale, at what it found: what looks like a digit in one size alone is none."""

import numpy as np

from .boxes import iou
from .detection import MIN_SCORE, Detections

# What was found is this part of its size at the first look.
COARSER = 0.75
# Both looks see the same thing if it shares this much of the union of its boxes.
SAME_AGAIN_IOU = 0.45


def confirm(first: Detections, second: Detections) -> Detections:
    """What the first look found, with the means of both looks' scores and probabilities, the surest first.

    What the second look does not see has the least score there.
    """
    scores, probabilities = first.scores.copy(), first.probabilities.copy()
    for index, box in enumerate(first.boxes):
        again = np.where(iou(box, second.boxes) >= SAME_AGAIN_IOU, second.scores, 0)
        scores[index] = (scores[index] + max(again.max(initial=0), MIN_SCORE)) / 2
        if again.any():
            probabilities[index] = (probabilities[index] + second.probabilities[again.argmax()]) / 2
    order = np.argsort(-scores, kind="stable")
    return Detections(first.boxes[order], scores[order], probabilities[order])
