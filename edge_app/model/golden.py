"""Golden digits: a few crops that a model must read wherever it runs; some in its file, some in the app."""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import ModelError
from .contract import IMAGE_HW
from .file import GOLDEN_NAME
from .tail import UNREADABLE, Tail

COLUMNS = 10
MAX_ROWS = 20
# More than flipped bits or a faulty runtime leave right, fewer than any sound model reads.
MIN_RIGHT_SHARE = 0.9


@dataclass(frozen=True)
class Golden:
    """Crops and what they say.

    Attributes:
        images: uint8 (N, 28, 28), 0 = paper, 255 = ink.
        labels: int64 (N,), 0 to 9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


def golden_png(rows: NDArray[np.uint8]) -> bytes:
    """The picture that travels: column d of it holds digit d, so that it needs no labels.

    Args:
        rows: uint8 (R, 10, 28, 28), R at most MAX_ROWS.
    """
    height, width = IMAGE_HW
    sheet = rows.transpose(0, 2, 1, 3).reshape(len(rows) * height, COLUMNS * width)
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def parse_golden(png: bytes, source: str) -> Golden:
    """Reads what golden_png wrote; raises ModelError for anything else.

    Args:
        png: the picture.
        source: where it came from, for messages.
    """
    height, width = IMAGE_HW
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
            rows, rest = divmod(picture.height, height)
            if (picture.mode, picture.width, rest) != ("L", COLUMNS * width, 0) or not 0 < rows <= MAX_ROWS:
                raise ValueError(f"{picture.mode} {picture.width}x{picture.height}")
            sheet = np.asarray(picture, np.uint8)
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise ModelError(
            f"expected golden digits in {source}, ten columns of 28x28 grey pixels, got {error}; convert it again"
        ) from error
    images = sheet.reshape(rows, height, COLUMNS, width).transpose(0, 2, 1, 3).reshape(-1, height, width)
    return Golden(images, np.tile(np.arange(COLUMNS), rows))


def shipped_golden() -> Golden:
    """The digits that come with the app; `python -m convert.prove.golden` makes them."""
    path = Path(__file__).with_name(GOLDEN_NAME)
    return parse_golden(path.read_bytes(), str(path))


def embedded_golden(content: bytes, source: str) -> Golden | None:
    """The digits in a model file, or None where it has none; raises ModelError for damaged ones.

    Args:
        content: of a model file that parse_model takes.
        source: where it came from, for messages.
    """
    tail = Tail(content, source)
    if GOLDEN_NAME not in tail.names:
        return None
    try:
        png = tail.read(GOLDEN_NAME)
    except UNREADABLE as error:
        raise ModelError(f"expected {GOLDEN_NAME} whole in {source}, got {error}; copy the model again") from error
    return parse_golden(png, f"{GOLDEN_NAME} of {source}")
