"""Printed text in the fonts at hand."""

import functools
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Random = np.random.Generator
# Free fonts as packages (Apache 2.0, SIL OFL 1.1); matplotlib brings DejaVu.
PACKAGES = ("font_roboto", "font_source_serif_pro", "font_source_sans_pro", "font_caladea", "font_fredoka_one",
            "font_hanken_grotesk", "font_amatic_sc", "font_intuitive")  # fmt: skip
_SMALL, _CAPITAL, _DIGITS = "abcdefghijklmnopqrstuvwxyzäöüßé", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


@functools.cache
def font_files() -> tuple[Path, ...]:
    """Paths of all fonts that are installed, sorted."""
    import matplotlib as mpl

    folders = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
    for package in PACKAGES:
        found = importlib.util.find_spec(package)
        if found is not None and found.origin is not None:
            folders.append(Path(found.origin).parent / "files")
    files = [path for folder in folders for path in sorted(folder.glob("*.[to]tf"))]
    without_letters = ("STIX", "cm", "LastResort", "DejaVuSansDisplay", "DejaVuSerifDisplay")
    return tuple(path for path in files if not path.name.startswith(without_letters))


@functools.lru_cache(512)
def _font(index: int, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_files()[index]), size_px)


def any_font(random: Random) -> int:
    """The number of a random font: each package is as likely, however many weights it has."""
    families = sorted({path.parent for path in font_files()})
    family = families[random.integers(len(families))]
    return int(random.choice([index for index, path in enumerate(font_files()) if path.parent == family]))


def any_word(random: Random) -> str:
    """A word, a number, or a name in capitals."""
    kind = random.random()
    if kind < 0.4:
        return "".join(random.choice(list(_DIGITS + ".,-/:"), size=int(random.integers(1, 7))))
    letters = "".join(random.choice(list(_SMALL), size=int(random.integers(2, 10))))
    if kind < 0.5:
        return letters.upper()
    return letters.capitalize() if kind < 0.65 else letters


def print_text(text: str, font: int, size_px: int) -> NDArray[np.uint8]:
    """A line of text, uint8 (h, w), ink = 255, cut to its ink; (0, 0) if there is none."""
    face = _font(font, max(6, size_px))
    left, top, right, bottom = (int(side) for side in face.getbbox(text))
    if right <= left or bottom <= top:
        return np.zeros((0, 0), np.uint8)
    canvas = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), text, fill=255, font=face)
    return np.asarray(canvas, np.uint8)
