"""The exchange format for labelled digits: DIR/WRITER/LABEL/NAME.png, LABEL being 0 to 9 or x for "not a digit".

Each picture is 28x28 grey as the classifier takes it: 0 = paper, 255 = ink. Folders of labels right in DIR are one
writer's, who is then called after DIR. What lies deeper, such as LABEL/raw/NAME.png (the crop before it was
normalised), is for people and is not read.
"""

import hashlib
import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import LabelledFolderError, OutputError
from ..files.atomic import write_atomically
from ..model.contract import DIGIT_LABELS, IMAGE_HW

LOG = logging.getLogger(__name__)

NOT_A_DIGIT_FOLDER = "x"
FOLDERS = (*DIGIT_LABELS, NOT_A_DIGIT_FOLDER)
RAW = "raw"
# What is read, and what is collected of one writer: photos of 200 sheets, about 80 MB on a card.
MAX_CROPS, MAX_OF_WRITER = 100_000, 20_000
# Beside the writers' folders, for what the page for labels is asked; see queue.py.
WAITING, DONE = "unlabelled", "labelled"
_WRITER = re.compile(r"[^\W_][\w-]{0,39}")


@dataclass(frozen=True)
class LabelledCrop:
    """One labelled picture.

    Attributes:
        writer: whose hand it is.
        label: 0 to 9, or 10 for "not a digit", as in contract.LABELS.
        image: uint8 (28, 28), 255 = ink.
    """

    writer: str
    label: int
    image: NDArray[np.uint8]

    @property
    def sha256(self) -> str:
        """Hash of the pixels, hexadecimal: the same crop has the same one, wherever it lies."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()


def check_writer(name: str) -> str:
    """The name, if a folder can be called so; raises ValueError."""
    if not _WRITER.fullmatch(name) or name in (*FOLDERS, WAITING, DONE):
        raise ValueError(
            f"expected a name of up to 40 letters, digits, - and _ that is neither a label nor {WAITING} or {DONE}, "
            f"got {name!r}"
        )
    return name


def write_crop(folder: Path, crop: LabelledCrop, raw: NDArray[np.uint8] | None = None) -> Path:
    """Writes a crop to its place, named by its content: written twice it is there once.

    Args:
        folder: the DIR of the format.
        crop: what to write.
        raw: uint8 (h, w), as it was cut, to be kept for people.

    Returns:
        Where the crop is.

    Raises:
        OutputError: the place cannot be written.
    """
    path = place_of(folder, crop)
    if raw is not None:
        write_atomically(path.parent / RAW / path.name, _png(raw))
    write_atomically(path, _png(crop.image))
    return path


def place_of(folder: Path, crop: LabelledCrop) -> Path:
    """Where write_crop puts a crop."""
    return folder / crop.writer / FOLDERS[crop.label] / f"{crop.sha256[:16]}.png"


def require_room(folder: Path, writer: str, more: int) -> None:
    """Raises OutputError if a writer would have more than MAX_OF_WRITER labelled crops: nobody watches a browser."""
    there = _count(folder, writer, FOLDERS)
    if there + more > MAX_OF_WRITER:
        raise OutputError(
            f"expected at most {MAX_OF_WRITER:,} labelled crops of {writer}, got {there:,} and {more:,} new ones; "
            "fine-tune with these, then collect with another --to DIR"
        )


def count_digits(folder: Path, writer: str) -> int:
    """How many labelled digits of a writer there are, whether they can be read or not."""
    return _count(folder, writer, DIGIT_LABELS)


def _count(folder: Path, writer: str, labels: Iterable[str]) -> int:
    return sum(1 for label in labels for _ in (folder / writer / label).glob("*.png"))


def read_crops(folder: Path) -> list[LabelledCrop]:
    """Reads all crops of a folder, each content once, in the order of writer, label and hash.

    Warns of files in folders of labels that are no *.png: somebody may have meant them.

    Raises:
        LabelledFolderError: no such folder, something in it that does not belong there, or one content twice with
            different labels.
    """
    if not folder.is_dir():
        raise LabelledFolderError(
            f"expected a folder of WRITER/LABEL/*.png, got {folder}, which is none; check the path"
        )
    found: dict[str, LabelledCrop] = {}
    left_out: Counter[Path] = Counter()
    for writer, place in _label_folders(folder):
        files = [path for path in sorted(place.iterdir()) if path.is_file() and not path.name.startswith(".")]
        pictures = [path for path in files if path.suffix.lower() == ".png"]
        left_out[place] = len(files) - len(pictures)
        for path in pictures:
            crop = LabelledCrop(writer, FOLDERS.index(place.name), _read_png(path))
            former = found.setdefault(crop.sha256, crop)
            if former.label != crop.label:
                raise LabelledFolderError(
                    f"expected one label for each crop, got {path} as {place.name} and also as "
                    f"{FOLDERS[former.label]}; delete the wrong one"
                )
            if len(found) > MAX_CROPS:
                raise LabelledFolderError(f"expected at most {MAX_CROPS:,} crops in {folder}, got more; split it")
    _tell(+left_out)
    return sorted(found.values(), key=lambda crop: (crop.writer, crop.label, crop.sha256))


def _tell(left_out: Counter[Path]) -> None:
    """One line, whatever their number."""
    if left_out:
        (most, count), total = left_out.most_common(1)[0], left_out.total()
        where = str(most) if count == total else f"{len(left_out)} folders, {count} of them in {most}"
        LOG.warning(
            "left out %d files that are no .png in %s; python -m edge_app collect cuts photos of its sheet into crops",
            total,
            where,
        )


def _label_folders(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each folder of a label with its writer."""
    for place in _folders(folder):
        if place.name in FOLDERS:
            yield folder.resolve().name, place
            continue
        for below in _folders(place):
            if below.name not in FOLDERS:
                raise LabelledFolderError(
                    f"expected folders named 0 to 9 or x in {place}, got {below.name}; rename it, or move it away"
                )
            yield place.name, below


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _read_png(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            if image.size != IMAGE_HW[::-1]:
                raise LabelledFolderError(
                    f"expected crops of 28x28 pixels, got {image.width}x{image.height} in {path}; "
                    "cut it with python -m edge_app collect"
                )
            return np.asarray(image.convert("L"), np.uint8)
    except LabelledFolderError:
        raise
    # Pillow's decoders let all of these out on damaged files.
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise LabelledFolderError(f"expected a PNG, got {path} ({error}); delete it") from error


def _png(image: NDArray[np.uint8]) -> bytes:
    coded = io.BytesIO()
    Image.fromarray(image).save(coded, "PNG")
    return coded.getvalue()
