"""From an image to its ink: background removed, dark on light or light on dark found by itself."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .rulings import find_rulings

Grey = NDArray[np.uint8]

MAX_WORK_PIXELS = 3_000_000
# Strokes up to this width, as a part of the image's side, are ink; whatever is wider is background.
STROKE_PER_SIDE = 0.1
MIN_STROKE_PX = 24
# The background is found on an image so small that a stroke's width is this many pixels.
STROKE_SMALL_PX = 13
# Added to light before dividing by the background, so that the noise of black areas is not read as ink.
DARK_GUARD = 24
# Dark ink on light paper is the usual case, so the other one has to be clear.
LIGHT_ON_DARK = 1.1
# Noise is measured on every second pixel of the small image: a window of 15 then spans two widest strokes.
NOISE_STEP = 2
NOISE_WINDOW = 15
NOISE_PLACE = 9
# Paper in shadow is at least this bright, as a part of the page's bright grounds; what is darker is a desk.
DARKEST_PAPER = 0.3
BRIGHT_PERCENTILE = 90
# Grounds that differ more than this are not one paper in light and shadow.
PAPER_STEP = 0.6
NOISE_GAIN = 3.0
MIN_CONTRAST = 14


@dataclass(frozen=True)
class InkMap:
    """Where ink is and how dark.

    Attributes:
        ink: uint8 (h, w), 0 = paper, 255 = the darkest ink there can be, relative to the paper around it.
        threshold: uint8 (h, w), what ink has to exceed at each place to stand out from paper and its noise; 255 where
            there is no one paper around, as at the edge of a sheet on a desk.
        scale: input pixels per pixel of this map, >= 1.
        inverted: the ink is lighter than what it is on.
        doubtful: it may be the other way round.
        matrix: float64 (2, 3), from pixels of the map as it was found to this one's where it was turned level; else
            None.
    """

    ink: Grey
    threshold: Grey
    scale: float
    inverted: bool
    doubtful: bool = False
    matrix: NDArray[np.float64] | None = None

    @property
    def mask(self) -> Grey:
        """uint8 (h, w), 255 where there is ink, else 0."""
        return np.asarray(cv2.compare(self.ink, self.threshold, cv2.CMP_GT), np.uint8)


def find_ink(luma: Grey, inverted: bool | None = None) -> InkMap:
    """Finds the ink of a page under any light.

    Args:
        luma: uint8 (H, W).
        inverted: whether the ink is lighter than what it is on; None to find that out.
    """
    scale = max(1.0, (luma.size / MAX_WORK_PIXELS) ** 0.5)
    work = _resized(luma, scale)
    stroke_px = max(MIN_STROKE_PX, STROKE_PER_SIDE * work.size**0.5)
    shrink = max(1, min(round(stroke_px / STROKE_SMALL_PX), *work.shape))
    # By a whole number on whole blocks: anything else takes OpenCV six times as long.
    small = _resized(work[: work.shape[0] // shrink * shrink, : work.shape[1] // shrink * shrink], shrink)
    lightness = light_on_dark(small)
    if inverted is None:
        inverted = lightness > LIGHT_ON_DARK
    if inverted:
        work, small = ~work, ~small
    background = _background(small)
    ink = _relative_darkness(work, background)
    threshold = cv2.max(_noise_threshold(ink, shrink), _edges_of_paper(background, ink.shape))
    return InkMap(
        ink, np.asarray(threshold, np.uint8), scale, inverted, LIGHT_ON_DARK / 2 < lightness < LIGHT_ON_DARK * 2
    )


def light_on_dark(small: Grey) -> float:
    """How much more there is of strokes lighter than their ground than of darker ones, as a ratio.

    Args:
        small: uint8 (h, w), so small that a stroke is a few pixels wide. A 3x3 hat then answers to strokes, and much
            less to the paper between them or to a sheet's corners on a desk.
    """
    kernel = np.ones((3, 3), np.uint8)
    dark = cv2.norm(cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, kernel))
    light = cv2.norm(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, kernel))
    return (light + 1) / (dark + 1)


def _resized(image: Grey, shrink: float) -> Grey:
    if shrink == 1:
        return image
    height, width = image.shape
    size_wh = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _background(small: Grey) -> Grey:
    kernel = np.ones((STROKE_SMALL_PX, STROKE_SMALL_PX), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    # The smaller of both keeps a sheet's light from spilling onto a dark desk, where it would look like ink.
    return np.asarray(cv2.min(cv2.blur(closed, (5, 5)), closed), np.uint8)


def _relative_darkness(work: Grey, background: Grey) -> Grey:
    ground = cv2.resize(background, work.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit = cv2.divide(_guarded(work), _guarded(ground), scale=255)
    return np.asarray(cv2.bitwise_not(lit), np.uint8)


def _edges_of_paper(background: Grey, shape_hw: tuple[int, ...]) -> Grey:
    """Uint8 (h, w), 255 where the ground is on one side much darker than on the other, or no paper at all, else 0."""
    window = np.ones((3, 3), np.uint8)
    darker = _guarded(cv2.erode(background, window))
    ratio = cv2.divide(darker, _guarded(cv2.dilate(background, window)), scale=255)
    _, edges = cv2.threshold(ratio, 255 * PAPER_STEP, 255, cv2.THRESH_BINARY_INV)
    edges[background < DARKEST_PAPER * np.percentile(background, BRIGHT_PERCENTILE)] = 255
    return np.asarray(cv2.resize(edges, shape_hw[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def _guarded(grey: cv2.typing.MatLike) -> cv2.typing.MatLike:
    return cv2.convertScaleAbs(grey, alpha=1, beta=DARK_GUARD)


def _valley(ink: Grey) -> float:
    """Between the modes of paper and strokes in the histogram of a strip so narrow that strokes fill it.

    Rulings may be much darker than the pen, and would be the second mode.
    """
    valley, mask = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ruled = find_rulings(np.asarray(mask, np.uint8))
    rest = ink[cv2.dilate(ruled, np.ones((3, 3), np.uint8)) == 0]
    if not ruled.any() or not len(rest):
        return float(valley)
    without, _ = cv2.threshold(rest, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(min(valley, without))


def _noise_threshold(ink: Grey, shrink: int) -> Grey:
    """Paper's own level plus some times its spread, both as medians around each place: strokes are the minority."""
    step = shrink * NOISE_STEP
    sample = np.ascontiguousarray(ink[::step, ::step])
    if min(sample.shape) < 2 * NOISE_WINDOW:
        return np.full(ink.shape, min(255, max(MIN_CONTRAST, _valley(ink))), np.uint8)
    level = cv2.medianBlur(sample, NOISE_WINDOW)
    spread = cv2.medianBlur(cv2.absdiff(sample, level), NOISE_WINDOW)
    threshold = cv2.addWeighted(level, 1.0, spread, 1.4826 * NOISE_GAIN, MIN_CONTRAST)
    # Noise is the same over wide places; where it seems to be strong in a small one, strokes are dense there.
    threshold = cv2.morphologyEx(threshold, cv2.MORPH_OPEN, np.ones((NOISE_PLACE, NOISE_PLACE), np.uint8))
    # A rough desk does not become smooth on the last pixels before a sheet.
    threshold = cv2.dilate(threshold, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.resize(threshold, ink.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
