"""A document: an image, a TIFF of many pages, or a PDF, as pages that are decoded one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..files.image import clear_errors, open_image, page_count, to_pixels
from .kinds import PAGE_SUFFIXES, PDF_SUFFIX
from .pdf import DPI, open_pdf

IMAGE_MARKS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
HEIF_MARK = b"ftyp"
PDF_MARK, PDF_MARK_BYTES = b"%PDF-", 1024


class Document(Protocol):
    """An open document."""

    @property
    def pages(self) -> int:
        """How many; at least 1."""

    def page(self, number: int, luma: bool = False) -> NDArray[np.uint8]:
        """Decodes page number, from 1.

        Args:
            number: of the page.
            luma: colours become luma too.

        Returns:
            uint8 (H, W) luma or (H, W, 3) RGB.

        Raises:
            ImageError: this page is damaged, too large or too small.
        """


@contextmanager
def open_document(
    file: BinaryIO, name: str, dpi: int = DPI, formats: tuple[str, ...] | None = None
) -> Iterator[Document]:
    """Opens a document; its beginning says whether it is a PDF, whatever it is called.

    Args:
        file: of it, that can be sought in.
        name: of it, for its suffix and for messages.
        dpi: dots an inch at which a PDF is drawn.
        formats: of Pillow's that are taken; all if None.

    Raises:
        ImageError: no document, a damaged or encrypted one, or without a page.
        MissingPartError: a PDF, or HEIC, whose package is not installed.
    """
    with clear_errors(file, name):
        is_pdf = _is_pdf(file, name)
    if is_pdf:
        with open_pdf(file, name, dpi) as pdf:
            yield pdf
    else:
        with open_image(file, name, formats) as image:
            yield _Frames(file, image, name)


class _Frames:
    """An image of one page, or a TIFF's."""

    def __init__(self, file: BinaryIO, image: Image.Image, name: str) -> None:
        self.pages = page_count(image)
        self._file, self._image, self._name = file, image, name

    def page(self, number: int, luma: bool = False) -> NDArray[np.uint8]:
        name = self._name if number == 1 else f"{self._name} page {number}"
        with clear_errors(self._file, name):
            if number > 1:
                self._image.seek(number - 1)
            return to_pixels(self._image, name, luma)


def _is_pdf(file: BinaryIO, name: str) -> bool:
    head = file.read(PDF_MARK_BYTES)
    file.seek(0)
    if name.lower().endswith(PDF_SUFFIX):
        return not head.startswith(IMAGE_MARKS) and head[4:8] != HEIF_MARK
    return head.startswith(PDF_MARK) if name.lower().endswith(PAGE_SUFFIXES) else PDF_MARK in head
