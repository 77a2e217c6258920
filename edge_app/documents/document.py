"""A document: an image, a TIFF of many pages, or a PDF, as pages that are decoded one by one; see decoder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from PIL import Image

from ..files.opening import clear_errors, decode, open_image, orientation, page_count
from .kinds import PAGE_SUFFIXES, PDF_SUFFIX
from .pdf import DPI, Pdf, open_pdf

IMAGE_MARKS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
HEIF_MARK = b"ftyp"
PDF_MARK, PDF_MARK_BYTES = b"%PDF-", 1024


@dataclass(frozen=True)
class Room:
    """What decoding a page may take.

    Attributes:
        memory_bytes: at most.
        shrink_above: see opening.decode; None leaves each image at its own size.
    """

    memory_bytes: int
    shrink_above: float | None = None


@dataclass(frozen=True)
class Picture:
    """A decoded page.

    Attributes:
        image: see opening.bands.
        size_wh: of the page before anything was shrunk, as it lies in the file.
        shrink: by which width and height of the image are still to be divided.
        lies: see opening.orientation.
    """

    image: Image.Image
    size_wh: tuple[int, int]
    shrink: int = 1
    lies: int = 1


class Document(Protocol):
    """An open document."""

    @property
    def pages(self) -> int:
        """How many; at least 1."""

    def picture(self, number: int, room: Room) -> Picture:
        """Decodes page number, from 1; raises ImageError if it is damaged, too large or too small."""


@contextmanager
def open_document(file: BinaryIO, name: str, dpi: int | None = DPI) -> Iterator[Document]:
    """Opens a document; its beginning says whether it is a PDF, whatever it is called.

    Args:
        file: of it, that can be sought in.
        name: of it, for its suffix and for messages.
        dpi: dots an inch at which a PDF is drawn; None takes none.

    Raises:
        ImageError: no document, a damaged or encrypted one, or without a page.
        MissingPartError: a PDF, or HEIC, whose package is not installed.
    """
    with clear_errors(file, name):
        drawn_at = dpi if _is_pdf(file, name) else None
    if drawn_at is not None:
        with open_pdf(file, name, drawn_at) as pdf:
            yield _Drawn(pdf)
    else:
        with open_image(file, name) as image:
            yield _Frames(file, image, name)


class _Drawn:
    """A PDF."""

    def __init__(self, pdf: Pdf) -> None:
        self.pages = pdf.pages
        self._pdf = pdf

    def picture(self, number: int, room: Room) -> Picture:  # noqa: ARG002 - a Document's signature
        image = self._pdf.page(number)
        return Picture(image, image.size)


class _Frames:
    """An image of one page, or a TIFF's."""

    def __init__(self, file: BinaryIO, image: Image.Image, name: str) -> None:
        self.pages = page_count(image)
        self._file, self._image, self._name = file, image, name

    def picture(self, number: int, room: Room) -> Picture:
        name = self._name if number == 1 else f"{self._name} page {number}"
        with clear_errors(self._file, name):
            if number > 1:
                self._image.seek(number - 1)
            size_wh = self._image.size
            shrink = decode(self._image, name, room.shrink_above, room.memory_bytes)
            return Picture(self._image, size_wh, shrink, orientation(self._image))


def _is_pdf(file: BinaryIO, name: str) -> bool:
    head = file.read(PDF_MARK_BYTES)
    file.seek(0)
    if name.lower().endswith(PDF_SUFFIX):
        return not head.startswith(IMAGE_MARKS) and head[4:8] != HEIF_MARK
    return head.startswith(PDF_MARK) if name.lower().endswith(PAGE_SUFFIXES) else PDF_MARK in head
