"""Writing that leans far: how far, and the detector's look at it set upright."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .candidates import Candidate
from .detection import Detections, MapNetwork, detect
from .ink import InkMap
from .upright import ink_on_page

# Below this lean, in heights, the detector sees writing as well as it stands; fewer digits than this show no lean.
MIN_LEAN, MIN_DIGITS = 0.6, 8
MAX_LEAN = 1.8


def find_lean(candidates: Sequence[Candidate]) -> float:
    """How far most of the ink leans to the right, in its own heights; 0 unless it is far.

    Each piece's lean is the shear that takes out the covariance of its ink, as in MNIST's deskewing.
    """
    leans = []
    for candidate in candidates:
        moments = cv2.moments(candidate.ink)
        if not (candidate.fragment or candidate.encloses) and moments["mu02"] > 0:
            leans.append(-moments["mu11"] / moments["mu02"])
    lean = float(np.median(leans)) if len(leans) >= MIN_DIGITS else 0.0
    return min(max(lean, -MAX_LEAN), MAX_LEAN) if abs(lean) >= MIN_LEAN else 0.0


def detect_upright(page_ink: InkMap, places: Sequence[Box], lean: float, network: MapNetwork) -> Detections:
    """What the detector sees near some places, in pixels of the ink map; set upright where their lean is not 0."""
    if lean == 0.0:
        return detect(page_ink.ink, places, network)
    height, width = page_ink.ink.shape
    reach = abs(lean) * height
    # x right, y down: what leans to the right lies the further right the higher it is.
    matrix = np.array([[1.0, lean, 0.0 if lean > 0 else reach], [0.0, 1.0, 0.0]])
    size_wh = width + int(reach) + 1, height
    upright, mask = (cv2.warpAffine(image, matrix, size_wh) for image in (page_ink.ink, page_ink.mask))
    found = detect(np.asarray(upright, np.uint8), [_upright(box, lean, matrix) for box in places], network)
    boxes = [ink_on_page(box, np.asarray(mask) > 127, matrix) for box in found.boxes.tolist()]
    return replace(found, boxes=np.array(boxes, np.float32).reshape(-1, 4))


def _upright(box: Box, lean: float, matrix: NDArray[np.float64]) -> Box:
    """Where leaning ink in a box stands once it is upright."""
    x, y = matrix[:, :2] @ (box[0] + box[2] / 2, box[1] + box[3] / 2) + matrix[:, 2]
    width = max(box[3] / 4, box[2] - abs(lean) * box[3])
    return round(x - width / 2), round(y - box[3] / 2), round(width), box[3]
