"""Pages of one document: an image, a TIFF of many, or a PDF."""

import math
import os
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from ..errors import DigitsError, ImageError
from ..image_file import (
    MAX_MEGAPIXELS,
    MIN_SIDE_PX,
    TIFF_SUFFIXES,
    UPLOAD_FORMATS,
    clear_errors,
    open_image,
    to_pixels,
)
from .sources import PDF_SUFFIX

POINTS_PER_INCH = 72


@dataclass
class Failure:
    """Why the block of clear_page_errors did not come to its end, or None."""

    reason: str | None = None


@contextmanager
def clear_page_errors(name: str) -> Iterator[Failure]:
    """Whatever goes wrong within the block is kept as its reason: one page must not stop a million others.

    An error that is no DigitsError is a bug; the reason then says where it was raised.
    """
    failure = Failure()
    try:
        yield failure
    except DigitsError as error:
        failure.reason = str(error)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
        what = " ".join(f"{type(error).__name__}: {error}".split())
        failure.reason = f"expected a page that can be read, got {what} at {place} for {name}; report this"


def count_pages(file: BinaryIO, name: str) -> int:
    """Pages of a document; its suffix says what it is.

    Raises:
        ImageError: no document, a damaged or encrypted one, or without a page.
    """
    if name.lower().endswith(PDF_SUFFIX):
        with _open_pdf(file, name) as pdf:
            pages = len(pdf)
    elif name.lower().endswith(TIFF_SUFFIXES):
        with open_image(file, name, UPLOAD_FORMATS) as image:
            pages = getattr(image, "n_frames", 1)
    else:
        pages = 1
    if not pages:
        raise ImageError(f"expected at least one page, got none in {name}; scan it again")
    return pages


def decode_pages(file: BinaryIO, name: str, numbers: range, dpi: int) -> Iterator[NDArray[np.uint8] | str]:
    """Decodes pages one by one: only one is in memory.

    Args:
        file: of the document; its name's suffix says what it is.
        name: of the document, for messages.
        numbers: of the pages, from 1.
        dpi: dots an inch at which a PDF is drawn.

    Yields:
        Luma, uint8 (H, W), or why this page cannot be read.

    Raises:
        ImageError: none of them can be read.
    """
    if name.lower().endswith(PDF_SUFFIX):
        with _open_pdf(file, name) as pdf:
            for number in numbers:
                with clear_page_errors(name) as failed:
                    pixels = _draw(pdf, number, f"{name} page {number}", dpi)
                yield failed.reason or pixels
        return
    with open_image(file, name, UPLOAD_FORMATS) as image:
        for number in numbers:
            with clear_page_errors(name) as failed:
                pixels = _decode(file, image, number, name)
            yield failed.reason or pixels


def _decode(file: BinaryIO, image: Image.Image, number: int, name: str) -> NDArray[np.uint8]:
    """One frame of an opened image."""
    if number > 1:
        name = f"{name} page {number}"
    with clear_errors(file, name):
        if number > 1:
            image.seek(number - 1)
        return to_pixels(image, name, luma=True)


@contextmanager
def _open_pdf(file: BinaryIO, name: str) -> Iterator[pypdfium2.PdfDocument]:
    with _clear_pdf_errors(name), closing(pypdfium2.PdfDocument(file)) as pdf:
        yield pdf


@contextmanager
def _clear_pdf_errors(name: str) -> Iterator[None]:
    try:
        yield
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ImageError(
                f"expected a PDF without a password, got an encrypted one, {name}; save it without"
            ) from error
        raise ImageError(f"expected a whole PDF, got a damaged one in {name} ({error}); copy it again") from error


def _draw(pdf: pypdfium2.PdfDocument, number: int, name: str, dpi: int) -> NDArray[np.uint8]:
    """Draws one page of a PDF."""
    with _clear_pdf_errors(name), closing(pdf[number - 1]) as page:
        width, height = (math.ceil(points * dpi / POINTS_PER_INCH) for points in page.get_size())
        if width * height > MAX_MEGAPIXELS * 10**6 or min(width, height) < MIN_SIDE_PX:
            raise ImageError(
                f"expected {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels to {MAX_MEGAPIXELS} megapixels, got {width}x{height} at "
                f"{dpi} dpi in {name}; choose another --dpi"
            )
        with closing(page.render(scale=dpi / POINTS_PER_INCH, grayscale=True)) as bitmap:
            # A copy: the bitmap's memory goes with it.
            return np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
