"""What the detector saw in a tile holds while the tile stays as it is: a camera on a stand sees little change."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..model.detector import Maps
from ..page.detection import MapNetwork
from ..page.ink import Grey

# Tiles are compared as small pictures, this many pixels a side; noise changes no pixel by more than the second number.
SMALL_PX, MAX_CHANGE = 32, 8
# How many tiles are kept, the least recently seen go first; after how many uses each is run again. A new tile is kept
# for up to twice as many, so that the tiles of a page are not all run again in one frame.
KEPT_TILES, MAX_USES = 64, 20


class SteadyNetwork:
    """A MapNetwork that runs another one only on tiles that it has not just seen.

    Args:
        network: runs on what is new.
    """

    def __init__(self, network: MapNetwork) -> None:
        self._network, self.tile_px = network, network.tile_px
        self._seen = np.full((KEPT_TILES, SMALL_PX, SMALL_PX), 255, np.uint8)
        self._maps: list[Maps | None] = [None] * KEPT_TILES
        self._uses = np.zeros(KEPT_TILES, np.int64)
        self._last = np.zeros(KEPT_TILES, np.int64)
        self._clock = 0

    def maps(self, tile: Grey) -> Maps:
        """As the network's, for uint8 (tile_px, tile_px); maybe of a tile that differs in noise alone."""
        self._clock += 1
        small = np.asarray(cv2.resize(tile, (SMALL_PX, SMALL_PX), interpolation=cv2.INTER_AREA), np.uint8)
        place = self._find(small)
        remembered = None if place is None else self._maps[place]
        if place is None or remembered is None or self._uses[place] >= MAX_USES:
            first = place is None
            place = int(self._last.argmin()) if place is None else place
            remembered = self._network.maps(tile)
            self._seen[place], self._maps[place] = small, remembered
            self._uses[place] = -(place % MAX_USES) if first else 0
        self._uses[place] += 1
        self._last[place] = self._clock
        return remembered

    def _find(self, small: NDArray[np.uint8]) -> int | None:
        changes = cv2.absdiff(self._seen.reshape(KEPT_TILES, -1), np.tile(small.reshape(1, -1), (KEPT_TILES, 1)))
        worst = np.asarray(changes).max(axis=1)
        nearest = int(worst.argmin())
        return nearest if worst[nearest] <= MAX_CHANGE else None
