"""An image file of the kinds that are taken, opened and decoded by Pillow within limits.

Without numpy where 8 bits are enough, so that a process that only decodes stays small.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError

from ..errors import ImageError
from .heif import FORMAT, HEIF_SUFFIXES, cut_decoded, is_decoded, is_heif, register_heif

MAX_MEGAPIXELS = 60
MIN_SIDE_PX = 32
ORIENTATION_TAG = 0x0112
# Red's, green's and blue's part of luma, as OpenCV has them: with these, Pillow's luma is image.to_luma's to the bit.
LUMA = (9798 / 2**15, 19235 / 2**15, 3735 / 2**15, 0.0)
# Of a band: little beside an image, and its rows can be halved twice.
BAND_PIXELS, BAND_STEP = 1 << 18, 4
# What phones, scanners and browsers make; others have decoders that start programs (EPS) or are seldom looked after.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", FORMAT)
FORMAT_NAMES = "JPEG, PNG, WebP, GIF, BMP, TIFF, PNM or HEIC"
# The same by their names: those of one page a file, which need not be opened to be counted, and TIFF.
SINGLE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", *HEIF_SUFFIXES)
TIFF_SUFFIXES = (".tif", ".tiff")
# Bytes that a decoder holds for each pixel: Pillow's own of a mode, if it is not the four of colours; libwebp has two
# canvases, their copy and Pillow's; libheif the planes and the colours.
MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
FORMAT_BYTES = {"WEBP": 16, FORMAT: 5}
# A progressive JPEG's coefficients are 16 bits, and all of them are there until the last scan.
COEFFICIENT_BYTES = 2
# What Pillow says of a WebP that is damaged, or for which there is no memory.
WEBP_ENDED = "could not create decoder object"
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


def page_count(image: Image.Image) -> int:
    """Of an opened image: those of a TIFF; frames of other kinds are animations, previews and depths."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


@contextmanager
def open_image(source: Path | BinaryIO, name: str) -> Generator[Image.Image, None, None]:
    """Opens an image of one frame or more, of one of FORMATS; nothing is decoded yet.

    Args:
        source: a path, or a file that can be sought in.
        name: stands for it in messages.

    Raises:
        ImageError: whatever Pillow raises here or within the block.
    """
    with clear_errors(source, name):
        if is_heif(source):
            register_heif(name)
            formats: tuple[str, ...] = (FORMAT,)
        else:
            # Pillow does not know this one before a plugin is registered.
            formats = tuple(kind for kind in FORMATS if kind != FORMAT)
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
        raise ImageError(f"expected an image file, {FORMAT_NAMES}, got {what}; save it as one of these") from error
    except OSError as error:
        if error.errno is not None:
            raise ImageError(f"expected an image file, got {name} ({error.strerror}); check the path") from error
        raise _damaged(name, error) from error
    except MemoryError as error:
        raise too_large_to_decode(name) from error
    except DAMAGE as error:
        if isinstance(error, ImageError):
            raise
        raise _damaged(name, error) from error


def decode(image: Image.Image, name: str, shrink_above: float | None = None, budget_bytes: float | None = None) -> int:
    """Decodes an opened image's present frame, in place; call it within open_image's block.

    A JPEG whose colours would be over the budget is decoded as luma alone.

    Args:
        image: from open_image.
        name: stands for it in messages.
        shrink_above: of an image with more megapixels than that only half or a quarter of the rows and columns are
            wanted; JPEG is decoded at that size, and as luma.
        budget_bytes: that decoding may take.

    Returns:
        By how much its width and height are still to be divided.

    Raises:
        ImageError: over 60 megapixels, under 32x32 pixels, or over the budget: all found before decoding.
    """
    _check_size(image, name)
    shrink = 1
    while shrink_above is not None and image.width * image.height > shrink_above * 10**6 * shrink**2:
        shrink *= 2
    width, room = image.width, float("inf") if budget_bytes is None else budget_bytes
    if image.format == "JPEG" and (shrink > 1 or needed_bytes(image) > room):
        image.draft("L", (image.width // shrink, image.height // shrink))
    needed = needed_bytes(image, (width / image.width) ** 2)
    if needed > room:
        raise ImageError(
            f"expected a picture that takes at most {room / 1e6:.0f} MB to decode, got {needed / 1e6:.0f} MB "
            f"({image.format}, {image.mode}) in {name}; scale it down, or save it as a baseline JPEG"
        )
    drafted = width // image.width
    if not is_decoded(image):
        image.load()
    return shrink // max(1, drafted)


def needed_bytes(image: Image.Image, drafted: float = 1.0) -> int:
    """What decoding an opened image takes, about; drafted is how often its pixels are in those of the file."""
    pixels = image.width * image.height
    needed = pixels * FORMAT_BYTES.get(image.format or "", MODE_BYTES.get(image.mode, 4))
    if image.format == "JPEG" and image.info.get("progressive"):
        layers: Any = getattr(image, "layer", [])
        widest = max((across * down for _, across, down, _ in layers), default=1)
        samples = sum(across * down for _, across, down, _ in layers) / widest
        needed += int(pixels * drafted * samples * COEFFICIENT_BYTES)
    return needed


def bands(image: Image.Image, shrink: int = 1, luma: bool = False) -> Iterator[Image.Image]:
    """A decoded image from top to bottom in bands of 8 bits, L or RGB; transparency becomes white paper.

    Args:
        image: decoded, not yet upright, see orientation.
        shrink: by which width and height are still to be divided: 1, 2 or 4.
        luma: colours become luma, too.
    """
    rows = max(BAND_STEP, BAND_PIXELS // image.width // BAND_STEP * BAND_STEP)
    tops = range(0, image.height, rows)
    cut = partial(cut_decoded if is_decoded(image) else _band, image, rows)
    shallow: Callable[[Image.Image], Image.Image] = _shallow
    if image.mode.startswith("I") or image.mode == "F":
        from . import deep

        scale = deep.scale_of(max(deep.top_of(cut(top)) for top in tops))
        shallow = partial(deep.to_luma, scale=scale)
    for top in tops:
        band = shallow(cut(top))
        if luma and band.mode == "RGB":
            band = band.convert("L", LUMA)
        yield band if shrink == 1 else band.reduce(shrink)


def orientation(image: Image.Image) -> int:
    """How a decoded image lies, as EXIF says: 1 to 8, 1 is upright."""
    orientation = image.getexif().get(ORIENTATION_TAG, 1)
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def too_large_to_decode(name: str) -> ImageError:
    """For a picture that did not fit into the memory that decoding may take."""
    return ImageError(f"expected a picture that fits into memory, got a larger one in {name}; scale it down")


def _damaged(name: str, error: Exception) -> ImageError:
    why = " ".join(str(error).split())
    if why == WEBP_ENDED:
        return ImageError(f"expected a whole picture that fits into memory, got another in {name}; save it as a JPEG")
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


def _band(image: Image.Image, rows: int, top: int) -> Image.Image:
    return image.crop((0, top, image.width, min(top + rows, image.height)))


def _shallow(band: Image.Image) -> Image.Image:
    if band.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in band.info:
        band = band.convert("RGBA")
        paper = Image.new("RGBA", band.size, "white")
        band = Image.alpha_composite(paper, band).convert("RGB")
    return band.convert("L" if band.mode in {"1", "L"} else "RGB")


def _is_empty(source: Path | BinaryIO) -> bool:
    return (source.stat().st_size if isinstance(source, Path) else source.seek(0, io.SEEK_END)) == 0
