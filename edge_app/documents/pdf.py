"""PDFs, drawn by PDFium; its package is loaded for the first PDF alone."""

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, BinaryIO

from PIL import Image

from ..errors import ImageError
from ..files.opening import MAX_MEGAPIXELS, MIN_SIDE_PX
from ..host.extras import needs

POINTS_PER_INCH = 72
DPI = 200
NO_FILE = "File access error"


class Pdf:
    """An open PDF; from open_pdf.

    Attributes:
        pages: how many; of those at its end that are not there only the first is one, and an error.
    """

    def __init__(self, pdf: Any, name: str, dpi: int) -> None:
        self._pdf, self._name, self._dpi = pdf, name, dpi
        self.pages = min(len(pdf), self._last_loaded() + 1)

    def page(self, number: int) -> Image.Image:
        """Draws page number, from 1, in grey.

        Raises:
            ImageError: damaged, or too large or too small at this resolution.
        """
        if number == self.pages < len(self._pdf):
            raise ImageError(
                f"expected {len(self._pdf)} pages, as it says, got {number - 1} in {self._name}; copy it again"
            )
        name, scale = f"{self._name} page {number}", self._dpi / POINTS_PER_INCH
        with _clear_pdf_errors(name), closing(self._pdf[number - 1]) as page:
            width, height = (math.ceil(points * scale) for points in page.get_size())
            if width * height > MAX_MEGAPIXELS * 10**6 or min(width, height) < MIN_SIDE_PX:
                raise ImageError(
                    f"expected {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels to {MAX_MEGAPIXELS} megapixels, got {width}x{height} "
                    f"at {self._dpi} dpi in {name}; choose another --dpi of python -m edge_app batch"
                )
            with closing(page.render(scale=scale, grayscale=True)) as bitmap:
                # A copy: the bitmap's memory goes with it.
                image: Image.Image = bitmap.to_pil().copy()
                return image

    def _last_loaded(self) -> int:
        """Number of the last page that is there: a PDF of 500 bytes may claim a million."""
        import pypdfium2

        for number in range(len(self._pdf), 0, -1):
            try:
                self._pdf[number - 1].close()
            except pypdfium2.PdfiumError:
                continue
            return number
        return 0


@contextmanager
def open_pdf(file: BinaryIO, name: str, dpi: int) -> Iterator[Pdf]:
    """Opens a PDF, to be drawn at a number of dots an inch.

    Raises:
        ImageError: damaged or encrypted, or without a page.
        MissingPartError: PDFium's package is not installed.
    """
    with needs({"pypdfium2"}, f"a PDF, {name}", "batch"):
        import pypdfium2
    # Of a PDF without pages PDFium tells the error of the file before it; after this one it tells NO_FILE.
    pypdfium2.raw.FPDF_LoadDocument(b"", None)
    with _clear_pdf_errors(name), closing(pypdfium2.PdfDocument(file)) as pdf:
        if not len(pdf):
            raise ImageError(f"expected at least one page, got none in {name}; scan it again")
        yield Pdf(pdf, name, dpi)


@contextmanager
def _clear_pdf_errors(name: str) -> Iterator[None]:
    import pypdfium2

    try:
        yield
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ImageError(
                f"expected a PDF without a password, got an encrypted one, {name}; save it without"
            ) from error
        if NO_FILE in str(error):
            raise ImageError(f"expected at least one page, got a PDF without pages, {name}; scan it again") from error
        raise ImageError(f"expected a whole PDF, got a damaged one in {name} ({error}); copy it again") from error
