"""Finds handwritten digits on an ink map with a small fully-convolutional network, whatever stands around them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..model.classifier import softmax
from ..model.detector import Maps
from ..model.detector_contract import CELL_PX, REFERENCE_WH_PX
from .boxes import Box, iou, widened
from .ink import Grey

# Boxes (N, 4), scores (N,), probabilities (N, 10).
Found = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
# Digits are sought at the scale that makes them about this high.
SOUGHT_HEIGHT_PX = 26.0
# What lies nearer to the rim of a tile is left to the next tile.
RIM_PX = 24
MAX_IOU = 0.4
# A box and a detection are the same thing if they share this much of their union.
SAME_IOU = 0.35
# For that a stroke counts as this wide, in heights: where a pixel more is a third of the width, boxes hardly agree.
LEAST_WIDTH = 0.4
# Scales are powers of 2 between these; only small images are worth enlarging.
COARSEST_OCTAVE, FINEST_OCTAVE, FINEST_OCTAVE_SMALL = -5, 0, 1
SMALL_PIXELS = 700_000
NEARLY_ONE_TILE = 1.3
# At most this many tiles per page: a sheet of 600 digits takes as many. Where the detector did not look, nothing is
# believed.
MAX_TILES = 80
MIN_SCORE = 0.05
# What else is known of a page moves the scores of detections from this one on.
LEAST_MOVED = 0.1
# Nothing is surer than this.
LEAST_PROBABILITY = 1e-6


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

    def middles_in(self, box: Box) -> NDArray[np.bool_]:
        """Which of them have their middle in a box: bool (N,)."""
        low = np.array(box[:2])
        return _inside(self.boxes[:, :2] + self.boxes[:, 2:] / 2, low, low + box[2:])

    def surest_at(self, box: Box) -> int | None:
        """The index of the surest one in a box's place, None for none."""
        if not len(self):
            return None
        place = widened(np.array([box], np.float32), LEAST_WIDTH)[0]
        scores = np.where(iou(place, self._places) >= SAME_IOU, self.scores, 0)
        return int(scores.argmax()) if scores.any() else None

    def moved(self, odds: NDArray[np.float64]) -> "Detections":
        """The same, their scores moved by log odds, float64 (N,); by 0 they stay as they are."""
        scores = np.clip(self.scores.astype(np.float64), LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
        scores = np.where(odds == 0, self.scores, 1 / (1 + np.exp(-np.log(scores / (1 - scores)) - odds)))
        order = np.argsort(-scores, kind="stable")
        return Detections(self.boxes[order], scores[order].astype(np.float32), self.probabilities[order])

    @cached_property
    def _places(self) -> NDArray[np.float32]:
        return widened(self.boxes, LEAST_WIDTH)

    def within(self, box: Box, min_score: float) -> bool:
        """Whether the middle of one with at least that score lies in a box."""
        return bool((self.middles_in(box) & (self.scores >= min_score)).any())


class MapNetwork(Protocol):
    """What detecting asks of a network."""

    tile_px: int

    def maps(self, tile: Grey) -> Maps:
        """Runs over one tile, uint8 (tile_px, tile_px): logits (h, w), boxes (h, w, 4), digits' logits (h, w, 10)."""


def detect(ink: Grey, places: Sequence[Box], network: MapNetwork, size: float = 1.0) -> Detections:
    """Finds digits near some places, at the scales that suit their heights.

    Args:
        ink: uint8 (h, w), 0 = paper.
        places: (x, y, width, height) of ink that may be digits or hold some.
        network: runs over tiles of the ink.
        size: of the digits, as a part of the one at which they are usually sought.
    """
    boxes = np.asarray(places, np.float32).reshape(-1, 4)
    finest = FINEST_OCTAVE if ink.size > SMALL_PIXELS else FINEST_OCTAVE_SMALL
    octaves = np.clip(np.rint(np.log2(SOUGHT_HEIGHT_PX / np.maximum(boxes[:, 3], 1))), COARSEST_OCTAVE, finest)
    # The largest first: they are few tiles, and what is small on a crowded page is seldom what was asked for.
    tiles = (
        tile
        for octave in np.unique(octaves)
        for tile in _tiles_at(ink, float(2**octave), size, boxes[octaves == octave], network.tile_px)
    )
    parts = [_found_on(tile, network) for tile in itertools.islice(tiles, MAX_TILES)]
    if not parts:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 10), np.float32))
    found_boxes, scores, probabilities = (np.concatenate([part[index] for part in parts]) for index in range(3))
    kept = surest(found_boxes, scores)
    return Detections(found_boxes[kept], scores[kept], probabilities[kept])


@dataclass(frozen=True)
class _Tile:
    """A tile uint8 (side, side), its corner on the ink at its scale, and the part that counts, from low to high."""

    ink: Grey
    scale: float
    corner: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def _tiles_at(ink: Grey, scale: float, size: float, places: NDArray[np.float32], side: int) -> Iterator[_Tile]:
    """The tiles of the ink at a scale, times a size, that hold the middle of a place."""
    # A page only a little larger than one tile is scaled down, not cut.
    whole = side / max(ink.shape)
    scale = size * (whole if whole < scale <= NEARLY_ONE_TILE * whole else scale)
    size_wh = max(8, round(ink.shape[1] * scale)), max(8, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size_wh, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    middles = (places[:, :2] + places[:, 2:] / 2) * scale
    for top, goes_down in _starts(size_wh[1], side):
        for left, goes_right in _starts(size_wh[0], side):
            low = np.array([RIM_PX if left else 0, RIM_PX if top else 0])
            high = np.array([side - RIM_PX if goes_right else side, side - RIM_PX if goes_down else side])
            corner = np.array([left, top])
            if _inside(middles - corner, low, high).any():
                tile = np.zeros((side, side), np.uint8)
                part = small[top : top + side, left : left + side]
                tile[: part.shape[0], : part.shape[1]] = part
                yield _Tile(tile, scale, corner, low, high)


def _starts(length: int, side: int) -> list[tuple[int, bool]]:
    """Starts of tiles along a length, and whether another one follows."""
    step = side - 2 * RIM_PX
    count = 1 + max(0, -(-(length - side) // step))
    return [(index * step, index < count - 1) for index in range(count)]


def _found_on(tile: _Tile, network: MapNetwork) -> Found:
    boxes, scores, probabilities = decode(network.maps(tile.ink), MIN_SCORE)
    inside = _inside(boxes[:, :2] + boxes[:, 2:] / 2, tile.low, tile.high)
    boxes[:, :2] += tile.corner
    return boxes[inside] / np.float32(tile.scale), scores[inside], probabilities[inside]


def _inside(points: NDArray[np.float32], low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(((points >= low) & (points < high)).all(axis=1))


def decode(maps: Maps, min_score: float) -> Found:
    """Boxes (N, 4), scores (N,) and probabilities (N, 10) at the peaks of a network's maps; in pixels of its input."""
    centre, box, label = maps
    peaks = (centre >= cv2.dilate(centre, np.ones((3, 3), np.uint8))) & (centre > np.log(min_score / (1 - min_score)))
    rows, columns = np.nonzero(peaks)
    values = box[rows, columns]
    sizes = np.exp(np.clip(values[:, 2:], -4, 4)) * np.array(REFERENCE_WH_PX, np.float32)
    middles = (np.stack([columns, rows], axis=1) + 0.5 + values[:, :2]) * CELL_PX
    scores = 1 / (1 + np.exp(-centre[rows, columns]))
    boxes = np.concatenate([middles - sizes / 2, sizes], axis=1)
    return (
        boxes.astype(np.float32),
        scores.astype(np.float32),
        softmax(label[rows, columns]),
    )


def surest(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Indices of the boxes that no surer one overlaps by more than MAX_IOU of their union, the surest first."""
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), 0.0, MAX_IOU)
    return np.asarray(kept, np.int64).reshape(-1)
