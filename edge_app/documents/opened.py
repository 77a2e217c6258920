"""The pages of what `read` found, one by one; a page or a document that is bad does not stop the others."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, MissingPartError, SourceError
from ..files.opening import clear_errors
from ..host.download import Limits, WebRedirect, download, is_http
from .decoder import Decoder
from .find import STDIN, Found
from .kinds import MAX_BYTES

STDIN_NAME, SHOWN = "standard input", "try python -m edge_app read - < page.jpg"
WEB = Limits(MAX_BYTES, answer_s=30.0, whole_s=300.0)


@dataclass(frozen=True)
class OpenedPage:
    """One page, or what stands for it.

    Attributes:
        number: in its document, from 1; None if that has but one page, or none that can be read.
        pixels: uint8 (H, W) luma or (H, W, 3) RGB; or why it cannot be read.
    """

    number: int | None
    pixels: NDArray[np.uint8] | str


def open_pages(found: Found, decoder: Decoder, luma: bool = False) -> Iterator[OpenedPage]:
    """Opens a document and decodes its pages as they are asked for; with luma, colours become luma, too."""
    try:
        if found.error is not None:
            raise SourceError(found.error)
        name = STDIN_NAME if found.source == STDIN else found.name
        with _opened(found) as file, decoder.open(file, name) as document:
            for number in range(1, document.pages + 1):
                try:
                    pixels: NDArray[np.uint8] | str = document.page(number, luma).pixels
                except ImageError as error:
                    pixels = str(error)
                yield OpenedPage(number if document.pages > 1 else None, pixels)
    except (ImageError, SourceError, MissingPartError) as error:
        yield OpenedPage(None, str(error))


@contextmanager
def _opened(found: Found) -> Iterator[BinaryIO]:
    """The document as a file that can be sought in."""
    if is_http(found.source):
        yield io.BytesIO(download(found.source, "an image or a PDF", WEB, WebRedirect))
    elif found.source == STDIN:
        if sys.stdin is None:
            raise SourceError(f"expected a picture on {STDIN_NAME}, got a closed one; {SHOWN}")
        yield _from_pipe(sys.stdin.buffer, STDIN_NAME)
    else:
        path = Path(found.source)
        with ExitStack() as stack:
            with clear_errors(path, found.name):
                file = stack.enter_context(path.open("rb"))
            yield file if file.seekable() else _from_pipe(file, found.name)


def _from_pipe(pipe: BinaryIO, name: str) -> BinaryIO:
    if pipe.isatty():
        raise SourceError(f"expected a picture on {name}, got a terminal; {SHOWN}")
    with clear_errors(pipe, name):
        content = pipe.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SourceError(f"expected at most {MAX_BYTES >> 20} MB on {name}, got more; scale it down")
    return io.BytesIO(content)
