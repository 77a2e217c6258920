"""Draws the pages that batch.py reads: single images, archives, multi-page TIFFs and PDFs, each page another one."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from edge_app.bench.sample_page import draw_page

SIZE_WH = (640, 480)
DRAWN = 500
ARCHIVE_PAGES = 250
DOCUMENT_PAGES = 50


def make_images(folder: Path, pages: int) -> Path:
    """Writes that number of single images; beyond DRAWN of them, drawings come again."""
    folder.mkdir(parents=True)
    drawings = [_drawing(number) for number in range(min(pages, DRAWN))]
    for number in range(pages):
        (folder / f"page{number:06d}.jpg").write_bytes(drawings[number % DRAWN])
    return folder


def make_mixed(folder: Path, pages: int) -> Path:
    """Writes pages: two fifths as single images, a fifth each in ZIPs, in TARs, and in TIFFs and PDFs."""
    shares = [pages * 2 // 5, pages // 5, pages // 5, pages // 10]
    images = make_images(folder / "images", shares[0])
    drawings = [path.read_bytes() for path in sorted(images.iterdir())[:DRAWN]]
    for number, count in enumerate(_portions(shares[1], ARCHIVE_PAGES)):
        with zipfile.ZipFile(folder / f"forms{number:03d}.zip", "w") as archive:
            for page in range(count):
                archive.writestr(f"{page:04d}.jpg", drawings[page % len(drawings)])
    for number, count in enumerate(_portions(shares[2], ARCHIVE_PAGES)):
        with tarfile.open(folder / f"forms{number:03d}.tar.gz", "w:gz") as archive:
            for page in range(count):
                info = tarfile.TarInfo(f"{page:04d}.jpg")
                content = drawings[-1 - page % len(drawings)]
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    for suffix, share in (("tif", shares[3]), ("pdf", pages - sum(shares))):
        for number, count in enumerate(_portions(share, DOCUMENT_PAGES)):
            first, *others = (Image.open(io.BytesIO(drawings[page % len(drawings)])) for page in range(count))
            # A PDF's page of 640 pixels at 200 dots an inch is drawn as it was.
            first.save(folder / f"scan{number:03d}.{suffix}", save_all=True, append_images=others, resolution=200)
    return folder


def _drawing(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(draw_page(SIZE_WH, seed)).save(file, "JPEG", quality=85)
    return file.getvalue()


def _portions(total: int, most: int) -> Iterator[int]:
    for start in range(0, total, most):
        yield min(most, total - start)
