"""Printed text in the fonts at hand."""

import functools
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Random = np.random.Generator
# Free fonts as packages (Apache 2.0, SIL OFL 1.1); matplotlib brings DejaVu.
PACKAGES = ("font_roboto", "font_source_serif_pro", "font_source_sans_pro", "font_caladea", "font_fredoka_one",
            "font_hanken_grotesk", "font_amatic_sc", "font_intuitive")  # fmt: skip
_SMALL, _CAPITAL, _DIGITS = "abcdefghijklmnopqrstuvwxyzäöüßé", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


# More of them (SIL OFL 1.1), for pages on which UNIPEN's writers write: as in forms, of typewriters, bold, condensed.
MORE_PACKAGES = ("font_lato", "font_fjallaone", "font_manrope", "font_rhd", "fontpkg_arimo", "fontpkg_pt_sans",
                 "fontpkg_pt_serif", "fontpkg_ibm_plex_mono", "fontpkg_zilla_slab", "fontpkg_arvo",
                 "fontpkg_crimson_text", "fontpkg_barlow_condensed", "fontpkg_open_sans",
                 "fontpkg_alfa_slab_one")  # fmt: skip
# A variable font, known by the axes in its name, is printed in these weights.
_WEIGHTS, _VARIABLE, _BOLD_FROM = (400, 700), "[", 700
# Drawn like handwriting: among real hands nothing would tell their digits from a pen's.
_LIKE_A_HAND = ("AmaticSC", "Intuitive")
_BOLD = ("Bold", "Black", "FjallaOne", "AlfaSlab", "Fredoka")


@dataclass(frozen=True)
class Face:
    """A font's file and, of a variable one, its weight."""

    path: Path
    weight: int | None = None

    @property
    def bold(self) -> bool:
        """Whether its strokes are heavy."""
        return any(name in self.path.name for name in _BOLD) or (self.weight or 0) >= _BOLD_FROM


@functools.cache
def font_files() -> tuple[Path, ...]:
    """Paths of the fonts of PACKAGES that are installed, sorted."""
    import matplotlib as mpl

    files = _files((Path(mpl.get_data_path()) / "fonts" / "ttf", *_folders(PACKAGES)))
    without_letters = ("STIX", "cm", "LastResort", "DejaVuSansDisplay", "DejaVuSerifDisplay")
    return tuple(path for path in files if not path.name.startswith(without_letters))


@functools.cache
def faces() -> tuple[Face, ...]:
    """All that is installed: font_files first, in their order, then those of MORE_PACKAGES."""
    more = [path for path in _files(_folders(MORE_PACKAGES)) if "VariableFont" not in path.name]
    fixed = [Face(path) for path in (*font_files(), *(path for path in more if _VARIABLE not in path.name))]
    return (*fixed, *(Face(path, weight) for path in more if _VARIABLE in path.name for weight in _WEIGHTS))


def _folders(packages: Iterable[str]) -> list[Path]:
    found = [importlib.util.find_spec(package) for package in packages]
    return [Path(spec.origin).parent / "files" for spec in found if spec is not None and spec.origin is not None]


def _files(folders: Iterable[Path]) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.glob("*.[to]tf"))]


@functools.lru_cache(512)
def _font(index: int, size_px: int) -> ImageFont.FreeTypeFont:
    face = faces()[index]
    font = ImageFont.truetype(str(face.path), size_px)
    if face.weight is not None:
        axes = font.get_variation_axes()
        weight = float(face.weight)
        font.set_variation_by_axes(
            [weight if axis["name"] == b"Weight" else float(axis["default"] or 0) for axis in axes]
        )
    return font


def any_font(random: Random, more: bool = False, bold: bool = False) -> int:
    """The number of a random face: each package is as likely, however many weights it has.

    Args:
        random: chooses.
        more: out of all faces but those that are like a hand's, not only out of font_files.
        bold: out of the heavy ones.
    """
    families = _families(more, bold)
    return int(random.choice(families[random.integers(len(families))]))


@functools.cache
def _families(more: bool, bold: bool) -> tuple[tuple[int, ...], ...]:
    """Numbers of faces, by folder."""
    found: dict[Path, list[int]] = {}
    for number, face in enumerate(faces() if more else faces()[: len(font_files())]):
        if (face.bold or not bold) and not (more and face.path.name.startswith(_LIKE_A_HAND)):
            found.setdefault(face.path.parent, []).append(number)
    return tuple(tuple(found[folder]) for folder in sorted(found))


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
