"""Each stage of reading a page as a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .annotate import annotate
from .components import Candidate, connect, find_candidates
from .ink import Grey, find_ink, to_luma
from .normalise import FIELD_PX, normalise
from .page import Page

TILES_A_ROW = 32


def explain(image: NDArray[np.uint8], page: Page) -> dict[str, NDArray[np.uint8]]:
    """Pictures of the stages, by name, in their order.

    Args:
        image: uint8 (H, W) or (H, W, 3) RGB, the one that was read.
        page: its reading.

    Returns:
        uint8 (h, w) or (h, w, 3) each.
    """
    page_ink = find_ink(to_luma(image))
    connected = connect(page_ink)
    candidates = find_candidates(page_ink, connected)
    return {
        "1-ink": page_ink.ink,
        "2-threshold": page_ink.threshold,
        "3-mask": page_ink.mask,
        "4-without-rulings": (connected.labels > 0).astype(np.uint8) * np.uint8(255),
        "5-candidates": _boxes(page_ink.ink, candidates),
        "6-normalised": _tiles(candidates),
        "7-page": annotate(image, page),
    }


def _boxes(ink: Grey, candidates: list[Candidate]) -> NDArray[np.uint8]:
    canvas = np.dstack([255 - ink] * 3)
    for candidate in candidates:
        x, y, width, height = candidate.box
        cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), (30, 90, 220), 1)
    return canvas


def _tiles(candidates: list[Candidate]) -> NDArray[np.uint8]:
    tiles = [normalise(candidate.ink) for candidate in candidates] or [np.zeros((FIELD_PX, FIELD_PX), np.uint8)]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % TILES_A_ROW)
    return np.vstack([np.hstack(tiles[i : i + TILES_A_ROW]) for i in range(0, len(tiles), TILES_A_ROW)])
