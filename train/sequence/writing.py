"""Numbers as one hand writes them: digits with gaps, joins and signs, as ink with a place for each digit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.allographs import digit_curves
from ..data.augment import handwrite
from ..data.mnist import Split
from ..pages.hand import cut, sheared

Ink = NDArray[np.uint8]
Curve = NDArray[np.float64]
Strokes = Sequence[Curve]
Random = np.random.Generator

# What stands in numbers, in digit heights, y downwards from the digits' top.
_SIGNS = {
    ".": ((0.0, 0.97, 0.03, 1.0),),
    ",": ((0.06, 0.93, 0.07, 1.03, 0.0, 1.18),),
    "-": ((0.0, 0.55, 0.45, 0.53),),
    "=": ((0.0, 0.42, 0.45, 0.4), (0.0, 0.62, 0.45, 0.6)),
    "/": ((0.5, -0.1, 0.0, 1.1),),
    ":": ((0.0, 0.4, 0.02, 0.42), (0.0, 0.92, 0.02, 0.95)),
    "#": ((0.14, 0.1, 0.08, 1.0), (0.4, 0.08, 0.34, 0.98), (0.0, 0.38, 0.54, 0.36), (0.0, 0.7, 0.52, 0.68)),
    "x": ((0.0, 0.5, 0.4, 0.98), (0.4, 0.5, 0.0, 0.98)),
    "*": ((0.2, 0.1, 0.2, 0.5), (0.03, 0.2, 0.37, 0.42), (0.37, 0.2, 0.03, 0.42)),
    "~": ((0.0, 0.6, 0.2, 0.45, 0.4, 0.6, 0.6, 0.46, 0.8, 0.56),),
}
_BETWEEN, _AFTER, _BEFORE = (
    ".,.,-/: '",
    ["-", "=", ".-", "=", "#", "~", "x", "*", "/", ".", "--", "==", "=-"],
    ["=", "#", "-", "x", "*", "$"],
)


@dataclass(frozen=True)
class Pool:
    """Whose pens numbers are written with.

    Attributes:
        digits: strokes of each digit by writer and label, y downwards.
        letters: strokes of letters by writer.
        signs: strokes of signs by label.
        numbers: whole numbers as they were written, with their digits.
        words: whole words without a digit.
        mnist: MNIST's digits of the same part.
    """

    digits: Mapping[str, Mapping[int, Sequence[Strokes]]]
    letters: Mapping[str, Sequence[Strokes]]
    signs: Mapping[str, Sequence[Strokes]]
    numbers: Sequence[tuple[str, Strokes]]
    words: Sequence[Strokes]
    mnist: Split


@dataclass(frozen=True)
class Placed:
    """A digit on the ink: its label, and its box (left, top, right, bottom) in pixels."""

    label: int
    box: tuple[float, float, float, float]


@dataclass
class Number:
    """A number while it is written.

    Attributes:
        height_px: of a digit.
        curves: in pixels, the line's top at 0, and the widths of their pens.
        stamps: rasters uint8 (h, w) with their corners.
        digits: those of the number, in its order.
        text: its digits.
        along: where the next glyph begins.
        placed: whether `digits` has each digit of the text.
    """

    height_px: float
    curves: list[tuple[Curve, int]] = field(default_factory=list)
    stamps: list[tuple[Ink, int, int]] = field(default_factory=list)
    digits: list[Placed] = field(default_factory=list)
    text: str = ""
    along: float = 0.0
    placed: bool = True

    def draw(self, canvas: Ink, left: float, top: float) -> None:
        """Draws it on a canvas, uint8 (H, W), with the line's top left at a place."""
        moved = np.array([left, top])
        for curve, pen in self.curves:
            points = np.rint((curve + moved) * 8).astype(np.int32)
            cv2.polylines(canvas, [points], False, (255,), pen, cv2.LINE_AA, 3)
        for ink, x, y in self.stamps:
            _stamp(canvas, ink, int(x + left), int(y + top))


@dataclass(frozen=True)
class Style:
    """How one number is written: lengths in heights of its digits.

    Attributes:
        source: "pens", "drawn" or "mnist".
        writer: of the pool, where the source is pens.
        pen: width of the pen.
        slant: shear to the right.
        aspect: width by height.
        gap: between digits; below 0 they overlap.
        uneven_gap: its standard deviation.
        uneven: of the digits' heights, as the standard deviation of their logarithm, and of their feet.
        joined: share of the pairs that the pen joins.
        jitter: of the hand.
    """

    source: str
    writer: str
    pen: float
    slant: float
    aspect: float
    gap: float
    uneven_gap: float
    uneven: float
    joined: float
    jitter: float

    @classmethod
    def any(cls, pool: Pool, random: Random) -> "Style":
        """Some hand with some pen."""
        return cls(
            source=str(random.choice(["pens", "drawn", "mnist"], p=[0.58, 0.2, 0.22])),
            writer=str(random.choice(list(pool.digits))),
            pen=float(np.clip(np.exp(random.normal(np.log(0.085), 0.42)), 0.03, 0.24)),
            slant=float(random.normal(0.05, 0.17)),
            aspect=float(np.exp(random.normal(0, 0.15))),
            gap=float(random.choice([random.normal(0.14, 0.12), random.normal(0.0, 0.08), random.normal(0.45, 0.2)],
                                    p=[0.55, 0.3, 0.15])),
            uneven_gap=float(random.uniform(0.03, 0.14)),
            uneven=float(random.choice([0.04, 0.09, 0.18])),
            joined=float(random.choice([0.0, 0.15, 0.5, 0.9], p=[0.55, 0.2, 0.17, 0.08])),
            jitter=float(random.uniform(0, 0.02)),
        )  # fmt: skip


def write_number(pool: Pool, style: Style, text: str, height_px: float, random: Random) -> Number:
    """Writes a text of digits and signs of _SIGNS and spaces."""
    number = Number(height_px)
    pen = max(1, round(style.pen * height_px))
    last_end: Curve | None = None
    for character in text:
        if character == " ":
            number.along += height_px * random.uniform(0.25, 0.8)
            last_end = None
        elif character.isdigit():
            last_end = _write_digit(number, pool, style, int(character), pen, last_end, random)
        else:
            _write_sign(number, pool, style, character, pen, random)
            last_end = None
    return number


def write_real(pool: Pool, height_px: float, random: Random) -> Number:
    """A whole number of a real hand; where each of its digits stands is not known."""
    text, strokes = pool.numbers[random.integers(len(pool.numbers))]
    number = _write_whole(strokes, height_px, random)
    number.text = "".join(character for character in text if character.isdigit())
    number.placed = False
    return number


def write_word(pool: Pool, height_px: float, random: Random) -> Number:
    """A word without a digit."""
    return _write_whole(pool.words[random.integers(len(pool.words))], height_px, random)


def write_letter(number: Number, pool: Pool, style: Style, random: Random) -> None:
    """Adds a letter behind a number."""
    group = pool.letters.get(style.writer) or pool.letters[str(random.choice(list(pool.letters)))]
    curves = _sized(group[random.integers(len(group))], random.uniform(0.6, 1.15) * number.height_px)
    curves = _shaped(curves, style, 1.0)
    drop = number.height_px - max(curve[:, 1].max() for curve in curves) + random.normal(0, 0.06) * number.height_px
    _add(number, curves, drop, max(1, round(style.pen * number.height_px)))
    number.along += number.height_px * random.uniform(0.0, 0.3)


def _write_whole(strokes: Strokes, height_px: float, random: Random) -> Number:
    number = Number(height_px)
    style_slant, aspect = random.normal(0, 0.12), np.exp(random.normal(0, 0.12))
    shape = np.array([[aspect, 0], [-style_slant, 1]])
    curves = [curve @ shape for curve in _sized(strokes, height_px * random.uniform(0.95, 1.2))]
    low = np.concatenate(curves).min(axis=0)
    pen = max(1, round(height_px * float(np.clip(np.exp(random.normal(np.log(0.085), 0.42)), 0.03, 0.24))))
    _add(number, [curve - low for curve in curves], 0.0, pen)
    return number


def _write_digit(
    number: Number, pool: Pool, style: Style, label: int, pen: int, last_end: Curve | None, random: Random
) -> Curve | None:
    """Adds a digit; returns where its pen ended, if it is known."""
    height = number.height_px * float(np.exp(random.normal(0, style.uneven)))
    gap = number.height_px * random.normal(style.gap, style.uneven_gap)
    joined = last_end is not None and random.random() < style.joined
    if joined:
        gap = min(gap, number.height_px * random.uniform(-0.05, 0.18))
    foot = number.height_px * (1 + random.normal(0, 0.4 * style.uneven))
    if style.source == "mnist":
        ink = _mnist_digit(pool.mnist, label, height, style, random)
        top = foot - ink.shape[0]
        number.along += max(gap, -0.35 * ink.shape[1]) if number.text else 0.0
        left = int(number.along)
        number.stamps.append((ink, left, int(top)))
        box = (left, top, left + ink.shape[1], foot)
        number.along += ink.shape[1]
        end = None
    else:
        curves = _shaped(_digit_strokes(pool, style, label, height, random), style, style.aspect)
        extent = np.concatenate(curves)
        width, tall = float(extent[:, 0].max()), float(extent[:, 1].max())
        number.along += max(gap, -0.4 * width) if number.text else 0.0
        at = np.array([number.along, foot - tall])
        if joined and last_end is not None:
            number.curves.append((_join(last_end, curves[0][0] + at, number.height_px, random), pen))
        box = (at[0] - pen / 2, at[1] - pen / 2, at[0] + width + pen / 2, foot + pen / 2)
        _add(number, curves, float(at[1]), pen)
        end = curves[-1][-1] + at
    number.digits.append(Placed(label, box))
    number.text += str(label)
    return end


def _digit_strokes(pool: Pool, style: Style, label: int, height: float, random: Random) -> list[Curve]:
    """The strokes of a digit, its top left at 0, in pixels."""
    if style.source == "pens" and random.random() < 0.94:
        own = pool.digits[style.writer].get(label)
        if not own:
            other = [group[label] for group in pool.digits.values() if group.get(label)]
            own = other[random.integers(len(other))]
        return _sized(own[random.integers(len(own))], height, style.jitter, random)
    return _sized(digit_curves(label, random), height)


def _sized(strokes: Strokes, height: float, jitter: float = 0.0, random: Random | None = None) -> list[Curve]:
    """Strokes of that height, unless they are much wider than high; the top left at 0."""
    together = np.concatenate(strokes)
    low, extent = together.min(axis=0), np.ptp(together, axis=0)
    scale = height / max(float(extent[1]), float(extent[0]) / 1.6, 1e-6)
    curves = [(stroke - low) * scale for stroke in strokes]
    if jitter and random is not None:
        curves = [curve + _waves(len(curve), jitter * height, random) for curve in curves]
    return [np.repeat(curve, 2, axis=0) if len(curve) == 1 else curve for curve in curves]


def _waves(count: int, spread: float, random: Random) -> Curve:
    """Smooth unsteadiness along a stroke, (count, 2)."""
    knots = max(2, min(count, 4 + count // 12))
    at, places = np.linspace(0, 1, knots), np.linspace(0, 1, count)
    return np.stack([np.interp(places, at, random.normal(0, spread, knots)) for _ in range(2)], axis=1)


def _shaped(curves: list[Curve], style: Style, aspect: float) -> list[Curve]:
    """Sheared and stretched, the top left at 0."""
    shape = np.array([[aspect, 0], [-style.slant, 1]])
    shaped = [curve @ shape for curve in curves]
    low = np.concatenate(shaped).min(axis=0)
    return [curve - low for curve in shaped]


def _add(number: Number, curves: Sequence[Curve], top: float, pen: int) -> None:
    at = np.array([number.along, top])
    number.curves += [(curve + at, pen) for curve in curves]
    number.along += max(float(curve[:, 0].max()) for curve in curves)


def _join(start: Curve, end: Curve, height: float, random: Random) -> Curve:
    """The pen's way from one digit to the next, sagging or arched."""
    t = np.linspace(0, 1, 8)[:, None]
    bend = (start + end) / 2 + np.array([0.0, height * random.normal(0.04, 0.12)])
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)


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
    large = cv2.resize(image, None, fx=scale * style.aspect, fy=scale, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), 0.08 * scale + 0.3).astype(np.float32)
    ink = cut(sheared(np.clip((soft - 70) * 2.2, 0, 255).astype(np.uint8), style.slant))
    return ink if ink.size else cut(large)


def _write_sign(number: Number, pool: Pool, style: Style, name: str, pen: int, random: Random) -> None:
    height = number.height_px
    number.along += height * (random.uniform(-0.02, 0.2) if number.text else 0.0)
    real = pool.signs.get(name)
    if name in _SIGNS and (not real or random.random() < 0.6):
        curves = [np.array(stroke).reshape(-1, 2) + random.normal(0, 0.025, (len(stroke) // 2, 2))
                  for stroke in _SIGNS[name]]  # fmt: skip
        curves = [curve * height * random.uniform(0.7, 1.3, 2) if name in "-=~" else curve * height for curve in curves]
        top = 0.0
    elif real:
        size = {"-": 0.3, "=": 0.45, ".": 0.05, ",": 0.25}.get(name, random.uniform(0.7, 1.2))
        curves = _sized(real[random.integers(len(real))], size * height)
        top = {"-": 0.5, "=": 0.35, ".": 0.95, ",": 0.9}.get(name, random.uniform(0.0, 0.2)) * height
    else:
        return
    low = min(float(curve[:, 0].min()) for curve in curves)
    pen = max(1, round(pen * random.uniform(0.9, 1.5))) if name in ".," else pen
    _add(number, [curve - np.array([low, 0.0]) for curve in curves], top, pen)
    number.along += height * random.uniform(0.0, 0.15)


def any_text(random: Random, most: int = 9) -> str:
    """What people write in numbers: amounts, dates, times, prices, plain digits."""
    kind = random.random()
    count = int(min(most, 1 + random.binomial(9, 0.42)))
    digits = "".join(str(digit) for digit in random.integers(0, 10, count))
    if kind < 0.3 and count > 2:  # round amounts
        zeros = int(random.integers(1, count))
        digits = digits[: count - zeros] + "0" * zeros
    if kind < 0.5 and count > 3:
        sign = str(random.choice(list(".,.' ")))
        parts, rest = [], digits
        while len(rest) > 3:
            parts.insert(0, rest[-3:])
            rest = rest[:-3]
        digits = sign.join([rest, *parts])
    elif kind < 0.62 and count > 2:
        at = int(random.integers(1, count))
        digits = digits[:at] + str(random.choice(list(_BETWEEN))) + digits[at:]
    elif kind < 0.66 and count > 4:
        digits = (
            f"{digits[:2]}{sign}{digits[2:4]}{sign}{digits[4:]}" if (sign := str(random.choice(list("./-:")))) else ""
        )
    if random.random() < 0.22:
        digits += str(random.choice(_AFTER))
    if random.random() < 0.1:
        digits = str(random.choice(_BEFORE)) + digits
    return digits.replace("'", " ")


def _stamp(canvas: Ink, ink: Ink, x: int, y: int) -> None:
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(ink.shape[0], canvas.shape[0] - y), min(ink.shape[1], canvas.shape[1] - x)
    if bottom > top and right > left:
        place = canvas[y + top : y + bottom, x + left : x + right]
        np.maximum(place, ink[top:bottom, left:right], out=place)
