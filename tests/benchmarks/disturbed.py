"""Prints how well the reader does on real photos that are made smaller, larger, darker, turned and so on.

Usage: python tests/benchmarks/disturbed.py [PHOTOS_DIR] [--only NAME...] [--strips]
The photos are those of photos.py. A share of some hundred digits moves by chance; over many states of each it moves
little, and what fails in one state alone hung by a thread.
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.image import load_image  # noqa: E402
from edge_app.files.opening import MIN_SIDE_PX  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.photos import DEFAULT_PHOTOS  # noqa: E402
from tests.benchmarks.scoring import Score, judged_digits, read_digits, score_page  # noqa: E402

Image = NDArray[np.uint8]
Entry = dict[str, Any]
Disturb = Callable[[Image, Entry], tuple[Image, Entry]]


def main() -> int:
    """Reads all photos in all states and prints a line for each, and one for all."""
    states = {**PAGES, **TURNED}
    parser = argparse.ArgumentParser(description="Scores the reader on disturbed photos.")
    parser.add_argument("photos", type=Path, nargs="?", default=DEFAULT_PHOTOS)
    parser.add_argument("--only", nargs="+", choices=sorted(states), metavar="NAME", help=f"of {', '.join(states)}")
    parser.add_argument("--strips", action="store_true", help="the cheque strips instead of the pages")
    options = parser.parse_args()
    reader = PageReader(DigitClassifier.load())
    if options.strips:
        strips(reader, options.photos)
        return 0
    pages = json.loads((options.photos / "pages.json").read_text())["pages"]
    empty = sorted((options.photos / "nodigits").glob("*"))
    total, judged, all_false, macros = Score(), list[tuple[float, bool]](), 0, []
    for name in options.only or states:
        groups: dict[str, Score] = defaultdict(Score)
        own: list[tuple[float, bool]] = []
        for entry in pages:
            image, truth = states[name](load_image(options.photos / entry["file"]), entry)
            record = to_record(reader.read(image), "", 0)
            groups[entry["group"]] += score_page(truth, record)
            own += judged_digits(truth, record)
        images = [states[name](load_image(path), {"lines": []})[0] for path in empty]
        false = sum(len(read_digits(to_record(reader.read(image), "", 0))) for image in images)
        macros.append(statistics.mean(score.f1 for score in groups.values()))
        print(_line(name, sum(groups.values(), Score()), own, macros[-1:], false, len(empty)), flush=True)
        total, judged, all_false = total + sum(groups.values(), Score()), judged + own, all_false + false
    print(_line("all", total, judged, macros, all_false, len(empty) * len(macros)))
    return 0


def strips(reader: PageReader, photos: Path) -> None:
    """Prints how many of the strips are read exactly in each state."""
    entries = json.loads((photos / "cheques.json").read_text())["pages"]
    right = read = 0
    for name in ("as is", "x0.85", "x1.2", "blurred", "turned by 3", "turned by -3", "dark", "light", "noise"):
        images = [PAGES[name](load_image(photos / entry["file"]), entry)[0] for entry in entries]
        kept = [
            (image, entry) for image, entry in zip(images, entries, strict=True) if min(image.shape[:2]) >= MIN_SIDE_PX
        ]
        texts = ["".join(line.text for line in reader.read(image).lines) for image, _ in kept]
        exact = sum(text == entry["lines"][0]["text"] for text, (_, entry) in zip(texts, kept, strict=True))
        print(f"{name:14s} {exact} of {len(kept)} strips exactly right", flush=True)
        right, read = right + exact, read + len(kept)
    print(f"{'all':14s} {right} of {read} strips exactly right, {100 * right / read:.1f} %")


def _line(
    name: str, score: Score, judged: list[tuple[float, bool]], macros: list[float], false: int, empty: int
) -> str:
    wrong = 100 * statistics.mean(not right for _, right in judged)
    return (
        f"{name:14s} f1 {score.f1:.4f} macro {statistics.mean(macros):.4f} right {score.right} of {score.truth}, read "
        f"{score.read}; wrong and not marked {wrong:.2f} %; false a photo without digits {false / max(1, empty):.2f}"
    )


def scaled_and_turned(scale: float, degrees: float) -> Disturb:
    """Clockwise, on paper of the photo's most usual grey."""

    def disturb(image: Image, entry: Entry) -> tuple[Image, Entry]:
        height, width = image.shape[:2]
        angle = np.radians(degrees)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn.T
        low, size = corners.min(axis=0), np.ceil(np.ptp(corners, axis=0)).astype(int)
        paper = tuple(float(value) for value in np.median(image.reshape(-1, 3), axis=0))
        out = (
            cv2.resize(image, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
            if degrees == 0 and scale < 1
            else cv2.warpAffine(
                image, np.column_stack([turn, -low]), size.tolist(), flags=cv2.INTER_CUBIC, borderValue=paper
            )
        )

        def moved(box: list[float]) -> list[float]:
            middle = turn @ np.array([box[0] + box[2] / 2, box[1] + box[3] / 2]) - low
            side = np.array(box[2:]) * scale
            return [*(middle - side / 2), *side]

        return np.asarray(out, np.uint8), with_boxes(entry, moved)

    return disturb


def with_boxes(entry: Entry, moved: Callable[[list[float]], list[float]]) -> Entry:
    """A truth whose boxes lie elsewhere."""
    lines = [
        {
            **line,
            "digits": [{**each, "box": moved(each["box"])} if each.get("box") else each for each in line["digits"]],
        }
        for line in entry["lines"]
    ]
    return {**entry, "lines": lines}


def toned(gamma: float) -> Disturb:
    """Darker above 1, lighter below."""
    table = (255 * (np.arange(256) / 255) ** gamma).round().astype(np.uint8)
    return lambda image, entry: (table[image], entry)


def shaded(image: Image, entry: Entry) -> tuple[Image, Entry]:
    """Half the light in one corner."""
    height, width = image.shape[:2]
    down, across = np.mgrid[:height, :width]
    light = 1 - 0.5 / (1 + np.exp(-((across / width + down / height * 0.5) - 0.75) * 12))
    return (image * light[..., None]).astype(np.uint8), entry


def compressed(image: Image, entry: Entry) -> tuple[Image, Entry]:
    """JPEG of quality 40."""
    content = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR)[..., ::-1], np.uint8), entry


def noisy(image: Image, entry: Entry) -> tuple[Image, Entry]:
    """Of 8 grey levels."""
    noise = np.random.default_rng(1).normal(0, 8, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8), entry


def blurred(image: Image, entry: Entry) -> tuple[Image, Entry]:
    """By a pixel, by more on a large photo."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(1.0, max(image.shape) / 1500)), np.uint8), entry


def shifted(image: Image, entry: Entry) -> tuple[Image, Entry]:
    """Seven columns and eleven rows are cut off."""
    cut = np.ascontiguousarray(image[11:, 7:])
    return cut, with_boxes(entry, lambda box: [box[0] - 7, box[1] - 11, *box[2:]])


PAGES: dict[str, Disturb] = {
    "as is": lambda image, entry: (image, entry),
    **{f"x{scale}": scaled_and_turned(scale, 0) for scale in (0.5, 0.7, 0.85, 1.2)},
    **{f"turned by {degrees}": scaled_and_turned(1.0, degrees) for degrees in (3, -3)},
    "dark": toned(1.6),
    "light": toned(0.6),
    "shade": shaded,
    "JPEG 40": compressed,
    "noise": noisy,
    "blurred": blurred,
    "shifted": shifted,
}
TURNED = {f"turned by {degrees}": scaled_and_turned(1.0, degrees) for degrees in (6, -6, 10, -10, 15, -15, 20, -20)}


if __name__ == "__main__":
    raise SystemExit(main())
