"""Strips of written numbers as the sequence reader gets them on the edge, with their texts."""

import functools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK, COLUMN_PX, DIGIT_PX, STRIP_PX
from edge_app.page.ink import find_ink
from edge_app.page.strip import Baseline, cut_strip

from ..pages.printing import any_font, any_word, print_text
from ..progress import tracked
from .number import Number
from .paper import photographed
from .pool import Pool
from .style import Style
from .texts import any_text
from .writing import write_letter, write_number, write_real, write_word

WIDTH_PX = 192
COLUMNS = WIDTH_PX // COLUMN_PX
MAX_DIGITS = 12
UNKNOWN, NO_DIGIT = -1, -1
Ink = NDArray[np.uint8]
Random = np.random.Generator


@dataclass(frozen=True)
class Strips:
    """Strips with their truth.

    Attributes:
        ink: uint8 (N, STRIP_PX, WIDTH_PX).
        texts: int8 (N, MAX_DIGITS): digits in their order, then NO_DIGIT.
        columns: int8 (N, COLUMNS): the digit whose middle stands there, BLANK, or UNKNOWN.
    """

    ink: Ink
    texts: NDArray[np.int8]
    columns: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ink)

    def first(self, count: int) -> "Strips":
        """The first of them, all if they are fewer."""
        return Strips(self.ink[:count], self.texts[:count], self.columns[:count])


def draw_strips(pool: Pool, count: int, seed: int) -> Strips:
    """Draws strips on all cores, the same for the same seed."""
    spawned = multiprocessing.get_context("spawn")
    parts = np.array_split(np.arange(count), max(1, count // 1000))
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=spawned, initializer=_start, initargs=(pool,)) as workers:
        drawn = workers.map(functools.partial(_some, seed), parts)
        done = list(tracked(drawn, "drawing numbers", len(parts)))
    return Strips(*(np.concatenate([getattr(part, name) for part in done]) for name in ("ink", "texts", "columns")))


_pool: list[Pool] = []


def _start(pool: Pool) -> None:
    cv2.setNumThreads(1)
    _pool[:] = [pool]


def _some(seed: int, numbers: NDArray[np.int64]) -> Strips:
    drawn = [draw_strip(_pool[0], np.random.default_rng([seed, int(number), 0x57B1])) for number in numbers]
    return Strips(*(np.stack(part) for part in zip(*drawn, strict=True)))


def draw_strip(pool: Pool, random: Random) -> tuple[Ink, NDArray[np.int8], NDArray[np.int8]]:
    """One strip, its text and its columns, as rows of Strips."""
    while True:
        size = float(np.exp(random.uniform(np.log(16), np.log(56))))
        number = _any_number(pool, size, random)
        if number.along * DIGIT_PX / size < WIDTH_PX - 16 and len(number.text) <= MAX_DIGITS:
            return _seen(number, pool, random)


def _any_number(pool: Pool, size: float, random: Random) -> Number:
    kind = random.random()
    if kind < 0.06 and pool.words:
        return write_word(pool, size * random.uniform(0.8, 1.3), random)
    if kind < 0.16 and pool.numbers:
        return write_real(pool, size, random)
    style = Style.any(pool, random)
    number = write_number(pool, style, any_text(random), size, random)
    if random.random() < 0.06:
        for _ in range(int(random.integers(1, 4))):
            write_letter(number, pool, style, random)
    return number


def _seen(number: Number, pool: Pool, random: Random) -> tuple[Ink, NDArray[np.int8], NDArray[np.int8]]:
    """Written on paper, photographed, its ink found, and cut out as a line."""
    size = number.height_px
    above = size * (random.uniform(0.08, 0.6) if random.random() < 0.6 else random.uniform(0.3, 1.8))
    below = size * (random.uniform(0.08, 0.6) if random.random() < 0.6 else random.uniform(0.3, 1.8))
    left, right = size * random.uniform(0.1, 1.5), size * random.uniform(0.1, 1.5)
    width, height = int(left + number.along + right) + 8, int(above + size + below)
    ink = np.zeros((height, width), np.uint8)
    number.draw(ink, left, above)
    for _ in range(int(random.integers(0, 3)) if random.random() < 0.3 else 0):
        _neighbour(ink, pool, size, left, above, random)
    page = photographed(ink, size, above, random)
    tilt = float(np.radians(random.normal(0, 1.3)))
    rise = size * random.normal(0, 0.07)
    estimated = size * float(np.exp(random.normal(0, 0.13)))
    ahead = size * random.uniform(0.2, 1.0)
    line = Baseline((left - ahead, above + size / 2 + rise - np.tan(tilt) * (number.along / 2 + ahead)), tilt,
                    number.along + ahead + size * random.uniform(0.2, 1.0), estimated)  # fmt: skip
    strip = cut_strip(find_ink(page).ink, line)
    return _fields(strip.ink, strip.to_page, number, left, above)


def _fields(
    ink: Ink, to_page: NDArray[np.float64], number: Number, left: float, above: float
) -> tuple[Ink, NDArray[np.int8], NDArray[np.int8]]:
    field = np.zeros((STRIP_PX, WIDTH_PX), np.uint8)
    part = ink[:, :WIDTH_PX]
    field[:, : part.shape[1]] = part
    text = np.full(MAX_DIGITS, NO_DIGIT, np.int8)
    text[: len(number.text)] = [int(digit) for digit in number.text]
    columns = np.full(COLUMNS, BLANK if number.placed else UNKNOWN, np.int8)
    if number.placed:
        to_strip = np.linalg.inv(np.vstack([to_page, [0, 0, 1]]))
        for digit in number.digits:
            x = (digit.box[0] + digit.box[2]) / 2 + left
            y = (digit.box[1] + digit.box[3]) / 2 + above
            at = int((to_strip @ np.array([x, y, 1.0]))[0] / COLUMN_PX)
            columns[min(max(at, 0), COLUMNS - 1)] = digit.label
    return field, text, columns


def _neighbour(ink: Ink, pool: Pool, size: float, left: float, above: float, random: Random) -> None:
    """A part of another line, above or below, or print beside."""
    kind = random.random()
    if kind < 0.6:
        other = write_number(pool, Style.any(pool, random), any_text(random), size * random.uniform(0.8, 1.2), random)
        step = size * random.uniform(1.25, 2.0) * random.choice([-1, 1])
        other.draw(ink, left + size * random.normal(0, 2), above + step)
    else:
        print_px = int(size * random.uniform(0.4, 0.9))
        text = print_text(any_word(random), any_font(random), print_px)
        if not text.size:
            return
        y = int(above + size * random.choice([random.uniform(1.1, 1.5), random.uniform(-1.2, -0.6)]))
        x = int(random.uniform(-0.5, 0.9) * ink.shape[1])
        top, start = max(0, -y), max(0, -x)
        part = text[top : ink.shape[0] - y if y < ink.shape[0] else 0, start : max(0, ink.shape[1] - x)]
        if part.size:
            place = ink[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]]
            np.maximum(place, part[: place.shape[0], : place.shape[1]], out=place)
