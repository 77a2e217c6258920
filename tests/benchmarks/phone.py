"""Prints how well the phone's page reads in headless Chromium, beside Python's reader: both are of one design.

Usage: python tests/benchmarks/phone.py SITE [gate] [photos] [drawn] [speed] [--images N] [--pages N] [--photos DIR]
SITE is what `python -m convert --web SITE` wrote. Without names all four are printed:
gate: MNIST's test digits through both networks; exit 1 where convert's gate would not hold;
photos: macro F1 of both readers, and the digits on which they agree; drawn: the same on drawn pages, 200 of them;
speed: a VGA frame and a 12-megapixel photo (made larger from one of those), one thread.
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from convert.prove.gate import Limits  # noqa: E402
from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.image import load_image  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.drawn import truth_of  # noqa: E402
from tests.benchmarks.photos import DEFAULT_PHOTOS  # noqa: E402
from tests.benchmarks.scoring import Score, read_digits, score_page  # noqa: E402
from tests.phone_page import PhonePage, opened  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.layouts import LAYOUTS  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402

PARTS = ("gate", "photos", "drawn", "speed")
FRAME_WH, PHOTO_WH, TIMES = (640, 480), (4000, 3000), 7


def main() -> int:
    """Prints what was asked for; returns 1 if the gate does not hold."""
    parser = argparse.ArgumentParser(description="Scores the phone's page in Chromium.")
    parser.add_argument("site", type=Path)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=25, help="of each layout (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2_000_003)
    parser.add_argument("--photos", type=Path, default=DEFAULT_PHOTOS)
    parser.add_argument("--per-image", action="store_true")
    options = parser.parse_args()
    if set(options.parts) - set(PARTS):
        parser.error(f"expected parts of {', '.join(PARTS)}, got {' '.join(options.parts)}")
    wanted = options.parts or PARTS
    with opened(options.site) as page:
        holds = gate(page, options.images) if "gate" in wanted else True
        if "photos" in wanted:
            photos(page, options.photos, options.per_image)
        if "drawn" in wanted:
            drawn(page, options.pages, options.seed)
        if "speed" in wanted:
            speed(page)
    return 0 if holds else 1


def gate(page: PhonePage, count: int) -> bool:
    """Prints how far int8 is from its float parent, both on LiteRT.js; whether the limits hold."""
    test, limits = load_mnist().test.head(count), Limits()
    read = page.classify(test.images)
    agreement = 100 * float(np.mean(read["int8"] == read["float32"]))
    right = {kind: 100 * float(np.mean(digits == test.labels)) for kind, digits in read.items()}
    drop = right["float32"] - right["int8"]
    print(
        f"gate: {len(test.labels)} images, float32 {right['float32']:.2f} %, int8 {right['int8']:.2f} % "
        f"(drop {drop:+.2f} pp, at most {limits.max_accuracy_drop_pp:g}), agreement {agreement:.2f} % "
        f"(at least {limits.min_agreement_percent:g})",
        flush=True,
    )
    return agreement >= limits.min_agreement_percent and drop <= limits.max_accuracy_drop_pp


@dataclass
class Both:
    """Scores of both readers, and what both read alike.

    Attributes:
        python: by group, against the truth.
        phone: the same.
        alike: the phone's readings as scored against Python's.
    """

    python: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    phone: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    alike: Score = field(default_factory=Score)

    def add(self, group: str, truth: dict[str, Any], python: dict[str, Any], phone: dict[str, Any]) -> None:
        """Takes one image."""
        self.python[group] += score_page(truth, python)
        self.phone[group] += score_page(truth, phone)
        self.alike += score_page(as_truth(python), phone)

    def print_group(self, group: str) -> None:
        """One group's line."""
        python, phone = self.python[group], self.phone[group]
        print(f"{group:18s} digits {python.truth:5d} f1 python {python.f1:.4f} phone {phone.f1:.4f}", flush=True)

    def print_means(self) -> None:
        """Of all groups, and what is alike."""
        python, phone = (statistics.mean(score.f1 for score in each.values()) for each in (self.python, self.phone))
        print(f"{'macro F1':18s} python {python:.4f} phone {phone:.4f} ({phone - python:+.4f})")
        print(
            f"{'agreement':18s} {100 * self.alike.f1:.2f} % of the digits of both are the same in the same place "
            f"({self.alike.right} of {self.alike.truth} and {self.alike.read})",
            flush=True,
        )


def as_truth(record: dict[str, Any]) -> dict[str, Any]:
    """A reading as a truth: what is doubtful is left out."""
    digits = [{"d": str(digit["label"]), "box": digit["box"]} for digit in read_digits(record)]
    return {"lines": [{"text": "", "digits": digits}]}


def photos(page: PhonePage, folder: Path, per_image: bool) -> None:
    """The development photos."""
    reader, both = PageReader(DigitClassifier.load()), Both()
    for entry in json.loads((folder / "pages.json").read_text())["pages"]:
        path = folder / entry["file"]
        python, phone = to_record(reader.read(load_image(path)), path.name, 0.0), page.read(path.read_bytes())
        both.add(entry["group"], entry, python, phone)
        if per_image:
            scores = (score_page(entry, python), score_page(entry, phone), score_page(as_truth(python), phone))
            print(
                f"    {path.name:32s} python, phone, alike: {' '.join(f'{each.f1:.4f}' for each in scores)}", flush=True
            )
    for group in both.python:
        both.print_group(group)
    both.print_means()
    false = {"python": 0, "phone": 0}
    for path in sorted((folder / "nodigits").glob("*")):
        false["python"] += len(read_digits(to_record(reader.read(load_image(path)), path.name, 0.0)))
        false["phone"] += len(read_digits(page.read(path.read_bytes())))
    print(f"{'nodigits':18s} false digits {false}", flush=True)


def drawn(page: PhonePage, count: int, seed: int) -> None:
    """Pages drawn from MNIST's validation split, as benchmarks/drawn.py has them."""
    reader, digits, both = PageReader(DigitClassifier.load()), load_mnist().validation, Both()
    for layout in LAYOUTS:
        for number in range(count):
            made = draw_page(digits, seed + number, (800, 600), layout)
            python = to_record(reader.read(made.image), "", 0.0)
            both.add(layout, truth_of(made), python, page.read(_png(made.image)))
        both.print_group(layout)
    both.print_means()


def speed(page: PhonePage) -> None:
    """Milliseconds in the worker, from pixels to numbers; a phone's were not measured."""
    made = draw_page(load_mnist().validation, 2_000_003, FRAME_WH, next(iter(LAYOUTS))).image
    for name, size_wh in (("VGA frame", FRAME_WH), ("12-megapixel photo", PHOTO_WH)):
        picture = _png(np.asarray(cv2.resize(made, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8))
        times_ms = [page.read(picture)["latency_ms"] for _ in range(TIMES)]
        print(
            f"{name:18s} median {statistics.median(times_ms):.0f} ms, least {min(times_ms):.0f}, of {TIMES}", flush=True
        )


def _png(image: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    return cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image)[1].tobytes()


if __name__ == "__main__":
    raise SystemExit(main())
