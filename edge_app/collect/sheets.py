"""`python -m edge_app collect --sheet`: photos of sheets into a folder of labelled digits."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, SheetError
from ..files.atomic import require_writable
from ..files.image import load_image
from .folder import LabelledCrop, count_digits, place_of, require_room, write_crop
from .sheet import Sheet, read_sheet


def collect_sheets(photos: Sequence[Path], folder: Path, writer: str, raw: bool) -> int:
    """Cuts each photo; one that cannot be cut does not stop the others. Returns the exit code.

    Args:
        photos: of sheets that this writer filled in.
        folder: gets WRITER/LABEL/*.png.
        writer: a name that check_writer takes.
        raw: also keep the boxes as they were photographed.

    Raises:
        OutputError: the folder is full, or cannot be written.
    """
    require_writable(folder, "--to")
    failed = 0
    for path in photos:
        try:
            sheet, new = keep_sheet(load_image(path), folder, writer, raw)
        except (ImageError, SheetError) as error:
            failed += 1
            print(f"edge_app: error: {path}: {error}", file=sys.stderr)
            continue
        print(f"{path}: {len(sheet.crops)} digits of {writer}, {new} new, {sheet.empty} empty boxes")
    if failed < len(photos):
        there = count_digits(folder, writer)
        print(f"{there} labelled digits of {writer} in all; next: python -m train --from models/ --add {folder}")
    return int(failed > 0)


def keep_sheet(photo: NDArray[np.uint8], folder: Path, writer: str, raw: bool = False) -> tuple[Sheet, int]:
    """Cuts one photo, uint8 (H, W) or (H, W, 3), and writes its digits; see collect_sheets.

    Returns:
        What is on it, and how many of its digits were not there before: none if it is the same photo again.

    Raises:
        SheetError: it cannot be cut; nothing is written.
        OutputError: the folder is full, where nothing is written, or cannot be written.
    """
    sheet = read_sheet(photo)
    crops = [(LabelledCrop(writer, crop.label, crop.image), crop.raw if raw else None) for crop in sheet.crops]
    new = {path for path in (place_of(folder, crop) for crop, _ in crops) if not path.exists()}
    require_room(folder, writer, len(new))
    for crop, seen in crops:
        write_crop(folder, crop, seen)
    return sheet, len(new)
