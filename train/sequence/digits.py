"""One digit behind the others: by a real pen, drawn, or MNIST's own."""

import cv2
import numpy as np

from ..data.allographs import SHAPES_IN_NUMBERS, digit_curves
from ..data.augment import handwrite
from ..data.mnist import Split
from ..pages.ink import cut, sheared
from .number import Ink, Number, Placed
from .pool import Pool
from .strokes import Curve, join, shaped, sized
from .style import Style

Random = np.random.Generator
# Overlaps end here, in widths of the digit.
_MOST_OVERLAP, _MOST_OVERLAP_OF_INK = 0.4, 0.35


def write_digit(
    number: Number, pool: Pool, style: Style, label: int, pen: int, last_end: Curve | None, random: Random,
    tall: float = 1.0,
) -> Curve | None:  # fmt: skip
    """Adds a digit; returns where its pen ended, if it is known.

    Args:
        number: is written on.
        pool: whose pens.
        style: of the hand.
        label: which digit.
        pen: its width in pixels.
        last_end: where the pen ended the digit before, None if it was lifted.
        random: of everything else.
        tall: its height, in heights of the others.
    """
    height = tall * number.height_px * float(np.exp(random.normal(0, style.uneven)))
    gap = number.height_px * random.normal(style.gap, style.uneven_gap)
    start = last_end if last_end is not None and random.random() < style.joined else None
    if start is not None:
        gap = min(gap, number.height_px * random.uniform(-0.05, 0.18))
    foot = number.height_px * (1 + random.normal(0, 0.4 * style.uneven))
    number.text, first = number.text + str(label), not number.text
    if style.source == "mnist" and label not in style.alike:
        ink = _mnist_digit(pool.mnist, label, height, style, random)
        number.along += 0.0 if first else max(gap, -_MOST_OVERLAP_OF_INK * ink.shape[1])
        _stamp(number, label, ink, foot)
        return None
    curves = shaped(_digit_strokes(pool, style, label, height, random), style.slant, style.aspect)
    width, high = (float(side) for side in np.concatenate(curves).max(axis=0))
    number.along += 0.0 if first else max(gap, -_MOST_OVERLAP * width)
    at = np.array([number.along, foot - high])
    if start is not None:
        number.curves.append((join(start, curves[0][0] + at, number.height_px, random), pen))
    box = (at[0] - pen / 2, at[1] - pen / 2, at[0] + width + pen / 2, foot + pen / 2)
    number.add(curves, float(at[1]), pen)
    number.digits.append(Placed(label, box))
    return np.asarray(curves[-1][-1] + at)


def _stamp(number: Number, label: int, ink: Ink, foot: float) -> None:
    top, left = foot - ink.shape[0], int(number.along)
    number.stamps.append((ink, left, int(top)))
    number.digits.append(Placed(label, (left, top, left + ink.shape[1], foot)))
    number.along += ink.shape[1]


def _digit_strokes(pool: Pool, style: Style, label: int, height: float, random: Random) -> list[Curve]:
    """The strokes of a digit, its top left at 0, in pixels."""
    if label in style.alike:
        letters = pool.alike[label]
        return sized(letters[random.integers(len(letters))], height, style.jitter, random)
    if style.source == "pens" and random.random() < 0.94:
        own = pool.digits[style.writer].get(label)
        if not own:
            others = [group[label] for group in pool.digits.values() if group.get(label)]
            own = others[random.integers(len(others))] if others else None
        if own:
            return sized(own[random.integers(len(own))], height, style.jitter, random)
    return sized(digit_curves(label, random, SHAPES_IN_NUMBERS), height)


def _mnist_digit(mnist: Split, label: int, height: float, style: Style, random: Random) -> Ink:
    for _ in range(20):
        index = int(random.integers(len(mnist)))
        if int(mnist.labels[index]) == label:
            break
    else:
        index = int(random.choice(np.flatnonzero(mnist.labels == label)))
    image = mnist.images[index]
    varied = handwrite(image, random)
    image = varied if varied.sum() > 0.7 * image.sum() else image
    rows = np.flatnonzero((image > 60).any(axis=1))
    scale = height / (rows[-1] - rows[0] + 1)
    grown = cv2.resize(image, None, fx=scale * style.aspect, fy=scale, interpolation=cv2.INTER_CUBIC)
    large = np.asarray(grown, np.uint8)
    soft = cv2.GaussianBlur(large, (0, 0), 0.08 * scale + 0.3).astype(np.float32)
    ink = cut(sheared(np.clip((soft - 70) * 2.2, 0, 255).astype(np.uint8), style.slant))
    return ink if ink.size else cut(large)
