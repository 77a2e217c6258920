"""Small documents of each kind that the tests write."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..pages import blank, write


def page(text: str) -> NDArray[np.uint8]:
    """A small page with a line of digits."""
    return write(blank(200, 320), text, (20, 130), 60)


def as_file(text: str, kind: str = "PNG") -> bytes:
    """The page as an image file."""
    file = io.BytesIO()
    Image.fromarray(page(text)).save(file, kind)
    return file.getvalue()


def as_pages(texts: list[str], kind: str) -> bytes:
    """Several pages as one file: kind is TIFF or PDF."""
    first, *others = (Image.fromarray(page(text)) for text in texts)
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=others, resolution=100)
    return file.getvalue()


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """A ZIP of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def write_tar(path: Path, members: Mapping[str, bytes]) -> Path:
    """A TAR of these members, compressed as the suffix says."""
    kind = path.suffix[1:].replace("tgz", "gz")
    with path.open("wb") as file, tarfile.open(fileobj=file, mode=f"w:{'' if kind == 'tar' else kind}") as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def claiming_pdf(pages: int, has: int = 1) -> bytes:
    """A PDF that claims a number of pages, and has one or none."""
    page = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"] * has
    kids = b"3 0 R" * has
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages), *page])


def encrypted_pdf() -> bytes:
    """A PDF that says that it is encrypted, with a password that nobody knows."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"5a" * 32 + b">/U<" + b"a5" * 32 + b">>>",
    ]
    return pdf_of(bodies, b"/Encrypt 4 0 R/ID[<00><00>]")


def pdf_of(bodies: list[bytes], told: bytes = b"") -> bytes:
    """A PDF of these objects, with what else its trailer says."""
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, told, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
