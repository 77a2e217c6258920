"""Fitting belief on drawn pages: a logistic regression, and from which probability on a digit is read."""

import functools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edge_app import DigitClassifier, PageReader
from edge_app.page.belief import FEATURES, Belief, features
from edge_app.page.boxes import iou
from edge_app.page.recognition import Reading
from edge_app.page.ways import label_of

from ..data.mnist import Split
from ..data.pen_pool import PenPool
from ..pages.maker import draw_page
from ..pages.truth import TruthDigit
from ..progress import tracked
from .recipe import BeliefRecipe

SIZES_WH = ((640, 480), (800, 600), (480, 640), (1280, 960))
# No network's training draws its pages from these seeds.
FIRST_SEED = 3_000_017
STRIP_SHARE = 0.35
# A digit is a true one's if they share this much, or this much with its middle in it: the rule of the benchmarks.
MIN_IOU, MIN_IOU_INSIDE = 0.3, 0.08
CHUNK = 10


@dataclass(frozen=True)
class Judged:
    """Digits of drawn pages: features float64 (N, F), and whether each is one with its label, bool (N,)."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True)
class FittedBelief:
    """What was fitted, and on the pages that judge it: calibration error in [0, 1], wrong and read digits."""

    belief: Belief
    calibration_error: float
    wrong: int
    read: int
    digits: int


def fit_belief(digits: Split, pens: PenPool, recipe: BeliefRecipe, seed: int) -> FittedBelief:
    """Reads drawn pages and fits.

    Args:
        digits: handwriting that no network learnt from.
        pens: writers of the same kind.
        recipe: the settings.
        seed: of the pages.
    """
    learnt, judging = _read_pages(digits, pens, recipe.pages, seed)
    weights = _logistic(learnt, recipe.penalty)
    probabilities = 1 / (1 + np.exp(-judging.features @ weights))
    limit = _read_from(probabilities, judging.right, recipe.max_wrong_percent / 100)
    read = probabilities >= limit
    belief = Belief(tuple(round(float(weight), 5) for weight in weights), round(limit, 4))
    wrong = int((read & ~judging.right).sum())
    return FittedBelief(belief, _calibration_error(probabilities, judging.right), wrong, int(read.sum()), len(judging))


def _read_pages(digits: Split, pens: PenPool, pages: int, seed: int) -> tuple[Judged, Judged]:
    """Those of even numbers to learn from, and the others to judge."""
    spawned = multiprocessing.get_context("spawn")
    parts = np.array_split(np.arange(pages), max(1, pages // CHUNK))
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=spawned, initializer=_start) as workers:
        done = list(
            tracked(workers.map(functools.partial(_some, digits, pens, seed), parts), "reading pages", len(parts))
        )
    rows = np.concatenate([part for part in done if len(part)])
    numbers, values, right = rows[:, 0].astype(int), rows[:, 1:-1], rows[:, -1] > 0
    return tuple(Judged(values[numbers % 2 == odd], right[numbers % 2 == odd]) for odd in (0, 1))  # type: ignore[return-value]


_readers: list[PageReader] = []


def _start() -> None:
    cv2.setNumThreads(1)
    _readers[:] = [PageReader(DigitClassifier.load(), traced=True, belief=None)]


def _some(digits: Split, pens: PenPool, seed: int, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows of a page's number, a digit's features, and whether it is right: float64 (N, 2 + F)."""
    rows = []
    for number in numbers:
        random = np.random.default_rng([seed, int(number), 0xBE11])
        page_seed = FIRST_SEED + int(random.integers(1 << 40))
        if random.random() < STRIP_SHARE:
            size_wh = int(random.integers(120, 420)), int(random.integers(40, 110))
            page = draw_page(digits, page_seed, size_wh, "amount", pens=pens)
        else:
            page = draw_page(digits, page_seed, SIZES_WH[random.integers(len(SIZES_WH))], pens=pens)
        (trace,) = _readers[0].read(page.image).traces
        found = [reading for reading in trace.readings if reading.label is not None or reading.guess is not None]
        right = _right(found, page.digits)
        rows += [(number, *features(reading), is_right) for reading, is_right in zip(found, right, strict=True)]
    return np.array(rows, np.float64).reshape(-1, len(FEATURES) + 2)


def _right(found: list[Reading], truth: tuple[TruthDigit, ...]) -> list[bool]:
    """Whether each digit found is a true one's with its label, the best overlap first; boxes in the image's pixels."""
    pairs = []
    true_boxes = np.array([digit.box for digit in truth], np.float32).reshape(-1, 4)
    for i, reading in enumerate(found):
        box = np.array(reading.box, np.float32)
        shared = iou(box, true_boxes) if len(truth) else np.zeros(0, np.float32)
        middle = box[:2] + box[2:] / 2
        inside = ((middle >= true_boxes[:, :2]) & (middle <= true_boxes[:, :2] + true_boxes[:, 2:])).all(axis=1)
        pairs += [
            (float(shared[j]), i, int(j))
            for j in np.flatnonzero((shared >= MIN_IOU) | ((shared >= MIN_IOU_INSIDE) & inside))
        ]
    right, taken, placed = [False] * len(found), set(), set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in placed and j not in taken:
            placed.add(i)
            taken.add(j)
            right[i] = truth[j].label == label_of(found[i])
    return right


def _logistic(judged: Judged, penalty: float) -> NDArray[np.float64]:
    """The weights of the likeliest logistic regression with a penalty."""
    x, y = judged.features, judged.right.astype(np.float64)
    held = np.ones(x.shape[1])
    held[0] = 0

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = x @ weights
        value = np.logaddexp(0, odds) - y * odds
        slope = x.T @ (1 / (1 + np.exp(-odds)) - y) / len(y)
        return float(value.mean() + penalty * (held * weights**2).sum() / 2), slope + penalty * held * weights

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x)


def _read_from(probabilities: NDArray[np.float64], right: NDArray[np.bool_], max_wrong: float) -> float:
    """The lowest probability from which on at most that share is wrong."""
    order = np.argsort(-probabilities)
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(wrong <= max_wrong)
    return float(probabilities[order[good[-1]]]) if len(good) else 1.0


def _calibration_error(probabilities: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error (Naeini et al. 2015), in [0, 1]."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [abs((probabilities - right)[places == place].sum()) for place in range(bins)]
    return float(sum(gaps) / max(1, len(right)))
