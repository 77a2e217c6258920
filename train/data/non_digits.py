"""Images of non-digits as a page reader cuts them out: the examples of "not a digit"."""

import functools
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from edge_app.page.normalise import normalise

Image = NDArray[np.uint8]
Random = np.random.Generator

# Without letters that are written like digits: B D G I O Q S Y Z b g i l o q s y z, and strokes like a 1.
LETTERS = "ACEFHJKLMNPRTUVWXacdefhjkmnprtuvwxäßé"
SIGNS = '%&@#?+=*~<>{}[]€$§^".:;-_'
PEN_SIGNS = "%&@#?+=*~<>[]$^"


def make_non_digits(count: int, seed: int, digits: Image, labels: NDArray[np.int64]) -> Image:
    """Draws `count` non-digits, uint8 (count, 28, 28), ink = 255; the same seed gives the same images.

    Args:
        count: how many.
        seed: of the random generator.
        digits: MNIST images uint8 (N, 28, 28), for their halves and pairs.
        labels: their digits, int64 (N,).
    """
    random = np.random.default_rng([seed, 0x0D1617])
    kinds: list[Callable[[], Image]] = [
        lambda: _print(random),
        lambda: _pen_letters(random),
        lambda: _pen_letters(random),
        lambda: _loops(random),
        lambda: _half(digits, labels, random),
        lambda: _pair(digits, random),
        lambda: _scribble(random),
        lambda: _shape(random),
        lambda: _texture(random),
    ]
    drawn = np.zeros((count, 28, 28), np.uint8)
    for image in drawn:
        image[:] = kinds[random.integers(len(kinds))]()
    return drawn


@functools.cache
def _fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    paths = (path for path in sorted(folder.glob("DejaVu*.ttf")) if "Display" not in path.name)
    return tuple(ImageFont.truetype(str(path), 40) for path in paths)


def _text(random: Random, signs: str) -> str:
    """A letter, a sign, or a short word."""
    kind = random.random()
    if kind < 0.55:
        return str(random.choice(list(LETTERS)))
    if kind < 0.75:
        return str(random.choice(list(signs)))
    return "".join(random.choice(list(LETTERS + "os"), size=int(random.integers(2, 5))))


def _print(random: Random) -> Image:
    """Printed letters and signs."""
    text = _text(random, SIGNS)
    font = _fonts()[random.integers(len(_fonts()))]
    canvas = PillowImage.new("L", (60 + 40 * len(text), 80), 0)
    ImageDraw.Draw(canvas).text((20, 12), text, fill=255, font=font, stroke_width=int(random.integers(0, 2)))
    drawn = np.asarray(canvas)
    shear = np.array([[1, random.normal(0, 0.15), 0], [random.normal(0, 0.08), 1, 0]], np.float32)
    drawn = cv2.warpAffine(drawn, shear, (drawn.shape[1] + 20, 100))
    return normalise(np.asarray(drawn, np.uint8))


def _pen_letters(random: Random) -> Image:
    """Letters and signs in single strokes of a pen: Hershey's fonts, the script ones among them, bent and slanted."""
    text = _text(random, PEN_SIGNS).encode("ascii", "ignore").decode() or "x"
    canvas = np.zeros((120, 80 + 60 * len(text)), np.uint8)
    face = int(random.integers(0, 8)) | (cv2.FONT_ITALIC if random.random() < 0.3 else 0)
    cv2.putText(canvas, text, (30, 85), face, random.uniform(1.6, 2.2), (255,), int(random.integers(2, 8)), cv2.LINE_AA)
    return normalise(_bent(canvas, random))


def _loops(random: Random) -> Image:
    """Joined-up writing: loops and arches of a few letters without any one of them."""
    turns = int(random.integers(2, 5))
    t = np.linspace(0, turns * 2 * np.pi, 40 * turns)
    wave = np.interp(t, np.linspace(0, t[-1], turns * 2), random.uniform(0.4, 1.2, turns * 2))
    x = t * random.uniform(2, 4) + random.uniform(2, 9) * np.sin(t + random.uniform(0, 2))
    y = -14 * wave * np.cos(t) - 0.2 * x * random.normal(0, 0.5)
    points = np.stack([x - x.min(), y - y.min()], axis=1) + 8
    width, height = (int(side) + 16 for side in np.ptp(points, axis=0))
    canvas = np.zeros((height, width), np.uint8)
    path = np.rint(points * 8).astype(np.int32)
    cv2.polylines(canvas, [path], False, (255,), int(random.integers(2, 6)), cv2.LINE_AA, 3)
    return normalise(canvas)


def _bent(canvas: Image, random: Random) -> Image:
    height, width = canvas.shape
    bend = random.normal(0, 3, (2, 4, 5)).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x += cv2.resize(bend[0], (width, height), interpolation=cv2.INTER_CUBIC) + random.normal(0, 0.2) * (y - height / 2)
    y += cv2.resize(bend[1], (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.remap(canvas, x, y, cv2.INTER_LINEAR), np.uint8)


def _half(digits: Image, labels: NDArray[np.int64], random: Random) -> Image:
    """A fragment of a digit, but no half that reads as another digit: of 1 and 7, the lower ones of 4 and 9, ..."""
    halves = {0: "tb", 2: "lrtb", 3: "lb", 5: "lrt", 6: "lrt", 8: "lr", 4: "l", 9: "l"}
    while True:
        index = int(random.integers(len(digits)))
        sides = halves.get(int(labels[index]))
        if sides is None:
            continue
        ys, xs = np.nonzero(digits[index] > 60)
        at = random.uniform(0.38, 0.55)
        row, column = int(ys.min() + at * np.ptp(ys)), int(xs.min() + at * np.ptp(xs))
        side = sides[random.integers(len(sides))]
        cut = {"l": np.s_[:, :column], "r": np.s_[:, column + 1 :], "t": np.s_[:row], "b": np.s_[row + 1 :]}[side]
        part = digits[index][cut]
        if part.size and int(part.max(initial=0)) > 100:
            return normalise(np.ascontiguousarray(part))


def _pair(digits: Image, random: Random) -> Image:
    """Two or three touching, or nearly touching, digits."""
    parts = [digits[random.integers(len(digits))][:, 4:24] for _ in range(2 + int(random.random() < 0.2))]
    overlap = int(random.integers(0, 6))
    canvas = np.zeros((34, 20 * len(parts)), np.uint8)
    x = 0
    for part in parts:
        y = int(random.integers(0, 6))
        canvas[y : y + 28, x : x + 20] = np.maximum(canvas[y : y + 28, x : x + 20], part)
        x += 20 - overlap
    return normalise(canvas)


def _scribble(random: Random) -> Image:
    """Scribble: a pen moving back and forth."""
    canvas = np.zeros((56, 56), np.uint8)
    count = int(random.integers(5, 14))
    points = np.cumsum(random.normal(0, 14, (count, 2)), axis=0)
    points = 6 + 44 * (points - points.min(0)) / np.maximum(np.ptp(points, axis=0), 1e-3)
    times = np.linspace(0, count - 1, 60)
    smooth = np.stack([np.interp(times, np.arange(count), points[:, axis]) for axis in (0, 1)], axis=1)
    smooth = cv2.GaussianBlur(smooth.astype(np.float32), (1, 9), 0)
    cv2.polylines(canvas, [np.rint(smooth * 8).astype(np.int32)], bool(random.random() < 0.3), (255,),
                  int(random.integers(2, 6)), cv2.LINE_AA, 3)  # fmt: skip
    return normalise(canvas)


def _shape(random: Random) -> Image:
    """A line, a box or a corner of one, a cross, a tick, an arrow, dots, a filled patch."""
    canvas = np.zeros((56, 56), np.uint8)
    width = int(random.integers(1, 6))
    a, b = random.integers(6, 24, 2), random.integers(32, 50, 2)
    points = {
        "flat": [(4, int(a[1])), (52, int(a[1]) + int(random.integers(-4, 5)))],
        "box": [(a[0], a[1]), (b[0], a[1]), (b[0], b[1]), (a[0], b[1]), (a[0], a[1])],
        "corner": [(a[0], b[1]), (a[0], a[1]), (b[0], a[1])],
        "tick": [(a[0], 30), (22, b[1]), (b[0], a[1])],
        "zigzag": [(6, 30), (16, 18), (26, 34), (36, 18), (50, 32)],
    }
    kind = str(random.choice([*points, "cross", "dots", "patch", "frame"]))
    if kind in points:
        cv2.polylines(canvas, [np.asarray(points[kind], np.int32)], False, (255,), width, cv2.LINE_AA)
    elif kind == "cross":
        cv2.line(canvas, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), (255,), width, cv2.LINE_AA)
        cv2.line(canvas, (int(b[0]), int(a[1])), (int(a[0]), int(b[1])), (255,), width, cv2.LINE_AA)
    elif kind == "dots":
        for _ in range(int(random.integers(1, 5))):
            x, y = random.integers(10, 46, 2)
            cv2.circle(canvas, (int(x), int(y)), int(random.integers(2, 7)), (255,), -1, cv2.LINE_AA)
    elif kind == "patch":
        size = (int(random.integers(6, 22)), int(random.integers(6, 22)))
        cv2.ellipse(canvas, (28, 28), size, float(random.uniform(0, 180)), 0, 360, (255,), -1)
    else:
        cv2.rectangle(canvas, (3, 3), (52, 52), (255,), width)
        cv2.line(canvas, (0, int(a[1])), (56, int(a[1])), (255,), width)
    quarter = np.rot90(canvas, int(random.integers(4))) if kind not in ("flat", "tick") else canvas
    return normalise(np.ascontiguousarray(quarter))


def _texture(random: Random) -> Image:
    """Wood, cloth, halftone, shadow, nothing at all."""
    kind = int(random.integers(4))
    y, x = np.mgrid[0:28, 0:28]
    if kind == 0:
        values = cv2.GaussianBlur(random.normal(0, 1, (28, 28)), (0, 0), random.uniform(0.6, 3))
    elif kind == 1:
        turn, period = random.uniform(0, np.pi), random.uniform(3, 12)
        values = np.sin((x * np.cos(turn) + y * np.sin(turn)) * 2 * np.pi / period) + random.normal(0, 0.3, (28, 28))
    elif kind == 2:
        period = int(random.integers(3, 7))
        values = ((x % period < 2) & (y % period < 2)) + random.normal(0, 0.1, (28, 28))
    else:
        return np.clip(random.normal(random.uniform(0, 60), random.uniform(0, 20), (28, 28)), 0, 255).astype(np.uint8)
    values = (values - values.min()) / max(float(np.ptp(values)), 1e-6)
    values = np.clip((values - random.uniform(0, 0.5)) * random.uniform(1, 3), 0, 1)
    return np.asarray(values * random.uniform(80, 255), np.uint8)
