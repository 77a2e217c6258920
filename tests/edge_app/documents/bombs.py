"""Small files that take much time or memory to decode."""

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .made import pdf_of


def scans_jpeg(size_wh: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG one scan of which is repeated: each goes over all blocks again."""
    file = io.BytesIO()
    Image.new("L", size_wh, 200).save(file, "JPEG", progressive=True)
    head, *parts = file.getvalue().split(b"\xff\xda")
    last, end = parts[-1][:-2], parts[-1][-2:]
    return head + b"".join(b"\xff\xda" + part for part in [*parts[:-1], *[last] * scans]) + end


def blank_webp(width: int, height: int) -> bytes:
    """A lossless WebP all of whose pixels follow from 20 bits of codes with one symbol each."""
    bits, at = 0, 0
    for value, count in ((0x2F, 8), (width - 1, 14), (height - 1, 14), (0, 4), (0, 3), *[(0b0001, 4)] * 5):
        bits |= value << at
        at += count
    content = bits.to_bytes(-(-at // 8) + 1, "little")
    content += b"\0" * (len(content) % 2)
    chunk = b"WEBPVP8L" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def deep_png(width: int, height: int) -> bytes:
    """A blank PNG of 16 bits in each of RGBA."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 8 * width)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def forms_pdf(depth: int, times: int = 10) -> bytes:
    """A PDF whose page draws a form many times, which draws another many times, and so on."""
    forms = [
        _stream(b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F %d 0 R>>>>" % (5 + at), times)
        for at in range(1, depth)
    ]
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Length 22>>stream\n0 0 m 200 200 l 9 w S\nendstream"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    return _paged(page, _stream(b"", times), *forms, last)


def operators_pdf(operators: int) -> bytes:
    """A PDF whose page is that number of strokes, packed."""
    content = zlib.compress(b"0 0 m 9 200 200 9 200 200 c S\n" * operators, 9)
    packed = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content)
    return _paged(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>", packed)


def phone_jpeg(size_wh: tuple[int, int], page: NDArray[np.uint8]) -> bytes:
    """A page as a phone saves it: colours, on its side, and EXIF says so."""
    image = Image.fromarray(np.rot90(page)).convert("RGB").resize(size_wh)
    image.getexif()[0x0112] = 6
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, exif=image.getexif())
    return file.getvalue()


def _stream(about: bytes, times: int) -> bytes:
    content = b"/F Do " * times
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(content), content)


def _paged(page: bytes, *others: bytes) -> bytes:
    return pdf_of(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *others],
    )
