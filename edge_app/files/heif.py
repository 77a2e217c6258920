"""HEIC, what an iPhone takes: Pillow reads it with a plugin, which is loaded only when the first such file comes."""

from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from ..errors import ImageError

FORMAT = "HEIF"
HEIF_SUFFIXES = (".heic", ".heif")
# The kind of file that its first box names, ISO/IEC 23008-12, annex B; AV1 in the same box is not among them.
BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
HEAD_BYTES = 12


def is_heif(source: Path | BinaryIO) -> bool:
    """Whether a file, or one that can be sought in, begins as HEIF does; raises OSError."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
    else:
        source.seek(0)
        head = source.read(HEAD_BYTES)
        source.seek(0)
    return head[4:8] == b"ftyp" and head[8:] in BRANDS


def register_heif(name: str) -> None:
    """Gives Pillow the plugin, unless it has it; raises ImageError, with the image's name, where none is installed."""
    try:
        load_plugin()
    except ModuleNotFoundError as error:
        if error.name != "pillow_heif":
            raise
        raise ImageError(
            f"expected pillow-heif for a HEIC photo, {name}, got none installed; "
            "try pip install 'digits-edge[heic]', or save it as JPEG"
        ) from error


def is_decoded(image: Image.Image) -> bool:
    """Decodes a HEIC, and says whether cut_decoded can be used: Pillow's own copy would be over half of the memory."""
    frame = _frame(image)
    return frame is not None and bool(frame.data) and frame.size == image.size


def cut_decoded(image: Image.Image, rows: int, top: int) -> Image.Image:
    """Rows of a decoded HEIC from one on; fewer at its end."""
    frame: Any = _frame(image)
    size = image.width, min(rows, image.height - top)
    part: Any = memoryview(frame.data)[top * frame.stride : (top + size[1]) * frame.stride]
    return Image.frombuffer(frame.mode, size, part, "raw", frame.mode, frame.stride, 1)


def _frame(image: Image.Image) -> Any:
    """What the plugin keeps of an image until Pillow loads it, or None."""
    file = getattr(image, "_heif_file", None)
    return None if file is None else file[image.tell()]


@cache
def load_plugin() -> None:
    """Once; raises ModuleNotFoundError."""
    import pillow_heif

    pillow_heif.register_heif_opener()
