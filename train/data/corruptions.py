"""Corruptions to evaluate on, never to train on: eighteen kinds at three severities, with generators of their own.

They are named as in ImageNet-C (Hendrycks & Dietterich 2019, arXiv:1903.12261) and MNIST-C (Mu & Gilmer 2019,
arXiv:1906.02337) where these have one like it; the severities are this project's.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from .mnist import Split

Images = NDArray[np.uint8]
Real = NDArray[np.float64]
Random = np.random.Generator
SEVERITIES = (1, 2, 3)

_ROWS, _COLUMNS = np.mgrid[0:28, 0:28]


def corrupt(images: Images, kind: str, severity: int, seed: int = 0) -> Images:
    """Corrupts images, uint8 (N, 28, 28); the same seed gives the same result.

    Args:
        images: ink = 255.
        kind: one of KINDS.
        severity: 1, 2 or 3.
        seed: of the random generator.
    """
    random = np.random.default_rng([seed, list(KINDS).index(kind), severity])
    corruption = KINDS[kind]
    corrupted = np.stack([corruption(image.astype(np.float64) / 255, severity - 1, random) for image in images])
    return np.asarray(np.rint(np.clip(corrupted, 0, 1) * 255), np.uint8)


def _warp(image: Real, matrix: list[list[float]]) -> Real:
    linear = np.array(matrix)
    offset = np.array([13.5, 13.5]) - linear @ np.array([13.5, 13.5])
    return np.asarray(cv2.warpAffine(image, np.hstack([linear, offset[:, None]]), (28, 28)))


def rotate(image: Real, level: int, random: Random) -> Real:
    """Turned by a fixed angle, to either side."""
    angle = np.deg2rad((12, 20, 28)[level]) * random.choice([-1, 1])
    return _warp(image, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def shear(image: Real, level: int, random: Random) -> Real:
    """Slanted, to either side."""
    return _warp(image, [[1, (0.25, 0.4, 0.55)[level] * random.choice([-1, 1])], [0, 1]])


def scale(image: Real, level: int, random: Random) -> Real:
    """Smaller, or larger than the field."""
    factor = random.choice([(0.8, 0.68, 0.58)[level], (1.12, 1.22, 1.32)[level]])
    return _warp(image, [[factor, 0], [0, factor]])


def translate(image: Real, level: int, random: Random) -> Real:
    """Moved by a fixed distance in one of eight directions."""
    turn = random.integers(8) * np.pi / 4
    step = (2, 4, 5)[level] * np.array([np.cos(turn), np.sin(turn)])
    return np.asarray(cv2.warpAffine(image, np.array([[1, 0, step[0]], [0, 1, step[1]]]), (28, 28)))


def shot_noise(image: Real, level: int, random: Random) -> Real:
    """Too little light: Poisson counts."""
    count = (20, 8, 4)[level]
    return random.poisson(image * count + 0.3) / count


def impulse_noise(image: Real, level: int, random: Random) -> Real:
    """Pixels stuck at black or white."""
    draw = random.random((28, 28))
    share = (0.06, 0.14, 0.24)[level]
    return np.where(draw < share / 2, 0.0, np.where(draw > 1 - share / 2, 1.0, image))


def glass_blur(image: Real, level: int, random: Random) -> Real:
    """Seen through frosted glass: pixels swap places with their neighbours."""
    reach = (1, 1, 2)[level]
    for _ in range((1, 2, 1)[level]):
        rows = np.clip(_ROWS + random.integers(-reach, reach + 1, (28, 28)), 0, 27)
        columns = np.clip(_COLUMNS + random.integers(-reach, reach + 1, (28, 28)), 0, 27)
        image = image[rows, columns]
    return np.asarray(cv2.blur(image, (2, 2)))


def double_exposure(image: Real, level: int, random: Random) -> Real:
    """The camera moved during the exposure: two images in one."""
    turn = random.uniform(0, 2 * np.pi)
    step = (1.5, 2.5, 3.5)[level] * np.array([np.cos(turn), np.sin(turn)])
    moved = cv2.warpAffine(image, np.array([[1, 0, step[0]], [0, 1, step[1]]]), (28, 28))
    return np.asarray(0.6 * image + 0.4 * moved)


def defocus_blur(image: Real, level: int, random: Random) -> Real:  # noqa: ARG001
    """Out of focus: a mean over a disc."""
    radius = (1.0, 1.6, 2.2)[level]
    disc = ((np.mgrid[-3:4, -3:4] ** 2).sum(axis=0) <= radius**2 + 0.3).astype(np.float64)
    return np.asarray(cv2.filter2D(image, -1, disc / disc.sum()))


def brightness(image: Real, level: int, random: Random) -> Real:  # noqa: ARG001
    """Grey paper: everything brighter by a fixed step."""
    return image + (0.25, 0.42, 0.6)[level]


def contrast(image: Real, level: int, random: Random) -> Real:  # noqa: ARG001
    """Faint ink: contrast reduced around a mid grey."""
    return 0.35 + (image - 0.35) * (0.5, 0.32, 0.2)[level]


def fog(image: Real, level: int, random: Random) -> Real:
    """Noise of four octaves laid over the ink, which fades under it."""
    fog = np.zeros((28, 28))
    for octave in range(4):
        cells = 2 + 2**octave
        fog += cv2.resize(random.random((cells, cells)), (28, 28), interpolation=cv2.INTER_LINEAR) / 2**octave
    fog = (fog - fog.min()) / np.ptp(fog)
    weight = (0.3, 0.45, 0.6)[level]
    return np.asarray(image * (1 - weight) + fog * weight)


def spotlight(image: Real, level: int, random: Random) -> Real:
    """A lamp's bright disc on the paper."""
    centre = random.uniform(4, 24, 2)
    distance = np.hypot(_ROWS - centre[0], _COLUMNS - centre[1])
    glow = (0.35, 0.55, 0.75)[level] * np.exp(-((distance / 9) ** 2))
    return np.asarray(glow + image * (1 - glow))


def stripe(image: Real, level: int, random: Random) -> Real:
    """One or both margins inverted."""
    width = (3, 5, 7)[level]
    changed = image.copy()
    changed[:, :width] = 1 - changed[:, :width]
    if random.random() < 0.5:
        changed[:, -width:] = 1 - changed[:, -width:]
    return changed


def dotted_line(image: Real, level: int, random: Random) -> Real:
    """Dotted lines to write on."""
    changed = image.copy()
    for _ in range((1, 2, 3)[level]):
        row, phase = int(random.integers(3, 25)), int(random.integers(3))
        changed[row, phase::3] = 1
        changed[row, phase + 1 :: 3] = np.maximum(changed[row, phase + 1 :: 3], 0.8)
    return changed


def squared_paper(image: Real, level: int, random: Random) -> Real:
    """Squared paper."""
    period, phase = (13, 9, 7)[level], random.integers(0, 7, 2)
    grid = ((_ROWS + phase[0]) % period == 0) | ((_COLUMNS + phase[1]) % period == 0)
    return np.maximum(image, grid * (0.45, 0.6, 0.75)[level])


def edges(image: Real, level: int, random: Random) -> Real:  # noqa: ARG001
    """The strokes' outlines: Sobel gradients, with less and less of the filling."""
    gradient = np.hypot(cv2.Sobel(image, -1, 1, 0), cv2.Sobel(image, -1, 0, 1)) / 3
    filling = (0.5, 0.2, 0.0)[level]
    return np.asarray(np.maximum(np.minimum(gradient, 1), image * filling) if level < 2 else (gradient > 0.5) * 1.0)


def spatter(image: Real, level: int, random: Random) -> Real:
    """Drops of ink and of water."""
    drops = cv2.GaussianBlur(random.normal(0, 1, (28, 28)), (0, 0), 1.2)
    drops = drops / drops.std()
    return np.where(drops > (2.6, 2.2, 1.9)[level], 1.0, np.where(drops < -(2.6, 2.2, 1.9)[level], 0.0, image))


KINDS: Mapping[str, Callable[[Real, int, Random], Real]] = MappingProxyType(
    {
        corruption.__name__: corruption
        for corruption in (
            rotate, shear, scale, translate, shot_noise, impulse_noise, glass_blur, double_exposure, defocus_blur,
            brightness, contrast, fog, spotlight, stripe, dotted_line, squared_paper, edges, spatter,
        )
    }
)  # fmt: skip


def accuracy_by_kind(read: Callable[[Images], NDArray[np.int64]], digits: Split) -> dict[str, float]:
    """Accuracy on corrupted digits: percent by kind, mean over the severities.

    Args:
        read: images, uint8 (M, 28, 28), to digits, int64 (M,); called once, with all kinds and severities.
        digits: N clean ones, N >= 1.
    """
    corrupted = np.empty((len(KINDS), len(SEVERITIES), *digits.images.shape), np.uint8)
    for row, kind in enumerate(KINDS):
        for column, severity in enumerate(SEVERITIES):
            corrupted[row, column] = corrupt(digits.images, kind, severity)
    found = read(corrupted.reshape(-1, *digits.images.shape[1:])).reshape(corrupted.shape[:3])
    right = (found == digits.labels).sum(axis=(1, 2))
    return {kind: 100 * int(count) / found[0].size for kind, count in zip(KINDS, right, strict=True)}
