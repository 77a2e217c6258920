"""The detector looks again at what it found, made smaller: what looks like a digit in one size alone is seldom one."""

import numpy as np

from .boxes import iou
from .detection import MIN_SCORE, Detections

# Digits are this part of the size at which those of their height are sought at first.
SMALLER = 0.75
# It looks where something has at least this score: fainter traces would cost tiles at all scales.
WORTH_A_LOOK = 0.1
# Both looks see the same thing if it shares this much of the union of its boxes.
SAME_AGAIN_IOU = 0.45


def confirm(first: Detections, second: Detections) -> Detections:
    """What the first look found, with the means of both looks' scores and probabilities, the surest first.

    What the second look does not see has the least score there.
    """
    scores, probabilities = first.scores.copy(), first.probabilities.copy()
    for index, box in enumerate(first.boxes):
        shared = iou(box, second.boxes)
        if shared.max(initial=0) >= SAME_AGAIN_IOU:
            again = shared.argmax()
            scores[index] = (scores[index] + second.scores[again]) / 2
            probabilities[index] = (probabilities[index] + second.probabilities[again]) / 2
        else:
            scores[index] = (scores[index] + MIN_SCORE) / 2
    order = np.argsort(-scores, kind="stable")
    return Detections(first.boxes[order], scores[order], probabilities[order])
