"""Backgrounds: papers with their textures, desks, light; float32 (H, W, 3) in [0, 255]."""

import cv2
import numpy as np
from numpy.typing import NDArray

Ground = NDArray[np.float32]
Random = np.random.Generator
PAPERS = ((248, 246, 240), (240, 240, 236), (250, 242, 205), (226, 236, 244), (225, 225, 225), (205, 200, 190),
          (240, 215, 215), (215, 235, 210), (195, 175, 140), (255, 240, 120))  # fmt: skip
DESKS = ((70, 45, 30), (150, 105, 65), (40, 40, 42), (25, 25, 28), (120, 120, 120), (190, 170, 140), (60, 70, 90),
         (200, 200, 205), (95, 60, 35))  # fmt: skip


def noise(random: Random, height: int, width: int, cells_px: float, cells_py: float | None = None) -> Ground:
    """Smooth noise with a standard deviation near 1 and blobs of the given width and height."""
    cells_py = cells_px if cells_py is None else cells_py
    shape = max(2, round(height / cells_py) + 2), max(2, round(width / cells_px) + 2)
    coarse = random.normal(0, 1, shape).astype(np.float32)
    interpolation = cv2.INTER_CUBIC if min(cells_px, cells_py) > 1.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=interpolation), np.float32)


def paper(random: Random, width: int, height: int) -> Ground:
    """Paper without anything on it: fibres, blotches, folds, sometimes the ornaments of a cheque."""
    ground = np.full((height, width, 3), PAPERS[random.integers(len(PAPERS))], np.float32)
    tone = noise(random, height, width, 1.5) * random.uniform(0, 4)
    tone += noise(random, height, width, random.uniform(20, 120)) * random.uniform(0, 3)
    if random.random() < 0.25:
        tone += _folds(random, height, width)
    if random.random() < 0.25:
        tone += ornaments(random, height, width)
    return np.asarray(ground + tone[..., None], np.float32)


def _folds(random: Random, height: int, width: int) -> Ground:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    tone = np.zeros((height, width), np.float32)
    for _ in range(int(random.integers(1, 4))):
        turn, reach = random.uniform(0, np.pi), random.uniform(3, 30)
        along = (x - random.uniform(0, width)) * np.cos(turn) + (y - random.uniform(0, height)) * np.sin(turn)
        tone += random.uniform(-25, 15) * np.exp(-np.abs(along) / reach) * (along > 0)
    return tone


def ornaments(random: Random, height: int, width: int) -> Ground:
    """Guilloche, hatching, dots and weaves as on cheques; darker than 0."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    tone = np.zeros((height, width), np.float32)
    depth = random.uniform(6, 45)
    for _ in range(int(random.integers(1, 4))):
        turn, period = random.uniform(0, np.pi), random.uniform(3, 16)
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        wave = random.uniform(0, 3) * period * np.sin(across * 2 * np.pi / random.uniform(20, 200))
        kind = random.random()
        if kind < 0.55:
            value = np.cos((along + wave) * 2 * np.pi / period) ** int(random.choice([1, 4, 8])) > random.uniform(
                0, 0.8
            )
        elif kind < 0.75:
            value = (np.cos(along * 2 * np.pi / period) * np.cos(across * 2 * np.pi / period)) > random.uniform(
                0.1, 0.7
            )
        else:
            centre = random.uniform(-0.5, 1.5, 2) * (width, height)
            value = np.cos(np.hypot(x - centre[0], y - centre[1]) * 2 * np.pi / period) > random.uniform(0, 0.7)
        tone -= np.asarray(value, np.float32) * depth / 1.5
    return np.asarray(cv2.GaussianBlur(tone, (0, 0), random.uniform(0.4, 1.2)), np.float32)


def desk(random: Random, width: int, height: int) -> Ground:
    """A desk: wood, leather, cloth, stone, plain, with things lying on it."""
    ground = np.full((height, width, 3), DESKS[random.integers(len(DESKS))], np.float32)
    ground *= random.uniform(0.5, 1.2)
    kind, depth = int(random.integers(6)), random.uniform(0.03, 0.3)
    if kind == 0:
        tone = _wood(random, width, height)
    elif kind == 1:
        tone = np.abs(noise(random, height, width, random.uniform(3, 12))) - 0.5
    elif kind == 2:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        period = random.uniform(3, 9)
        tone = np.sin(x * 2 * np.pi / period) * np.sin(y * 2 * np.pi / period) + noise(random, height, width, 2)
    elif kind == 3:
        tone = (noise(random, height, width, random.uniform(1.5, 5)) > 1.2).astype(np.float32) * random.choice([-2, 2])
    elif kind == 4:
        # A scene in the background, coarse and fine at once.
        tone = sum(noise(random, height, width, 2.0**octave) * 2.0 ** (octave / 2) for octave in range(1, 8)) * 0.25
    else:
        tone = noise(random, height, width, 2) * 0.2
    ground *= 1 + depth * tone[..., None]
    ground += noise(random, height, width, 1)[..., None] * random.uniform(0, 3)
    for _ in range(int(random.integers(0, 5))):
        _thing(ground, random)
    return np.clip(ground, 0, 255)


def _wood(random: Random, width: int, height: int) -> Ground:
    side = int(1.5 * max(width, height))
    grain = noise(random, side, side, random.uniform(60, 400), random.uniform(2, 9))
    grain += 0.6 * noise(random, side, side, random.uniform(20, 90), random.uniform(1.2, 4))
    fine = (noise(random, side, side, random.uniform(15, 60), random.uniform(1.2, 2.5)) > 1.4).astype(np.float32)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), random.uniform(0, 180), 1)
    turned = cv2.warpAffine(grain - fine * random.uniform(0, 3), matrix, (side, side), borderMode=cv2.BORDER_REFLECT)
    top, left = (side - height) // 2, (side - width) // 2
    return np.asarray(turned[top : top + height, left : left + width], np.float32)


def _thing(ground: Ground, random: Random) -> None:
    """An object on the desk or at the edge of the picture: a card, a pen, a finger, a cable, a cup."""
    height, width = ground.shape[:2]
    colour = [float(value) for value in random.uniform(0, 255, 3)]
    x, y = int(random.uniform(0, width)), int(random.uniform(0, height))
    reach = int(random.uniform(0.03, 0.3) * max(width, height))
    kind = int(random.integers(4))
    if kind == 0:
        box = cv2.boxPoints(((x, y), (reach, max(3, int(reach * random.uniform(0.1, 1)))), random.uniform(0, 180)))
        cv2.fillPoly(ground, [box.astype(np.int32)], colour, cv2.LINE_AA)
        cv2.polylines(ground, [box.astype(np.int32)], True, [value * 0.5 for value in colour], 2, cv2.LINE_AA)
    elif kind == 1:
        axes = reach, max(2, int(reach * random.uniform(0.1, 1)))
        thickness = -1 if random.random() < 0.6 else int(random.integers(2, 12))
        cv2.ellipse(ground, (x, y), axes, random.uniform(0, 180), 0, 360, colour, thickness, cv2.LINE_AA)
    elif kind == 2:
        points = np.cumsum(random.normal(0, reach / 3, (8, 2)), axis=0) + np.array([x, y])
        cv2.polylines(ground, [points.astype(np.int32)], False, colour, int(random.integers(1, 10)), cv2.LINE_AA)
    else:
        turn = random.uniform(0, 2 * np.pi)
        end = int(x + reach * 2 * np.cos(turn)), int(y + reach * 2 * np.sin(turn))
        cv2.line(ground, (x, y), end, colour, max(2, reach // 4), cv2.LINE_AA)


def light(random: Random, width: int, height: int) -> Ground:
    """Light that falls off to one side or to the rim, and the edges of shadows: float32 (H, W) in [0, 1.2]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(width, height)
    turn = random.uniform(0, 2 * np.pi)
    along = x * np.cos(turn) + y * np.sin(turn)
    lit = 1 - random.uniform(0, 0.45) * (along - along.min())
    if random.random() < 0.3:
        centre = random.uniform(0.2, 0.8, 2)
        lit *= 1 - random.uniform(0, 0.6) * ((x - centre[0]) ** 2 + (y - centre[1]) ** 2)
    for _ in range(int(random.integers(0, 3))):
        turn = random.uniform(0, 2 * np.pi)
        along = x * np.cos(turn) + y * np.sin(turn)
        edge = np.quantile(along[::8, ::8], random.uniform(0.2, 0.9))
        shadow = 1 / (1 + np.exp(np.clip((along - edge) * random.uniform(8, 200), -30, 30)))
        lit *= 1 - random.uniform(0, 0.5) * (1 - shadow)
    return np.asarray(lit, np.float32)
