"""UNIPEN's pens: what is there, what is left out and why, and how well a model reads the digits.

`python tests/benchmarks/unipen.py [--pens PATH]` takes the official tree as a folder or an archive; without PATH
$UNIPEN, then unipen_train_r01_v07.tar.xz below $DIGITS_DATA or ../shared/data, then what the trainer would find.
The digits are drawn plainly: a pen of a tenth of their height, neither slant nor jitter. `--sheet FILE` writes the 60
that the model is surest to be something else than their label, as a PNG to be looked at.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier
from edge_app.page.drawing import save_image
from train.data.pens import digit_image
from train.data.unipen import Trajectory, is_validation, load_unipen
from train.data.unipen_found import find_unipen
from train.data.usable_pens import is_cut_short

ROOT = Path(__file__).parents[2]
SHOWN = ("1a", "1b", "1c", "1d", "7", "8")
COLUMNS, WORST, TILE_PX = 10, 60, 112


@dataclass(frozen=True)
class Read:
    """Digits with what a model says: images (N, 28, 28), labels, best digits and the label's probability (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    digits: NDArray[Any]
    of_label: NDArray[Any]

    def accuracy(self, rows: NDArray[np.bool_]) -> str:
        """In percent, and of how many."""
        right = (self.digits == self.labels)[rows]
        return f"{right.mean() * 100:6.2f} % of {len(right)}" if len(right) else "none"


def read(classifier: DigitClassifier, trajectories: Sequence[Trajectory]) -> Read:
    """Draws the digits plainly and reads them."""
    random = np.random.default_rng(0)
    images = np.stack([digit_image(trajectory.strokes, random) for trajectory in trajectories])
    labels = np.array([int(trajectory.label) for trajectory in trajectories])
    predictions = classifier.classify_batch(images)
    return Read(images, labels, predictions.digits, predictions.probabilities[np.arange(len(labels)), labels])


def sheet(found: Read, trajectories: Sequence[Trajectory]) -> NDArray[np.uint8]:
    """The worst, each with `label>digit` and its writer."""
    wrong = np.flatnonzero(found.digits != found.labels)
    worst = wrong[np.argsort(found.of_label[wrong], kind="stable")][:WORST]
    tiles = []
    for row in worst:
        tile = np.zeros((TILE_PX + 26, TILE_PX), np.uint8)
        tile[:TILE_PX] = cv2.resize(found.images[row], (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST)
        captions = (f"{found.labels[row]}>{found.digits[row]}", trajectories[row].writer[-16:])
        for line, text in enumerate(captions):
            cv2.putText(tile, text, (1, TILE_PX + 11 + 12 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255,), 1)
        tiles.append(np.pad(tile, 1, constant_values=90))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS) if tiles else [np.zeros((1, 1), np.uint8)] * COLUMNS
    return np.vstack([np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)])


def print_counts(pens: Path) -> None:
    """A line for each category that is there, and below it what was left out."""
    for category in SHOWN:
        found = load_unipen(pens, category)
        train, validation = found.split()
        writers = [len({trajectory.writer for trajectory in part}) for part in (train, validation)]
        print(
            f"{category:3s} {len(found.trajectories):6d} of {found.summary.segments:6d} segments, {sum(writers):4d} "
            f"writers; training {len(train):6d} of {writers[0]:4d}, validation {len(validation):5d} of {writers[1]:3d}"
        )
        for line in found.summary.lines():
            print(f"      {line}")


def print_contributors(found: Read, trajectories: Sequence[Trajectory]) -> None:
    """Accuracy for each contributor."""
    names = np.array([trajectory.writer.split("/")[0] for trajectory in trajectories])
    for name in np.unique(names):
        print(f"  {name:20s} {found.accuracy(names == name)}")


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pens", type=Path, metavar="PATH", help="UNIPEN's tree, a folder or an archive")
    parser.add_argument("--model", type=Path, help="instead of the shipped classifier")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="write the worst digits here, a PNG")
    options = parser.parse_args()
    shared = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data")) / "unipen_train_r01_v07.tar.xz"
    named = options.pens or (shared if shared.exists() and not os.environ.get("UNIPEN") else None)
    pens = find_unipen(named)
    if pens is None:
        return 1
    print_counts(pens)
    trajectories = load_unipen(pens).trajectories
    found = read(DigitClassifier.load(options.model, allow_float=True), trajectories)
    validation = np.array([is_validation(trajectory.writer) for trajectory in trajectories])
    print(f"digits read: validation writers {found.accuracy(validation)}, all {found.accuracy(validation | True)}")
    whole = np.array([not is_cut_short(trajectory.strokes, trajectory.label) for trajectory in trajectories])
    print(
        f"without those cut short: validation writers {found.accuracy(validation & whole)}, all {found.accuracy(whole)}"
    )
    print_contributors(found, trajectories)
    if options.sheet:
        save_image(sheet(found, trajectories), options.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
