"""Cuts photos that pretend to be filled-in sheets; exits 1 if one of them raises what is no refusal, or takes too long.

Usage: python tests/benchmarks/hostile_sheets.py [--rounds N] [--seed N]
A refusal is a SheetError or ImageError. Marks are where nobody would put them: doubled, in a line, close together,
swapped, turned, mirrored, in perspectives that no camera has; pictures are huge, narrow, noisy or full of marks.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.collect.sheet import read_sheet  # noqa: E402
from edge_app.collect.template import DICTIONARY, MARKERS_XY, VERSION, marker_ids  # noqa: E402
from edge_app.errors import ImageError, SheetError  # noqa: E402
from tests.edge_app.collect.sheets import filled, photographed  # noqa: E402

MAX_S = 10.0
IDS = tuple(marker_ids(VERSION))
SHEET = filled()

Grey = NDArray[np.uint8]
Random = np.random.Generator


def main() -> int:
    """Tries all, and tells what became of each kind."""
    parser = argparse.ArgumentParser(description="Cuts hostile sheets.")
    parser.add_argument("--rounds", type=int, default=20, help="of the random kinds (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    harm = 0
    for kind in ONCE:
        harm += tell(kind, [0])
    for kind in RANDOM:
        harm += tell(kind, range(options.seed, options.seed + options.rounds))
    print("NOT held" if harm else "held")
    return int(harm > 0)


def tell(kind: Callable[[Random], Grey], seeds: "range | list[int]") -> int:
    """Cuts and prints; gives how many did harm."""
    outcomes: Counter[str] = Counter()
    slowest_s = 0.0
    for seed in seeds:
        image = kind(np.random.default_rng(seed))
        started_s = time.perf_counter()
        try:
            outcomes[f"{len(read_sheet(image).crops)} digits"] += 1
        except (SheetError, ImageError) as error:
            outcomes[str(error).partition(";")[0].rstrip("0123456789")] += 1
        except Exception as error:
            outcomes[f"HARM {type(error).__name__}"] += 1
            traceback.print_exc()
        slowest_s = max(slowest_s, time.perf_counter() - started_s)
    print(f"{kind.__name__:14s} slowest {slowest_s:5.2f} s  {dict(outcomes)}", flush=True)
    return sum(count for outcome, count in outcomes.items() if outcome.startswith("HARM")) + int(slowest_s > MAX_S)


def paste(page: Grey, number: int, corners: NDArray[np.float32]) -> None:
    """Draws a mark with a white rim into four corners, clockwise from the upper left."""
    mark = np.full((220, 220), 255, np.uint8)
    mark[20:200, 20:200] = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(DICTIONARY), number, 180)
    own = np.array([[20, 20], [200, 20], [200, 200], [20, 200]], np.float32)
    matrix = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
    cv2.warpPerspective(mark, matrix, page.shape[::-1], dst=page, borderMode=cv2.BORDER_TRANSPARENT)


def square(x: float, y: float, side: float, turn: float = 0.0) -> NDArray[np.float32]:
    """Corners of a turned square around a middle."""
    angles = turn + np.pi / 4 * np.array([5, 7, 1, 3])
    across = side / 2**0.5
    return np.asarray(np.stack([x + across * np.cos(angles), y + across * np.sin(angles)], axis=1), np.float32)


def small() -> Grey:
    """The sheet at 150 dpi."""
    return np.asarray(cv2.resize(SHEET, (1240, 1754), interpolation=cv2.INTER_AREA), np.uint8)


def blank() -> Grey:
    """Paper."""
    return np.full((1700, 1400), 230, np.uint8)


def anywhere(rng: Random) -> Grey:
    """The six marks, each anywhere, turned and sized anyhow."""
    page = blank()
    for number in IDS:
        x, y, side, turn = rng.uniform((100, 100, 25, 0), (1300, 1300, 160, 7))
        paste(page, number, square(x, y, side, turn))
    return page


def swapped(rng: Random) -> Grey:
    """In the right places, but in another order."""
    page = small()
    for number, (x, y) in zip(rng.permutation(IDS), MARKERS_XY, strict=True):
        paste(page, int(number), square(x / 2 + 42, y / 2 + 42, 85))
    return page


def in_a_line(rng: Random) -> Grey:
    """All six on one line, of one size or of several."""
    page, side = blank(), rng.uniform(40, 90)
    for place, number in enumerate(IDS):
        paste(page, number, square(130 + 200 * place, 800, side * rng.choice((1.0, rng.uniform(0.6, 1.2)))))
    return page


def at_one_place(rng: Random) -> Grey:
    """As near to each other as they can be read."""
    page, side = blank(), rng.uniform(22, 60)
    for place, number in enumerate(IDS):
        paste(page, number, square(300 + place % 2 * side * 1.3, 300 + place // 2 * side * 1.3, side))
    return page


def skewed(rng: Random) -> Grey:
    """A whole sheet in a perspective that no camera has: corners anywhere, also crossed."""
    height, width = SHEET.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = rng.uniform((0, 0), (2000, 2400), (4, 2)).astype(np.float32)
    page = np.full((2400, 2000), 90, np.uint8)
    return np.asarray(
        cv2.warpPerspective(
            SHEET, cv2.getPerspectiveTransform(corners, seen), page.shape[::-1], page, borderMode=cv2.BORDER_TRANSPARENT
        ),
        np.uint8,
    )


def flattened(rng: Random) -> Grey:
    """Seen from the side, until the marks are lines."""
    photo = photographed(SHEET, turn_deg=0, tilt=0)
    return np.asarray(cv2.resize(photo, (1400, int(rng.integers(100, 1200)))), np.uint8)


def bent(rng: Random) -> Grey:
    """A sheet in waves."""
    rows, columns = np.mgrid[0:1754, 0:1240].astype(np.float32)
    wave = (rng.uniform(5, 80) * np.sin(rows / rng.uniform(20, 300))).astype(np.float32)
    flat = small()
    return np.asarray(cv2.remap(flat, columns + wave, rows, cv2.INTER_LINEAR, borderValue=(90,)), np.uint8)


def doubled(rng: Random) -> Grey:
    """One mark there twice."""
    page = small()
    paste(page, int(rng.choice(IDS)), square(620, rng.uniform(300, 1400), 85))
    return page


def mirrored(_rng: Random) -> Grey:
    """As a front camera shows it."""
    return np.ascontiguousarray(photographed(SHEET)[:, ::-1])


def mirrored_marks(_rng: Random) -> Grey:
    """Marks that read well at places that are mirrored."""
    page = small()[:, ::-1].copy()
    for number, (x, y) in zip(IDS, MARKERS_XY, strict=True):
        paste(page, number, square(1240 - (x / 2 + 42), y / 2 + 42, 85))
    return page


def inverted(_rng: Random) -> Grey:
    """White on black."""
    return np.asarray(255 - photographed(SHEET), np.uint8)


def scribbled(rng: Random) -> Grey:
    """Noise in all boxes and around them; the marks are whole."""
    page, noise = SHEET.copy(), rng.integers(0, 256, SHEET.shape, np.uint8)
    page[400:3200, 330:2180] = noise[400:3200, 330:2180]
    return photographed(page)


def black_boxes(_rng: Random) -> Grey:
    """All boxes full of ink."""
    page = SHEET.copy()
    page[500:3200, 380:2170] = 0
    return photographed(page)


def huge(_rng: Random) -> Grey:
    """A good one of 60 megapixels."""
    return photographed(SHEET, width=7000, height=8500)


def huge_noise(rng: Random) -> Grey:
    """Nothing, as large as may be."""
    return rng.integers(0, 256, (8500, 7000), np.uint8)


def huge_squares(_rng: Random) -> Grey:
    """All corners, as large as may be."""
    return np.asarray(np.kron(np.indices((850, 700)).sum(0) % 2 * 255, np.ones((10, 10))), np.uint8)


def huge_rings(_rng: Random) -> Grey:
    """All contours that are four-cornered and dark, as large as may be."""
    ring = np.full((40, 40), 255, np.uint8)
    ring[5:35, 5:35] = 0
    return np.tile(ring, (212, 175))


def huge_marks(_rng: Random) -> Grey:
    """Thousands of other sheets' marks, as large as may be."""
    page, dictionary = np.full((48, 48), 255, np.uint8), cv2.aruco.getPredefinedDictionary(DICTIONARY)
    page[9:39, 9:39] = cv2.aruco.generateImageMarker(dictionary, 77, 30)
    return np.tile(page, (177, 145))


def narrow(rng: Random) -> Grey:
    """32 pixels high."""
    return rng.integers(0, 256, (32, 1_800_000), np.uint8)


def wide(_rng: Random) -> Grey:
    """A good one at the end of a panorama, which is wider than OpenCV warps."""
    photo = photographed(SHEET)
    return np.hstack([np.full((photo.shape[0], 33_800), 90, np.uint8), photo])


def tiny(rng: Random) -> Grey:
    """The least that is taken."""
    return rng.integers(0, 256, (32, 32), np.uint8)


ONCE = (
    mirrored,
    mirrored_marks,
    inverted,
    black_boxes,
    huge,
    huge_noise,
    huge_squares,
    huge_rings,
    huge_marks,
    narrow,
    wide,
)
RANDOM = (tiny, anywhere, swapped, in_a_line, at_one_place, skewed, flattened, bent, doubled, scribbled)

if __name__ == "__main__":
    raise SystemExit(main())
