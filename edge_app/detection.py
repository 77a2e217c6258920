"""Finds handwritten digits on an ink map with a small fully-convolutional network, whatever stands around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from .detector_contract import CELL_PX, REFERENCE_WH_PX
from .ink import Grey

Maps = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
# Digits are sought at scales that make them about so high; the network knows 12 to 46 pixels.
SOUGHT_HEIGHT_PX = 26.0
# What lies nearer to the rim of a tile is left to the next tile.
RIM_PX = 24
MAX_OVERLAP = 0.4


@dataclass(frozen=True)
class Detections:
    """What was found, the surest first.

    Attributes:
        boxes: float32 (N, 4): x, y, width, height in pixels of the ink map.
        scores: float32 (N,): how likely each is a handwritten digit, in [0, 1].
        probabilities: float32 (N, 10): which one.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)


class MapNetwork(Protocol):
    """What detecting asks of a network."""

    tile_px: int

    def maps(self, tile: Grey) -> Maps:
        """Runs over one tile, uint8 (tile_px, tile_px): logits (h, w), boxes (h, w, 4), digits' logits (h, w, 10)."""


def detect(ink: Grey, scales: Sequence[float], network: MapNetwork, min_score: float = 0.2) -> Detections:
    """Finds digits at some scales.

    Args:
        ink: uint8 (h, w), 0 = paper.
        scales: by which the ink is made smaller (or larger) first.
        network: runs over tiles of it.
        min_score: what is less likely is left out.
    """
    parts = [found for scale in scales for found in _at_scale(ink, scale, network, min_score)]
    if not parts:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 10), np.float32))
    boxes, scores, probabilities = (np.concatenate([part[index] for part in parts]) for index in range(3))
    kept = surest(boxes, scores)
    return Detections(boxes[kept], scores[kept], probabilities[kept])


def _at_scale(
    ink: Grey, scale: float, network: MapNetwork, min_score: float
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
    size_wh = max(8, round(ink.shape[1] * scale)), max(8, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size_wh, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    side = network.tile_px
    for top, height in _tiles(size_wh[1], side):
        for left, width in _tiles(size_wh[0], side):
            tile = np.zeros((side, side), np.uint8)
            part = small[top : top + side, left : left + side]
            tile[: part.shape[0], : part.shape[1]] = part
            boxes, scores, probabilities = decode(network.maps(tile), min_score)
            middles = boxes[:, :2] + boxes[:, 2:] / 2
            low = np.array([RIM_PX if left else 0, RIM_PX if top else 0])
            high = np.array([side - RIM_PX if width else side, side - RIM_PX if height else side])
            inside = ((middles >= low) & (middles < high)).all(axis=1)
            boxes = (boxes + np.array([left, top, 0, 0], np.float32)) / np.float32(scale)
            yield boxes[inside], scores[inside], probabilities[inside]


def _tiles(length: int, side: int) -> list[tuple[int, bool]]:
    """Starts of tiles along a length, and whether another one follows."""
    step = side - 2 * RIM_PX
    count = 1 + max(0, -(-(length - side) // step))
    return [(index * step, index < count - 1) for index in range(count)]


def decode(maps: Maps, min_score: float) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Boxes (N, 4), scores (N,) and probabilities (N, 10) at the peaks of a network's maps; in pixels of its input."""
    centre, box, label = maps
    peaks = (centre >= cv2.dilate(centre, np.ones((3, 3), np.uint8))) & (centre > np.log(min_score / (1 - min_score)))
    rows, columns = np.nonzero(peaks)
    values = box[rows, columns]
    sizes = np.exp(np.clip(values[:, 2:], -4, 4)) * np.array(REFERENCE_WH_PX, np.float32)
    middles = (np.stack([columns, rows], axis=1) + 0.5 + values[:, :2]) * CELL_PX
    logits = label[rows, columns]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-100))
    scores = 1 / (1 + np.exp(-centre[rows, columns]))
    boxes = np.concatenate([middles - sizes / 2, sizes], axis=1)
    return (
        boxes.astype(np.float32),
        scores.astype(np.float32),
        np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32),
    )


def surest(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Indices of the boxes that no surer one overlaps by more than MAX_OVERLAP of their union, the surest first."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    for index in order:
        if not kept or overlaps(boxes[index], boxes[kept]).max() <= MAX_OVERLAP:
            kept.append(int(index))
    return np.array(kept, np.int64)


def overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with others (N, 4)."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return np.asarray(shared / (box[2:].prod() + others[:, 2:].prod(axis=1) - shared), np.float32)
