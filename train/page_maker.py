"""Draws a page of handwritten numbers with its truth: MNIST digits in pen strokes on paper under uneven light.

`python -m train.page_maker page.jpg` writes one; its truth is printed as JSON.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .augment import handwrite
from .data import Split, load_mnist

PENS = ((40, 40, 45), (30, 45, 130), (20, 20, 25), (150, 30, 40), (95, 95, 100))
PAPERS = ((248, 246, 240), (240, 240, 236), (250, 242, 205), (226, 236, 244))


@dataclass(frozen=True)
class TruthDigit:
    """A drawn digit: label 0 to 9 and box (x, y, width, height) in pixels."""

    label: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class DrawnPage:
    """A page, uint8 (H, W, 3) RGB, and its lines from top to bottom."""

    image: NDArray[np.uint8]
    lines: tuple[tuple[TruthDigit, ...], ...]

    @property
    def text(self) -> str:
        """The digits, a line each."""
        return "\n".join("".join(str(digit.label) for digit in line) for line in self.lines)


def draw_page(digits: Split, seed: int, size_wh: tuple[int, int] = (640, 480), ruled: bool = False) -> DrawnPage:
    """Draws lines of numbers.

    Args:
        digits: the handwriting, one split of MNIST.
        seed: the same seed draws the same page.
        size_wh: width and height in pixels.
        ruled: with the blue lines of an exercise book.
    """
    random = np.random.default_rng([seed, 0xA6E])
    width, height = size_wh
    ink = np.zeros((height, width), np.uint8)
    size = int(random.uniform(0.075, 0.12) * height)
    lines = []
    baseline = int(1.8 * size)
    while baseline < height - 0.5 * size:
        lines.append(_write_line(ink, digits, random, baseline, size))
        baseline += int(random.uniform(1.5, 1.9) * size)
    paper = _paper(random, width, height, 1.7 * size if ruled else None)
    pen = np.array(PENS[random.integers(len(PENS))], np.float32)
    alpha = ink[..., None].astype(np.float32) / 255 * random.uniform(0.75, 0.95)
    lit = (paper * (1 - alpha) + pen * alpha) * _light(random, width, height)[..., None]
    noisy = cv2.GaussianBlur(lit, (0, 0), 0.6) + random.normal(0, 2.0, lit.shape)
    return DrawnPage(np.clip(noisy, 0, 255).astype(np.uint8), tuple(lines))


def _write_line(
    ink: NDArray[np.uint8], digits: Split, random: np.random.Generator, baseline: int, size: int
) -> tuple[TruthDigit, ...]:
    """Writes one number onto `ink` and returns where its digits stand."""
    written = []
    x = int(random.uniform(0.5, 2) * size)
    for _ in range(int(random.integers(3, 9))):
        index = int(random.integers(len(digits)))
        strokes = _strokes(digits.images[index], random, size)
        rows, columns = strokes.shape
        top = baseline - rows + int(random.normal(0, 0.04 * size))
        if x + columns > ink.shape[1] - 0.5 * size or top < 0 or top + rows > ink.shape[0]:
            break
        place = ink[top : top + rows, x : x + columns]
        np.maximum(place, strokes, out=place)
        written.append(TruthDigit(int(digits.labels[index]), (x, top, columns, rows)))
        x += columns + int(random.uniform(0.2, 0.5) * size)
    return tuple(written)


def _strokes(image: NDArray[np.uint8], random: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """One digit's ink at about `size` pixels height, cut to its bounding box."""
    varied = handwrite(image, random)
    whole = varied[0].max() == varied[-1].max() == varied[:, [0, -1]].max() == 0
    # Some variations leave the field or rub the stroke out; then the original is written.
    varied = varied if whole and varied.sum() > 0.7 * image.sum() else image
    scale = size / 20
    large = cv2.resize(varied, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    # Grey edges of 28 pixels would look out of focus on paper: make them a pen's.
    sharp = np.clip((cv2.GaussianBlur(large, (0, 0), 0.08 * scale + 0.3).astype(np.float32) - 70) * 2.2, 0, 255)
    x, y, width, height = cv2.boundingRect((sharp > 60).astype(np.uint8))
    return np.asarray(sharp[y : y + height, x : x + width], np.uint8)


def _paper(random: np.random.Generator, width: int, height: int, ruling_px: float | None) -> NDArray[np.float32]:
    paper = np.full((height, width, 3), PAPERS[random.integers(len(PAPERS))], np.float32)
    fibres = cv2.GaussianBlur(random.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.5)
    paper += fibres[..., None] * 4
    if ruling_px is not None:
        for y in np.arange(ruling_px, height, ruling_px):
            cv2.line(paper, (0, int(y)), (width, int(y)), (150, 180, 215), 1, cv2.LINE_AA)
    return paper


def _light(random: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Light that falls off to one side, and the soft edge of a shadow; in [0, 1]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(width, height)
    turn = random.uniform(0, 2 * np.pi)
    along = x * np.cos(turn) + y * np.sin(turn)
    falling = 1 - 0.3 * (along - along.min())
    shadow = 1 / (1 + np.exp((along - np.quantile(along, random.uniform(0.5, 0.9))) * 40))
    return np.asarray(falling * (1 - random.uniform(0, 0.35) * (1 - shadow)), np.float32)


def main() -> None:
    """Writes one page and prints its truth."""
    parser = argparse.ArgumentParser(prog="train.page_maker", description="Draw a page of handwritten numbers.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ruled", action="store_true")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    page = draw_page(load_mnist(options.data).test, options.seed, ruled=options.ruled)
    cv2.imwrite(str(options.path), cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR))
    print(json.dumps([[asdict(digit) for digit in line] for line in page.lines]))


if __name__ == "__main__":
    main()
