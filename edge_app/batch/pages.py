"""Pages of one document of a run: one that is bad does not stop the others."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..documents.decoder import Decoder
from ..documents.kinds import is_single
from ..errors import DigitsError, ImageError


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


def count_pages(file: BinaryIO, name: str, decoder: Decoder) -> int:
    """Pages of a document.

    Raises:
        ImageError: no document, a damaged or encrypted one, or without a page.
    """
    with decoder.open(file, name) as document:
        return document.pages


def decode_pages(
    file: BinaryIO, name: str, numbers: range, dpi: int, decoder: Decoder, luma: bool = False
) -> Iterator[NDArray[np.uint8] | str]:
    """Decodes pages one by one: only one is in memory.

    Args:
        file: of the document; its name's suffix says what it is.
        name: of the document, for messages.
        numbers: of the pages, from 1.
        dpi: dots an inch at which a PDF is drawn.
        decoder: decodes them.
        luma: colours become luma, too.

    Yields:
        Uint8 (H, W) luma or (H, W, 3) RGB, or why this page cannot be read.

    Raises:
        ImageError: none of them can be read.
    """
    with decoder.open(file, name, dpi) as document:
        if is_single(name) and document.pages > 1:
            # It was counted by its suffix, and the other pages would be lost.
            raise ImageError(f"expected one page in {name}, got {document.pages}; rename it to .tif or .pdf")
        for number in numbers:
            with clear_page_errors(name) as failed:
                pixels = document.page(number, luma).pixels
            yield failed.reason or pixels
