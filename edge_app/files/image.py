"""An image file of any kind that Pillow knows, as upright pixels."""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..errors import ImageError
from .heif import FORMAT, HEIF_SUFFIXES, is_heif, register_heif

MAX_MEGAPIXELS = 60
MIN_SIDE_PX = 32
ORIENTATION_TAG = 0x0112
BAND_ROWS = 256
# What phones, scanners and browsers make; others have decoders that start programs (EPS) or are seldom looked after.
UPLOAD_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", FORMAT)
# The same by their names: those of one page a file, which need not be opened to be counted, and TIFF.
SINGLE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", *HEIF_SUFFIXES)
TIFF_SUFFIXES = (".tif", ".tiff")
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


def to_luma(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Uint8 (H, W) or (H, W, 3) RGB to luma, uint8 (H, W)."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def page_count(image: Image.Image) -> int:
    """Of an opened image: those of a TIFF; frames of other kinds are animations, previews and depths."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def load_image(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Loads an image; of an animated one the first frame, of a TIFF the first page, of a HEIC its main picture.

    Returns:
        uint8 (H, W) luma, or (H, W, 3) RGB, turned upright by its EXIF orientation; transparency becomes white paper.

    Raises:
        ImageError: missing, no image, damaged, over 60 megapixels (found before decoding) or under 32x32 pixels.
    """
    with open_image(Path(path), str(path)) as image:
        return to_pixels(image, str(path))


def decode_image(content: bytes, name: str = "the upload") -> tuple[NDArray[np.uint8], int]:
    """Decodes an image that a stranger sent, as load_image does, but only of the kinds in UPLOAD_FORMATS.

    Args:
        content: of the file.
        name: stands for it in messages.

    Returns:
        pixels as load_image returns them, and how many pages there are, of which they are the first.

    Raises:
        ImageError: as load_image.
    """
    with open_image(io.BytesIO(content), name, UPLOAD_FORMATS) as image:
        return to_pixels(image, name), page_count(image)


@contextmanager
def open_image(
    source: Path | BinaryIO, name: str, formats: tuple[str, ...] | None = None
) -> Generator[Image.Image, None, None]:
    """Opens an image of one frame or more; nothing is decoded yet, see to_pixels.

    Args:
        source: a path, or a file that can be sought in.
        name: stands for it in messages.
        formats: of Pillow's that are taken; all if None.

    Raises:
        ImageError: whatever Pillow raises here or within the block.
    """
    with clear_errors(source, name):
        if is_heif(source):
            register_heif(name)
        elif formats is not None:
            # Pillow does not know this one before a plugin is registered.
            formats = tuple(kind for kind in formats if kind != FORMAT)
        with Image.open(source, formats=formats) as image:
            yield image


@contextmanager
def clear_errors(source: Path | BinaryIO, name: str) -> Generator[None, None, None]:
    """Within the block, whatever Pillow raises on a bad image becomes an ImageError that calls it by its name."""
    try:
        with warnings.catch_warnings():
            # Pillow's own bomb warning comes later than the limit here.
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise ImageError(f"expected at most {MAX_MEGAPIXELS} megapixels, got more in {name}; scale it down") from error
    except UnidentifiedImageError as error:
        what = f"an empty file, {name}" if _is_empty(source) else f"{name}, which is none"
        raise ImageError(f"expected an image file, got {what}; give a JPEG, PNG or another image") from error
    except OSError as error:
        if error.errno is not None:
            raise ImageError(f"expected an image file, got {name} ({error.strerror}); check the path") from error
        raise _damaged(name, error) from error
    except DAMAGE as error:
        if isinstance(error, ImageError):
            raise
        raise _damaged(name, error) from error


def to_pixels(image: Image.Image, name: str, luma: bool = False) -> NDArray[np.uint8]:
    """Decodes an opened image's present frame, as load_image returns it; call it within open_image's block.

    A large scan is converted in bands, so that beside Pillow's own copy there is only the result.

    Args:
        image: from open_image.
        name: stands for it in messages.
        luma: colours become luma too, the same as ink.to_luma's.

    Raises:
        ImageError: over 60 megapixels (found before decoding) or under 32x32 pixels.
    """
    _check_size(image, name)
    image.load()
    deep = image.mode.startswith("I") or image.mode == "F"
    # exif_transpose copies even what stands upright.
    upright = image if image.getexif().get(ORIENTATION_TAG, 1) == 1 else ImageOps.exif_transpose(image)
    bands = [(top, min(top + BAND_ROWS, upright.height)) for top in range(0, upright.height, BAND_ROWS)]
    cut = partial(_band, upright)
    convert: Callable[[Image.Image], NDArray[np.uint8]] = _luma_of if luma else _shallow
    if deep:
        scale = _deep_scale(max(float(_finite(cut(*rows)).max(initial=0.0)) for rows in bands))
        convert = partial(_deep_to_luma, scale=scale)
    first = convert(cut(*bands[0]))
    pixels = np.empty((upright.height, *first.shape[1:]), np.uint8)
    for top, bottom in bands:
        pixels[top:bottom] = convert(cut(top, bottom)) if top else first
    return pixels


def _damaged(name: str, error: Exception) -> ImageError:
    why = " ".join(str(error).split())
    return ImageError(f"expected a whole image, got a damaged one in {name} ({why}); copy it again")


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


def _band(image: Image.Image, top: int, bottom: int) -> Image.Image:
    return image.crop((0, top, image.width, bottom))


def _shallow(band: Image.Image) -> NDArray[np.uint8]:
    """8-bit pixels, luma or RGB."""
    if band.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in band.info:
        band = band.convert("RGBA")
        paper = Image.new("RGBA", band.size, "white")
        band = Image.alpha_composite(paper, band).convert("RGB")
    mode = "L" if band.mode in {"1", "L"} else "RGB"
    return np.asarray(band.convert(mode), np.uint8)


def _luma_of(band: Image.Image) -> NDArray[np.uint8]:
    return to_luma(_shallow(band))


def _finite(band: Image.Image) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(band, np.float64), posinf=0.0, neginf=0.0)


def _deep_scale(top: float) -> float:
    """16-bit scans by their upper byte; whatever fits into 8 bits as it is."""
    return 1.0 if top <= 255 else 257.0 if top <= 65535 else top / 255


def _deep_to_luma(band: Image.Image, scale: float) -> NDArray[np.uint8]:
    return np.clip(_finite(band) / scale, 0, 255).astype(np.uint8)


def _is_empty(source: Path | BinaryIO) -> bool:
    return (source.stat().st_size if isinstance(source, Path) else source.seek(0, io.SEEK_END)) == 0
