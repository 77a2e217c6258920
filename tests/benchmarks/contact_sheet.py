"""Pictures of single digits that were read rightly, wrongly, falsely or not at all: to be looked at."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.files.image import load_image
from edge_app.page.drawing import save_image

from .scoring import match, read_digits, true_digits

TILE_PX = 72
COLUMNS = 24
MAX_TILES = 480


class Sheets:
    """Collects tiles by kind; `save` writes one PNG for each kind."""

    def __init__(self) -> None:
        self._places: dict[str, list[tuple[Path, list[int], str]]] = defaultdict(list)

    def add(self, group: str, path: Path, truth: Mapping[str, Any], reading: Mapping[str, Any]) -> None:
        """Notes each digit of one image under <group>_<right|wrong|missed|false>."""
        hand, printed = true_digits(truth)
        digits = read_digits(reading)
        found = match([d["box"] for d in digits], [d["box"] for d in hand], [d["box"] for d in printed])
        for i, j in found.pairs:
            label, true_label = str(digits[i]["label"]), str(hand[j]["d"])
            kind = "right" if label == true_label else "wrong"
            caption = f"{true_label}>{label} {digits[i]['confidence']:.2f}"
            self._places[f"{group}_{kind}"].append((path, digits[i]["box"], caption))
        for j in found.missed:
            self._places[f"{group}_missed"].append((path, hand[j]["box"], str(hand[j]["d"])))
        for i in found.false:
            caption = f">{digits[i]['label']} {digits[i]['confidence']:.2f}"
            self._places[f"{group}_false"].append((path, digits[i]["box"], caption))

    def save(self, folder: Path) -> None:
        """Writes the sheets as PNG."""
        for name, places in self._places.items():
            tiles = []
            loaded: tuple[Path, NDArray[np.uint8]] | None = None
            for path, box, caption in places[:MAX_TILES]:
                if loaded is None or loaded[0] != path:
                    loaded = (path, load_image(path))
                tiles.append(_tile(loaded[1], box, caption))
            while len(tiles) % COLUMNS:
                tiles.append(np.zeros_like(tiles[0]))
            rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
            save_image(np.vstack(rows), folder / f"{name}.png")


def _tile(image: NDArray[np.uint8], box: list[int], caption: str) -> NDArray[np.uint8]:
    x, y, width, height = box
    margin = max(width, height) // 3
    crop = image[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
    crop = np.dstack([crop] * 3) if crop.ndim == 2 else crop
    scale = (TILE_PX - 2) / max(crop.shape[:2])
    small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.zeros((TILE_PX + 12, TILE_PX, 3), np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    cv2.putText(tile, caption, (1, TILE_PX + 9), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 0), 1)
    return tile
