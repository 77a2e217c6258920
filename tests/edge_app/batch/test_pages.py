"""Pages of images, TIFFs and PDFs."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.batch.pages import clear_page_errors, count_pages, decode_pages
from edge_app.documents.decoder import Decoder
from edge_app.errors import ImageError

from ..documents.made import as_file, as_pages, encrypted_pdf, page

DECODER = Decoder()
TEXTS = ["12", "345", "6"]


def decoded(content: bytes, name: str, numbers: range, dpi: int = 100) -> list[NDArray[np.uint8] | str]:
    """Pages of a document in memory."""
    return list(decode_pages(io.BytesIO(content), name, numbers, dpi, DECODER))


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "a.tif"), ("PDF", "a.PDF")])
def test_every_page_of_a_document_is_decoded(kind: str, name: str) -> None:
    """In order, as what was put in, up to what a PDF's compression takes away."""
    content = as_pages(TEXTS, kind)
    assert count_pages(io.BytesIO(content), name, DECODER) == 3
    pages = decoded(content, name, range(1, 4))
    assert len(pages) == 3
    for text, pixels in zip(TEXTS, pages, strict=True):
        assert isinstance(pixels, np.ndarray)
        assert np.abs(pixels.astype(int) - page(text)).mean() < 2


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "a.tif"), ("PDF", "a.pdf")])
def test_pages_in_the_middle(kind: str, name: str) -> None:
    """A task may have some of a document's pages."""
    whole = decoded(as_pages(TEXTS, kind), name, range(1, 4))
    part = decoded(as_pages(TEXTS, kind), name, range(2, 4))
    assert all(np.array_equal(a, b) for a, b in zip(part, whole[1:], strict=True))


def test_a_pdf_is_drawn_at_the_dots_an_inch_asked_for() -> None:
    """320x200 pixels at 100 dots an inch are twice as many at 200."""
    (pixels,) = decoded(as_pages(["1"], "PDF"), "a.pdf", range(1, 2), dpi=200)
    assert isinstance(pixels, np.ndarray)
    assert pixels.shape == (400, 640)
    assert pixels.dtype == np.uint8


def test_a_pdf_page_too_large_is_refused_before_it_is_drawn() -> None:
    """At 10,000 dots an inch it would take 640 megapixels."""
    (reason,) = decoded(as_pages(["1"], "PDF"), "a.pdf", range(1, 2), dpi=10_000)
    assert "choose another --dpi" in str(reason)


def test_a_bad_page_leaves_the_others() -> None:
    """The second page's offset leads nowhere, or it is not there."""
    content = as_pages(["12", "3"], "TIFF")
    good, bad = decoded(content, "a.tif", range(2, 4))
    assert isinstance(good, np.ndarray)
    assert "a damaged one in a.tif page 3" in str(bad)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", encrypted_pdf(), "got an encrypted one, a.pdf; save it without"),
        ("a.pdf", b"%PDF-1.4 nothing", "a damaged one in a.pdf"),
        ("a.pdf", as_pages(["1"], "PDF")[:300], "a damaged one in a.pdf"),
        ("a.tif", b"II*\0\0\0\0\0", "a.tif, which is none"),
        ("a.tif", as_file("1"), None),
        ("a.tif", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n", "a.tif, which is none"),
    ],
)
def test_a_bad_document_is_one_clear_line(name: str, content: bytes, reason: str | None) -> None:
    """Whatever is in it, but an image under another suffix is read."""
    if reason is None:
        assert count_pages(io.BytesIO(content), name, DECODER) == 1
        return
    with pytest.raises(ImageError, match=reason) as caught:
        count_pages(io.BytesIO(content), name, DECODER)
    assert "\n" not in str(caught.value)


def test_a_bug_is_a_reason_too_and_says_where() -> None:
    """It must not stop a run of a million pages, nor be lost."""
    with clear_page_errors("a.png") as failed:
        raise ValueError("two\nlines")
    assert failed.reason is not None
    assert "ValueError: two lines at test_pages.py:" in failed.reason
    assert failed.reason.endswith("for a.png; report this")
