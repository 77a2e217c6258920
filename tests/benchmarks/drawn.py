"""Prints how well the reader does on drawn pages, by layout; no photo is needed.

Usage: python tests/benchmarks/drawn.py [--pages N] [--seed N] [--model PATH]
The digits on them are MNIST's validation split: pages help to choose, so the test split stays out of them.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.scoring import Marks, Score, score_marks, score_page  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.layouts import LAYOUTS  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402
from train.pages.truth import DrawnPage  # noqa: E402


def main() -> int:
    """Draws, reads and scores pages."""
    parser = argparse.ArgumentParser(description="Scores the reader on drawn pages.")
    parser.add_argument("--pages", type=int, default=20, help="of each layout (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2_000_003)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    reader = PageReader(DigitClassifier.load(options.model))
    digits = load_mnist().validation
    scores, all_marks = [], Marks()
    for layout in LAYOUTS:
        marks = Marks()
        score = Score()
        for number in range(options.pages):
            page = draw_page(digits, options.seed + number, (800, 600), layout)
            started = time.perf_counter()
            read = reader.read(page.image)
            record = to_record(read, "", (time.perf_counter() - started) * 1000)
            score += score_page(truth_of(page), record)
            marks += score_marks(truth_of(page), record)
        print(
            f"{layout:10s} digits {score.truth:5d} f1 {score.f1:.4f} recall {score.recall:.4f} precision "
            f"{score.precision:.4f} false {score.read - score.right:4d} ms {statistics.median(score.latencies_ms):.1f}"
        )
        print(f"{'':10s} {marks}")
        scores.append(score)
        all_marks += marks
    print(f"{'all':10s} f1 {sum(scores, Score()).f1:.4f}; {all_marks}")
    return 0


def truth_of(page: DrawnPage) -> dict[str, object]:
    """A drawn page's truth as the photos' is written."""
    lines = [
        {
            "text": "".join(str(digit.label) for digit in line),
            "digits": [{"d": str(digit.label), "box": list(digit.box)} for digit in line],
        }
        for line in page.lines
    ]
    return {"lines": lines}


if __name__ == "__main__":
    raise SystemExit(main())
