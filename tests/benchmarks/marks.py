"""Prints how well doubtful digits ("?") stand for those that a number lacks, on photos as they are and on worse ones.

Usage: python tests/benchmarks/marks.py [PHOTOS_DIR]
PHOTOS_DIR is $DIGITS_PHOTOS or ../shared/photos beside the checkout if not given. The limits in
edge_app/page/doubtful.py were chosen on these; the worse copies show how far they hold elsewhere.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.image import load_image  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.photos import DEFAULT_PHOTOS  # noqa: E402
from tests.benchmarks.scoring import Marks, doubtful_digits, score_marks  # noqa: E402

Image = NDArray[np.uint8]


def main() -> int:
    """Reads all photos in each of the ways and prints a line each."""
    parser = argparse.ArgumentParser(description="Scores the marks of doubtful digits.")
    parser.add_argument("photos", type=Path, nargs="?", default=DEFAULT_PHOTOS)
    folder = parser.parse_args().photos
    reader = PageReader(DigitClassifier.load())
    for name, (scale, worsened) in WAYS.items():
        marks, false, empty = Marks(), 0, 0
        for entry in _entries(folder):
            image = _scaled(worsened(load_image(folder / entry["file"])), scale)
            record = to_record(reader.read(image), entry["file"], 0)
            if entry["lines"]:
                marks += score_marks(_truth_at(entry, scale), record)
            else:
                false, empty = false + len(doubtful_digits(record)), empty + 1
        print(f"{name:14s} {marks}, {false / max(1, empty):.2f} marks a photo without digits", flush=True)
    return 0


def _entries(folder: Path) -> Iterator[dict[str, Any]]:
    for name in ("pages.json", "cheques.json"):
        yield from json.loads((folder / name).read_text())["pages"]
    for path in sorted((folder / "nodigits").glob("*")):
        yield {"file": f"nodigits/{path.name}", "lines": []}


def _scaled(image: Image, scale: float) -> Image:
    size_wh = [max(32, round(side * scale)) for side in image.shape[1::-1]]
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size_wh, interpolation=interpolation), np.uint8)


def _truth_at(entry: dict[str, Any], scale: float) -> dict[str, Any]:
    lines = [
        {**line, "digits": [{**d, "box": [side * scale for side in d["box"]]} for d in line["digits"] if d.get("box")]}
        for line in entry["lines"]
    ]
    return {**entry, "lines": lines}


def _as_it_is(image: Image) -> Image:
    return image


def _blurred(image: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.2), np.uint8)


def _faded(image: Image) -> Image:
    return (image * 0.5 + 90).astype(np.uint8)


def _noisy(image: Image) -> Image:
    noise = np.random.default_rng(0).normal(0, 12, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def _as_poor_jpeg(image: Image) -> Image:
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED), np.uint8)


WAYS: dict[str, tuple[float, Callable[[Image], Image]]] = {
    "as they are": (1.0, _as_it_is),
    "x 0.75": (0.75, _as_it_is),
    "x 1.4": (1.4, _as_it_is),
    "blurred": (1.0, _blurred),
    "faded": (1.0, _faded),
    "noisy": (1.0, _noisy),
    "poor JPEG": (1.0, _as_poor_jpeg),
}

if __name__ == "__main__":
    raise SystemExit(main())
