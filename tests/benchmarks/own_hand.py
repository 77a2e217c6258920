"""Prints how many numbers of notes in one hand are read exactly, before and after teaching that hand.

Usage: python tests/benchmarks/own_hand.py [--notes N] [--seed N] [--lean L,...] [--taught MODEL] [--pictures DIR]
The notes are drawn by `train.pages --note` from seeds that no sheet has. Without --taught three sheets of the first
lean are drawn, taught and converted, as README does it (two minutes). --pictures draws README's: its note as read.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.files.atomic import write_atomically  # noqa: E402
from edge_app.page.drawing import annotate  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.drawn import truth_of  # noqa: E402
from tests.benchmarks.scoring import Score, score_page  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.template import NOTE_WH, draw_note  # noqa: E402
from train.pages.truth import DrawnPage  # noqa: E402

# Of the note that README shows.
README_SEED = 10


def main() -> int:
    """Draws, teaches, reads and scores."""
    parser = argparse.ArgumentParser(description="Scores notes in one hand before and after teaching it.")
    parser.add_argument("--notes", type=int, default=20, help="of each lean (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1000, help="of the first note (default: %(default)s)")
    parser.add_argument(
        "--lean", type=lambda text: [float(part) for part in text.split(",")], default=[1.4], help="default: 1.4"
    )
    parser.add_argument("--taught", type=Path, metavar="MODEL", help="an int8 model that was taught the hand")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="gets note_before.jpg and note_after.jpg")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        taught = options.taught or teach(Path(place), options.lean[0])
        readers = {name: PageReader(DigitClassifier.load(path)) for name, path in (("before", None), ("after", taught))}
    digits = load_mnist().test
    if options.pictures:
        # Through JPEG, as the command writes it.
        _, note_file = cv2.imencode(".jpg", draw_note(digits, README_SEED, NOTE_WH, options.lean[0]).image[..., ::-1])
        note = np.asarray(cv2.imdecode(note_file, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)
        for name, reader in readers.items():
            seen = cv2.resize(annotate(note, reader.read(note)), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
            left = cv2.cvtColor(seen[:, : seen.shape[1] * 3 // 4], cv2.COLOR_RGB2BGR)
            _, coded = cv2.imencode(".jpg", left, [cv2.IMWRITE_JPEG_QUALITY, 80])
            write_atomically(options.pictures / f"note_{name}.jpg", coded.tobytes())
    for lean in options.lean:
        pages = [draw_note(digits, options.seed + number, NOTE_WH, lean) for number in range(options.notes)]
        for name, reader in readers.items():
            score = sum((scored(page, reader) for page in pages), Score())
            print(
                f"lean {lean:4.1f} {name:6s} numbers {score.exact_lines}/{score.lines} "
                f"digits {score.right}/{score.truth} false {score.read - score.right} f1 {score.f1:.4f}",
                flush=True,
            )
    return 0


def scored(page: DrawnPage, reader: PageReader) -> Score:
    """How one note is read."""
    return score_page(truth_of(page), to_record(reader.read(page.image), "", 0.0))


def teach(place: Path, lean: float) -> Path:
    """README's commands with sheets of that lean; the model's path."""
    sheets = [f"sheet{seed}.jpg" for seed in (1, 2, 3)]
    for seed, name in enumerate(sheets, 1):
        run(place, "train.pages", "--template", "--lean", str(lean), "--seed", str(seed), name)
    run(place, "edge_app", "collect", "--sheet", *sheets, "--to", "own", "--writer", "anna")
    run(place, "train", "--from", str(ROOT / "models"), "--add", "own", "--output", "taught")
    run(place, "convert", "--int8", "--model", "taught")
    return place / "taught" / "digits_int8.tflite"


def run(place: Path, *arguments: str) -> None:
    """Runs `python -m …` there; what it prints goes to stderr."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", *arguments], cwd=place, env=environ, stdout=sys.stderr, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
