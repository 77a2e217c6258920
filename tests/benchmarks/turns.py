"""Prints which pages --rotate auto turns, and what the look for a better turn costs on upright ones.

Usage: python tests/benchmarks/turns.py [PHOTOS_DIR] [--pages N] [--repeats N]
PHOTOS_DIR is as in photos.py; without it only drawn pages are read, N of each layout. The cost is what the look and any
second read take as a part of all the rest, measured within the same reads; of the repeats the fastest counts.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.image import load_image  # noqa: E402
from edge_app.page.orientation import turned  # noqa: E402
from edge_app.page.recognition import Classifier  # noqa: E402
from edge_app.page.result import Page  # noqa: E402
from edge_app.page.stages import NO_WATCH, Stopwatch, Watch  # noqa: E402
from edge_app.page.views import View, ViewReader  # noqa: E402
from tests.benchmarks.photos import DEFAULT_PHOTOS  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.layouts import LAYOUTS  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402

Image = NDArray[np.uint8]
TURNS = (0, 90, 180, 270)


class Timed:
    """Reads with another reader, and sums up what was for the sake of turning and what was not."""

    def __init__(self, reader: PageReader) -> None:
        self.reader, self.reads, self.rest_s, self.turning_s = reader, 0, 0.0, 0.0

    @property
    def classifier(self) -> Classifier:
        """The reader's."""
        return self.reader.classifier

    def read(self, image: Image, watch: Watch = NO_WATCH) -> Page:  # noqa: ARG002 - its own counts
        """Reads one image; from the second one on all of it is for turning."""
        stages = Stopwatch()
        started_s = time.perf_counter()
        page = self.reader.read(image, stages)
        took_s = time.perf_counter() - started_s
        looking_s = stages.stages_ms.get("turn", 0.0) / 1000 if self.reads == 0 else took_s
        self.reads, self.rest_s, self.turning_s = (
            self.reads + 1,
            self.rest_s + took_s - looking_s,
            self.turning_s + looking_s,
        )
        return page


def cost(reader: PageReader, image: Image, repeats: int) -> tuple[float, float]:
    """Seconds for turning, and for all the rest, of one image as it is."""
    best = (0.0, float("inf"))
    for _ in range(repeats):
        timed = Timed(reader)
        ViewReader(timed, View()).read(image)
        best = min(best, (timed.turning_s, timed.rest_s), key=sum)
    return best


def drawn(pages: int) -> Iterator[Image]:
    """Drawn pages of all layouts, as in drawn.py."""
    digits = load_mnist().validation
    for layout in LAYOUTS:
        for number in range(pages):
            yield draw_page(digits, 2_000_003 + number, (800, 600), layout).image


def photos(folder: Path) -> Iterator[Image]:
    """The pictures of a folder."""
    return (load_image(path) for path in sorted(folder.iterdir()))


def measure(name: str, images: Iterator[Image], reader: PageReader, repeats: int) -> None:
    """Prints a group's cost, and its table: how pages that lie so come out."""
    views = ViewReader(reader, View())
    seconds, count = np.zeros(2), 0
    outcomes = {turn: {"upright": 0, "as it lay": 0, "otherwise": 0} for turn in TURNS}
    for image in images:
        count += 1
        seconds += cost(reader, image, repeats)
        for turn, outcome in outcomes.items():
            found = views.read(turned(image, turn)).turn
            kind = "upright" if (found + turn) % 360 == 0 else "otherwise" if found else "as it lay"
            outcome[kind] += 1
    print(f"{name}: {count} pages; on upright ones the look for a turn costs {seconds[0] / seconds[1]:.2%} of the rest")
    for turn, outcome in outcomes.items():
        print(f"  lies at {turn:3d}: " + ", ".join(f"{kind} {number}" for kind, number in outcome.items()))


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Which pages --rotate auto turns, and its cost on upright ones.")
    parser.add_argument("photos", type=Path, nargs="?", default=DEFAULT_PHOTOS)
    parser.add_argument("--pages", type=int, default=10, help="drawn ones of each layout (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    reader = PageReader(DigitClassifier.load())
    for name in ("pages", "nodigits", "cheques"):
        if (options.photos / name).is_dir():
            measure(name, photos(options.photos / name), reader, options.repeats)
    measure("drawn", drawn(options.pages), reader, options.repeats)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
