"""Prints how well the reader does on real photos.

Usage: python tests/benchmarks/photos.py [PHOTOS_DIR] [--model PATH] [--sheets DIR] [--json FILE] [--per-image]
PHOTOS_DIR is $DIGITS_PHOTOS or ../shared/photos beside the checkout if not given.
"""

import argparse
import json
import os
import statistics
import string
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.image import load_image  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.contact_sheet import Sheets  # noqa: E402
from tests.benchmarks.scoring import (  # noqa: E402
    Alignment,
    Marks,
    Score,
    align,
    calibration_error,
    doubtful_digits,
    judged_digits,
    read_digits,
    score_marks,
    score_page,
)

DEFAULT_PHOTOS = Path(os.environ.get("DIGITS_PHOTOS", ROOT.parent / "shared" / "photos"))


def main() -> int:
    """Reads all photos and prints the tables."""
    parser = argparse.ArgumentParser(description="Scores the reader on real photos.")
    parser.add_argument("photos", type=Path, nargs="?", default=DEFAULT_PHOTOS)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--sheets", type=Path, help="write contact sheets of the digits here")
    parser.add_argument("--json", type=Path, help="write the readings as JSON Lines here")
    parser.add_argument("--per-image", action="store_true")
    options = parser.parse_args()
    bench = Bench(PageReader(DigitClassifier.load(options.model, runtime=options.runtime)), options.photos)
    bench.per_image = options.per_image
    bench.run()
    if options.sheets:
        bench.sheets.save(options.sheets)
    if options.json:
        options.json.write_text("".join(json.dumps(record) + "\n" for record in bench.records))
    return 0


class Bench:
    """Reads the photos of a folder and keeps score."""

    def __init__(self, reader: PageReader, photos: Path) -> None:
        self.reader, self.photos = reader, photos
        self.sheets = Sheets()
        self.records: list[dict[str, Any]] = []
        self.per_image = False
        self.marks = Marks()
        self.judged: list[tuple[float, bool]] = []

    def run(self) -> None:
        """Prints the tables of pages, photos without digits and cheque strips, as far as they are there."""
        self._pages()
        print(f"{'marks, pages':18s} {self.marks}")
        self._confidence("pages")
        self._no_digits()
        self._cheques()
        print(f"{'marks, all':18s} {self.marks}")
        self._confidence("all")

    def _confidence(self, name: str) -> None:
        wrong = sum(not right for _, right in self.judged)
        print(
            f"{'confidence, ' + name:18s} {100 * wrong / max(1, len(self.judged)):.2f} % of the digits read are wrong "
            f"and not marked ({wrong} of {len(self.judged)}), expected calibration error "
            f"{calibration_error(self.judged):.4f}"
        )

    def _read(self, path: Path) -> dict[str, Any]:
        image = load_image(path)
        started = time.perf_counter()
        page = self.reader.read(image)
        record = to_record(page, str(path), (time.perf_counter() - started) * 1000)
        self.records.append(record)
        return record

    def _scored(self, entry: dict[str, Any]) -> Score:
        path = self.photos / entry["file"]
        reading = self._read(path)
        score = score_page(entry, reading)
        self.marks += score_marks(entry, reading)
        self.judged += judged_digits(entry, reading)
        self.sheets.add(entry["group"], path, entry, reading)
        if self.per_image:
            print(f"    {path.name:32s} {_figures(score)}")
        return score

    def _pages(self) -> None:
        groups: dict[str, Score] = defaultdict(Score)
        for entry in json.loads((self.photos / "pages.json").read_text())["pages"]:
            groups[entry["group"]] += self._scored(entry)
        for group, score in groups.items():
            print(f"{group:18s} {_figures(score)}")
        print(f"{'macro F1':18s} {statistics.mean(score.f1 for score in groups.values()):.4f}")
        print(f"{'all':18s} {_figures(sum(groups.values(), Score()))}")

    def _no_digits(self) -> None:
        counts, marks = {}, 0
        for path in sorted((self.photos / "nodigits").glob("*")):
            reading = self._read(path)
            counts[path.stem] = len(read_digits(reading))
            marks += len(doubtful_digits(reading))
            self.sheets.add("nodigits", path, {"lines": []}, reading)
        if counts:
            print(f"{'nodigits':18s} false digits a photo {statistics.mean(counts.values()):.2f}  {counts}")
            print(f"{'nodigits':18s} doubtful marks a photo {marks / len(counts):.2f}")

    def _cheques(self) -> None:
        path = self.photos / "cheques.json"
        if not path.exists():
            return
        strips = json.loads(path.read_text())["pages"]
        scores = [self._scored(entry) for entry in strips]
        exact = sum(score.exact_lines == score.lines == 1 for score in scores)
        texts = [
            (entry["lines"][0]["text"], "".join(line["text"] for line in record["lines"]))
            for entry, record in zip(strips, self.records[-len(scores) :], strict=True)
        ]
        single = sum(true == read for true, read in texts)
        print(f"{'cheques':18s} {_figures(sum(scores, Score()))}")
        print(f"{'cheque strips':18s} exact line {exact}, whole strip exactly right {single} of {len(scores)}")
        # Not by boxes: what the network makes of the digits that the reader itself cut out.
        total = sum((align(_digits(true), _digits(read)) for true, read in texts), Alignment())
        print(
            f"{'cheque digits':18s} {total.accuracy_percent:.2f} % of the aligned ones right "
            f"({total.matches} of {total.matches + total.substitutions}), "
            f"missed {total.missed}, inserted {total.inserted}"
        )


def _digits(text: str) -> str:
    return "".join(character for character in text if character in string.digits)


def _figures(score: Score) -> str:
    latency_ms = statistics.median(score.latencies_ms) if score.latencies_ms else 0
    return (
        f"images {score.images:3d} digits {score.truth:4d} f1 {score.f1:.4f} recall {score.recall:.4f} "
        f"precision {score.precision:.4f} lines {score.exact_lines}/{score.lines} ms {latency_ms:.1f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
