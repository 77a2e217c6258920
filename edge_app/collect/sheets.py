"""`python -m edge_app collect --sheet`: photos of sheets into a folder of labelled digits."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, SheetError
from ..image_file import load_image
from ..model_file import require_writable
from .folder import LabelledCrop, write_crop
from .sheet import Sheet, read_sheet


def collect_sheets(photos: Sequence[Path], folder: Path, writer: str, raw: bool) -> int:
    """Cuts each photo; one that cannot be cut does not stop the others. Returns the exit code.

    Args:
        photos: of sheets that this writer filled in.
        folder: gets WRITER/LABEL/*.png.
        writer: a name that check_writer takes.
        raw: also keep the boxes as they were photographed.

    Raises:
        OutputError: the folder cannot be written.
    """
    require_writable(folder, "--to")
    failed = False
    for path in photos:
        try:
            sheet = keep_sheet(load_image(path), folder, writer, raw)
        except (ImageError, SheetError) as error:
            failed = True
            print(f"edge_app: error: {path}: {error}", file=sys.stderr)
            continue
        print(f"{path}: {len(sheet.crops)} digits of {writer}, {sheet.empty} empty boxes")
    return int(failed)


def keep_sheet(photo: NDArray[np.uint8], folder: Path, writer: str, raw: bool = False) -> Sheet:
    """Cuts one photo, uint8 (H, W) or (H, W, 3), and writes its digits; see collect_sheets.

    Raises:
        SheetError: it cannot be cut; nothing is written.
        OutputError: the folder cannot be written.
    """
    sheet = read_sheet(photo)
    for crop in sheet.crops:
        write_crop(folder, LabelledCrop(writer, crop.label, crop.image), crop.raw if raw else None)
    return sheet
