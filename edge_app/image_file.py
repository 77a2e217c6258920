"""An image file of any kind that Pillow knows, as upright pixels."""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import ImageError

MAX_MEGAPIXELS = 60
MIN_SIDE_PX = 32
# What phones, scanners and browsers make; others have decoders that start programs (EPS) or are seldom looked after.
UPLOAD_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
# What Pillow's decoders let out on damaged files.
DAMAGE = (
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)


def load_image(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Loads an image; of an animated one the first frame.

    Returns:
        uint8 (H, W) luma, or (H, W, 3) RGB, turned upright by its EXIF orientation; transparency becomes white paper.

    Raises:
        ImageError: missing, no image, damaged, over 60 megapixels (found before decoding) or under 32x32 pixels.
    """
    path = Path(path)
    return _load(path, str(path), lambda: path.stat().st_size == 0)


def decode_image(content: bytes, name: str = "the upload") -> NDArray[np.uint8]:
    """Decodes an image that a stranger sent, as load_image does, but only of the kinds in UPLOAD_FORMATS.

    Args:
        content: of the file.
        name: stands for it in messages.

    Raises:
        ImageError: as load_image.
    """
    return _load(io.BytesIO(content), name, lambda: not content, UPLOAD_FORMATS)


def _load(
    source: Path | io.BytesIO, name: str, is_empty: Callable[[], bool], formats: tuple[str, ...] | None = None
) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            # Pillow's own bomb warning comes later than the limit here.
            warnings.simplefilter("ignore")
            with Image.open(source, formats=formats) as image:
                _check_size(image, name)
                return _to_pixels(image)
    except Image.DecompressionBombError as error:
        raise ImageError(f"expected at most {MAX_MEGAPIXELS} megapixels, got more in {name}; scale it down") from error
    except UnidentifiedImageError as error:
        what = f"an empty file, {name}" if is_empty() else f"{name}, which is none"
        raise ImageError(f"expected an image file, got {what}; give a JPEG, PNG or another image") from error
    except OSError as error:
        if error.errno is not None:
            raise ImageError(f"expected an image file, got {name} ({error.strerror}); check the path") from error
        raise ImageError(f"expected a whole image, got a damaged one in {name} ({error}); copy it again") from error
    except DAMAGE as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError(f"expected a whole image, got a damaged one in {name} ({error}); copy it again") from error


def _check_size(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_MEGAPIXELS * 10**6:
        raise ImageError(
            f"expected at most {MAX_MEGAPIXELS} megapixels, got {image.width}x{image.height} in {name}; scale it down"
        )
    if min(image.size) < MIN_SIDE_PX:
        raise ImageError(
            f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels, got {image.width}x{image.height} in {name}; "
            "give a larger image"
        )


def _to_pixels(image: Image.Image) -> NDArray[np.uint8]:
    image.load()
    deep = image.mode.startswith("I") or image.mode == "F"
    upright = ImageOps.exif_transpose(image)
    if deep:
        return _deep_to_luma(np.asarray(upright, np.float64))
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright).convert("RGB")
    mode = "L" if upright.mode in {"1", "L"} else "RGB"
    return np.asarray(upright.convert(mode), np.uint8)


def _deep_to_luma(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """16-bit scans by their upper byte; whatever fits into 8 bits as it is."""
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    scale = 1.0 if top <= 255 else 257.0 if top <= 65535 else top / 255
    return np.clip(values / scale, 0, 255).astype(np.uint8)
