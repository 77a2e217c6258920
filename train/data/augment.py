"""One random variation of a 28x28 image, as hands, pens, paper, light, lenses and segmentation cause it."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Random = np.random.Generator

_GRID = np.mgrid[0:56, 0:56].astype(np.float32)
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def augment(image: Image, random: Random, camera_share: float) -> Image:
    """Varies one image, uint8 (28, 28), ink = 255; `camera_share` is the chance of camera damage, in [0, 1]."""
    varied = handwrite(image, random)
    if random.random() < camera_share:
        order = random.permutation(len(CAMERA))
        for index in order[: 1 + int(random.random() < 0.35)]:
            varied = CAMERA[index](varied, random)
    return varied


def handwrite(image: Image, random: Random) -> Image:
    """Slant, turn, size, place, bend and stroke width: the hand and the pen, drawn at twice the size."""
    if random.random() < 0.12:
        image = _filled(image)
    # Most hands are careful, some are not, and a few digits stay as in MNIST.
    care = random.random()
    wide = care < 0.12
    scale = 1.0 if care < 0.65 else 0.4
    turn = random.normal(0, 0.3 if wide else 0.13 * scale)
    shear = random.normal(0, 0.3 if wide else 0.12 * scale)
    size = np.exp(random.normal(-0.1 if wide else 0.0, 0.22 if wide else 0.08 * scale))
    aspect = np.exp(random.normal(0, 0.16 * scale))
    cos, sin = np.cos(turn), np.sin(turn)
    forward = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, shear], [0, 1]]) @ np.diag([size * aspect, size])
    inverse = np.linalg.inv(forward) * 0.5
    shift = random.normal(0, 2.5 if wide else 0.6, 2)
    y, x = _GRID[0] - 27.5, _GRID[1] - 27.5
    map_x = (inverse[0, 0] * x + inverse[0, 1] * y + (13.5 + shift[0])).astype(np.float32)
    map_y = (inverse[1, 0] * x + inverse[1, 1] * y + (13.5 + shift[1])).astype(np.float32)
    if random.random() < 0.5 * scale:
        # Simard et al. 2003, "Best practices for convolutional neural networks": a smooth random displacement.
        bend = random.normal(0, 0.7, (2, 5, 5)).astype(np.float32)
        map_x += cv2.resize(bend[0], (56, 56), interpolation=cv2.INTER_CUBIC)
        map_y += cv2.resize(bend[1], (56, 56), interpolation=cv2.INTER_CUBIC)
    drawn = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR)
    pen = random.random() / scale
    if pen < 0.22:
        drawn = cv2.dilate(drawn, _CROSS, iterations=1 + int(random.random() < 0.3))
    elif pen < 0.4:
        drawn = cv2.erode(drawn, _CROSS)
    return np.asarray(cv2.resize(drawn, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


def _filled(image: Image) -> Image:
    """The digit stretched to fill MNIST's 20x20 body both ways, as people write in the square boxes of forms."""
    x, y, width, height = cv2.boundingRect(image)
    field = np.zeros_like(image)
    if width:
        field[4:24, 4:24] = cv2.resize(image[y : y + height, x : x + width], (20, 20), interpolation=cv2.INTER_LINEAR)
    return field


def _clip(values: NDArray[Any]) -> Image:
    return np.clip(values, 0, 255).astype(np.uint8)


def _blend(image: Image, background: NDArray[Any], ink: float) -> Image:
    """Puts ink of grey `ink` over a background, both in [0, 255], as alpha blending."""
    alpha = image.astype(np.float32) / 255
    return _clip(background * (1 - alpha) + ink * alpha)


def defocus(image: Image, random: Random) -> Image:
    """An unsharp lens, in both directions alike."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.5, 1.4)), np.uint8)


def shake(image: Image, random: Random) -> Image:
    """A moving camera: a mean along a short line."""
    kernel = np.zeros((9, 9), np.float32)
    angle, reach = random.uniform(0, np.pi), random.uniform(1, 4)
    step = np.array([np.cos(angle), np.sin(angle)]) * reach
    start, end = np.rint(4 - step).astype(int), np.rint(4 + step).astype(int)
    cv2.line(kernel, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), (1.0,))
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def grain(image: Image, random: Random) -> Image:
    """Sensor noise, sometimes coarser than a pixel."""
    noise = random.normal(0, random.uniform(5, 60), (28, 28)).astype(np.float32)
    if random.random() < 0.4:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 1.6
    return _clip(image + noise)


def specks(image: Image, random: Random) -> Image:
    """Dust and dead pixels: single ones set to any grey."""
    hit = random.random((28, 28)) < random.uniform(0.02, 0.25)
    return np.where(hit, random.integers(0, 256, (28, 28)), image).astype(np.uint8)


def pale(image: Image, random: Random) -> Image:
    """A pencil or a badly stretched contrast."""
    return _clip(image * np.float32(random.uniform(0.2, 0.8)))


def uneven(image: Image, random: Random) -> Image:
    """A background that is not black: shadow edges, light falling off, stained or dark paper."""
    ramp = random.normal(0, 1, 2)
    background = (ramp[0] * _GRID[0, :28, :28] + ramp[1] * _GRID[1, :28, :28]) / 28
    if random.random() < 0.6:
        cells = int(random.integers(2, 7))
        background = cv2.resize(random.normal(0, 1, (cells, cells)).astype(np.float32), (28, 28),
                                interpolation=cv2.INTER_CUBIC) + background * 0.5  # fmt: skip
    low, high = np.sort(random.uniform(0, 200, 2))
    spread = max(float(np.ptp(background)), 1e-3)
    background = low + (background - background.min()) / spread * (high - low)
    return _blend(image, background, min(255.0, high + random.uniform(25, 200)))


def dark_edge(image: Image, random: Random) -> Image:
    """An area of the other polarity at the edge of the crop: a printed bar, a table's head, a finger."""
    area = np.zeros((28, 28), np.uint8)
    angle, offset = random.uniform(0, 2 * np.pi), random.uniform(2, 15)
    distance = (_GRID[1, :28, :28] - 13.5) * np.cos(angle) + (_GRID[0, :28, :28] - 13.5) * np.sin(angle)
    area[(distance > offset) | ((random.random() < 0.4) & (distance < -offset))] = 1
    level = 255 - image if random.random() < 0.7 else np.full_like(image, random.integers(90, 256))
    return np.where(area == 1, level, image).astype(np.uint8)


def ruling(image: Image, random: Random) -> Image:
    """One to three lines of a form or of squared paper cross the crop, drawn through at any grey."""
    drawn = image.copy()
    for _ in range(int(random.integers(1, 4))):
        along = random.random() < 0.7
        angle = random.choice([0.0, np.pi / 2]) + random.normal(0, 0.25) if along else random.uniform(0, 3)
        centre = random.uniform(0, 28, 2)
        reach = np.array([np.cos(angle), np.sin(angle)]) * 40
        start, end = np.rint((centre - reach) * 16).astype(int), np.rint((centre + reach) * 16).astype(int)
        layer = np.zeros_like(image)
        cv2.line(layer, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), (int(random.integers(80, 256)),), 1,
                 cv2.LINE_AA, 4)  # fmt: skip
        if random.random() < 0.3:
            layer[random.random((28, 28)) < 0.4] = 0
        drawn = np.maximum(drawn, layer)
    return drawn


def neighbour(image: Image, random: Random) -> Image:
    """Part of the next digit or of a box at one side."""
    width = int(random.integers(2, 6))
    piece = np.zeros_like(image)
    points = np.stack([random.uniform(24 - width, 30, 5), np.sort(random.uniform(-2, 30, 5))], axis=1)
    cv2.polylines(piece, [np.rint(points * 16).astype(np.int32)], False, (int(random.integers(150, 256)),),
                  int(random.integers(1, 4)), cv2.LINE_AA, 4)  # fmt: skip
    return np.maximum(image, np.rot90(piece, int(random.integers(4))))


def blots(image: Image, random: Random) -> Image:
    """Spots of ink, or of missing ink."""
    drawn = image.copy()
    for _ in range(int(random.integers(2, 9))):
        centre, axes = random.integers(0, 28, 2), random.integers(0, 3, 2)
        grey = int(random.choice([0, random.integers(100, 256)], p=[0.35, 0.65]))
        turn_deg = float(random.uniform(0, 180))
        cv2.ellipse(drawn, (int(centre[0]), int(centre[1])),
                    (int(axes[0]), int(axes[1])), turn_deg, 0, 360, (grey,), -1,
                    cv2.LINE_AA)  # fmt: skip
    return drawn


def hollow(image: Image, random: Random) -> Image:
    """Only the stroke's outline is left, as after a sharpening filter or from an outlining pen."""
    rim = cv2.morphologyEx(image, cv2.MORPH_GRADIENT, _CROSS)
    return _clip(rim.astype(np.float32) * random.uniform(0.8, 1.6))


def compressed(image: Image, random: Random) -> Image:
    """JPEG's blocks."""
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(8, 50))])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)


def rough(image: Image, random: Random) -> Image:
    """A low-resolution crop, or a hard threshold: the edges turn to steps."""
    if random.random() < 0.6:
        side = int(random.integers(10, 20))
        small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (28, 28), interpolation=int(random.choice([0, 1]))), np.uint8)
    return np.where(image > random.integers(60, 190), 255, 0).astype(np.uint8)


CAMERA: tuple[Callable[[Image, Random], Image], ...] = (
    defocus, shake, grain, specks, pale, uneven, uneven, dark_edge, ruling, neighbour, blots, hollow, compressed, rough,
)  # fmt: skip
