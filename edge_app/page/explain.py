"""Each stage of reading a page as a picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .candidates import Candidate
from .detection import Detections
from .drawing import DOUBTFUL_RGB, READ_RGB, REFUSED_RGB, annotate
from .fusion import MIN_NEW_SCORE
from .ink import Grey
from .normalise import FIELD_PX
from .recognition import Reading
from .result import Page
from .trace import Trace

TILES_A_ROW = 32
SHOWN_SCORE = 0.25


def explain(image: NDArray[np.uint8], page: Page) -> dict[str, NDArray[np.uint8]]:
    """Pictures of the stages, by name, in their order; of several regions those of each, which its number begins.

    Args:
        image: uint8 (H, W) or (H, W, 3) RGB, the one that was read.
        page: its reading, with traces.

    Returns:
        uint8 (h, w) or (h, w, 3) each.
    """
    pictures = {}
    for number, trace in enumerate(page.traces, 1):
        part = f"{number}-" if len(page.traces) > 1 else ""
        pictures.update({f"{part}{stage}": picture for stage, picture in _stages(trace).items()})
    return {**pictures, "9-page": annotate(image, page)}


def _stages(trace: Trace) -> dict[str, NDArray[np.uint8]]:
    page_ink = trace.page_ink
    pictures = {
        "1-ink": page_ink.ink,
        "2-threshold": page_ink.threshold,
        "3-mask": page_ink.mask,
        "4-without-rulings": (trace.connected.labels > 0).astype(np.uint8) * np.uint8(255),
        "5-candidates": _boxes(page_ink.ink, trace.candidates),
        "6-normalised": _tiles([reading.crop for reading in trace.readings if reading.crop is not None]),
    }
    if trace.found is not None:
        pictures["7-detector"] = _scores(page_ink.ink, trace.found)
    if trace.one_by_one is not None:
        pictures["8-numbers"] = _changes(page_ink.ink, trace.one_by_one, trace.readings)
    return pictures


def _boxes(ink: Grey, candidates: Sequence[Candidate]) -> NDArray[np.uint8]:
    canvas = np.dstack([255 - ink] * 3)
    for candidate in candidates:
        x, y, width, height = candidate.box
        cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), (30, 90, 220), 1)
    return canvas


def _scores(ink: Grey, found: Detections) -> NDArray[np.uint8]:
    canvas = np.dstack([255 - ink] * 3)
    for box, score, probabilities in zip(found.boxes, found.scores, found.probabilities, strict=True):
        if score < SHOWN_SCORE:
            continue
        colour = (20, 140, 40) if score >= MIN_NEW_SCORE else (230, 140, 20)
        _mark(canvas, box.tolist(), f"{probabilities.argmax()} {score:.0%}", colour)
    return canvas


def _changes(ink: Grey, before: Sequence[Reading], after: Sequence[Reading]) -> NDArray[np.uint8]:
    """What reading numbers as wholes changed: what each digit was and is, "-" where it is none."""
    canvas = np.dstack([255 - ink] * 3)
    was, now = _texts(before), _texts(after)
    for box in sorted(was.keys() | now.keys()):
        is_now = now.get(box, "-")
        if was.get(box) != now.get(box):
            colour = REFUSED_RGB if box not in now else DOUBTFUL_RGB if "?" in is_now else READ_RGB
            _mark(canvas, box, f"{was.get(box, '-')}>{is_now}", colour)
    return canvas


def _texts(readings: Sequence[Reading]) -> dict[Box, str]:
    """What each digit reads as, with "?" if it is doubtful, by its box."""
    read = {reading.box: str(reading.label) for reading in readings if reading.label is not None}
    return read | {reading.box: f"{reading.guess}?" for reading in readings if reading.guess is not None}


def _mark(canvas: NDArray[np.uint8], box: Sequence[float], text: str, colour_rgb: tuple[int, int, int]) -> None:
    x, y, width, height = (round(value) for value in box)
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), colour_rgb, 1)
    cv2.putText(canvas, text, (x, y - 2), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour_rgb, 1, cv2.LINE_AA)


def _tiles(crops: Sequence[Grey]) -> NDArray[np.uint8]:
    """All that the classifier saw, in rows."""
    tiles = [*crops] or [np.zeros((FIELD_PX, FIELD_PX), np.uint8)]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % TILES_A_ROW)
    return np.vstack([np.hstack(tiles[i : i + TILES_A_ROW]) for i in range(0, len(tiles), TILES_A_ROW)])
