"""The text of UNIPEN 1.0: pen components, segments, and what in a file is wrong. Nothing in it raises.

Source: Guyon et al. 1994, "UNIPEN project of on-line data exchange and recognizer benchmarks".
"""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_app.errors import DigitsError

Points = NDArray[np.float64]
KEYWORDS = frozenset({
    "KEYWORD", "RESERVE", "COMMENT", "INCLUDE", "VERSION", "DATA_SOURCE", "DATA_ID", "DATA_CONTACT", "DATA_INFO",
    "SETUP", "PAD", "ALPHABET", "ALPHABET_FREQ", "LEXICON_SOURCE", "LEXICON_ID", "LEXICON_CONTACT", "LEXICON_INFO",
    "LEXICON", "LEXICON_FREQ", "X_DIM", "Y_DIM", "H_LINE", "V_LINE", "X_POINTS_PER_INCH", "Y_POINTS_PER_INCH",
    "Z_POINTS_PER_INCH", "X_POINTS_PER_MM", "Y_POINTS_PER_MM", "Z_POINTS_PER_MM", "POINTS_PER_GRAM",
    "POINTS_PER_SECOND", "COORD", "HIERARCHY", "SEGMENT", "DATE", "STYLE", "WRITER_ID", "COUNTRY", "HAND", "AGE",
    "SEX", "SKILL", "WRITER_INFO", "PEN_DOWN", "PEN_UP", "DT", "START_SET", "START_BOX", "REC_TIME", "REC_LABELS",
    "REC_SCORES", "TRAINING_SET", "TEST_SET", "ADAPT_SET", "LEXICON_SET",
})  # fmt: skip
# A file names its documentation and its strokes; more than this is a tree that includes itself over and over.
MAX_INCLUDES = 64
MAX_COMPONENTS = 5000
MAX_COORDINATE = 1e9
_KEYWORD = re.compile(r"^\.([A-Z][A-Z0-9_]*)", re.MULTILINE)
_SEGMENT = re.compile(r'\s*(\S+)\s+(\S+)\s+(\S+)\s+"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PART = re.compile(r"(\d{1,9})(?::(\d{1,9}))?(?:-(\d{1,9})(?::(\d{1,9}))?)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# `\@` is the stroke that joins two letters; it stands for no character.
_ESCAPES = {"t": " ", "n": " ", "@": ""}
# A file without strokes among those that are missing leaves the components' numbers as they are.
_STROKELESS = (".doc", ".lex", ".freq", ".inc")


class SegmentError(DigitsError, ValueError):
    """Why a segment is left out; its text is one of a few kinds."""


@dataclass(frozen=True, slots=True)
class Component:
    """One .PEN_DOWN or .PEN_UP with points, read when a segment asks for it."""

    text: str
    down: bool
    writer: str
    axes: tuple[int, int, int] | None

    def points(self) -> Points:
        """float64 (N, 2), x and y as the tablet gave them, y upwards; raises SegmentError."""
        columns = self.axes or (0, 1, len(self.text.strip().split("\n", 1)[0].split()))
        try:
            values = np.array(self.text.split(), np.float64)
        except ValueError:
            raise SegmentError("points that are no numbers") from None
        if columns[2] < 2 or values.size % columns[2] or not (np.abs(values) <= MAX_COORDINATE).all():
            raise SegmentError("points that are no numbers")
        return values.reshape(-1, columns[2])[:, columns[:2]]


@dataclass(frozen=True, slots=True)
class Segment:
    """A .SEGMENT line.

    Attributes:
        where: delineation, such as `7`, `7-9`, `7:3-9:12` or `7,9`.
    """

    where: str
    quality: str
    label: str


@dataclass
class Document:
    """A file with all that it includes.

    Attributes:
        contributor: folder of the first included file, "" if it includes none.
        shifted: whether strokes may be missing, and with them the later components' numbers be wrong.
        faults: what is wrong, as (kind, example).
    """

    contributor: str = ""
    components: list[Component] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    shifted: bool = False
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)


class _Reader:
    def __init__(self, include: Callable[[str], str | None]) -> None:
        self.document = Document()
        self._include, self._included = include, 0
        self._open: list[str] = []
        self._writer = ""
        self._axes: tuple[int, int, int] | None = None

    def read(self, text: str) -> None:
        starts = list(_KEYWORD.finditer(text))
        ends = [match.start() for match in starts[1:]] + [len(text)]
        for match, end in zip(starts, ends, strict=True):
            self._take(match[1], text[match.end() : end])

    def _take(self, keyword: str, text: str) -> None:
        document = self.document
        if keyword in ("PEN_DOWN", "PEN_UP"):
            if text and not text.isspace():
                document.components.append(Component(text, keyword == "PEN_DOWN", self._writer, self._axes))
        elif keyword == "SEGMENT":
            match = _SEGMENT.match(text)
            if match is None:
                document.faults["broken segment", " ".join(text.split())[:60]] += 1
            else:
                document.segments.append(Segment(match[2], match[3], _unescaped(match[4])))
        elif keyword == "WRITER_ID":
            self._writer = " ".join(text.split())
        elif keyword == "COORD":
            names = text.split()
            known = "X" in names and "Y" in names
            self._axes = (names.index("X"), names.index("Y"), len(names)) if known else None
        elif keyword == "INCLUDE":
            self._take_included("".join(text.split(maxsplit=1)[:1]))
        elif keyword not in KEYWORDS:
            document.faults["unknown keyword", keyword[:60]] += 1

    def _take_included(self, name: str) -> None:
        path = posixpath.normpath(name) if name else ""
        self._included += 1
        text = None
        if not path or path.startswith(("/", "..")):
            self.document.faults["include outside the tree", path[:200]] += 1
        elif self._included > MAX_INCLUDES or path in self._open:
            self.document.faults["include without end", path[:200]] += 1
        else:
            text = self._include(path)
            self.document.contributor = self.document.contributor or path.split("/")[0]
            if text is None:
                self.document.faults["missing include", path[:200]] += 1
        if text is None:
            self.document.shifted |= not path.endswith(_STROKELESS)
            return
        self._open.append(path)
        self.read(text)
        self._open.pop()


def read_document(text: str, include: Callable[[str], str | None]) -> Document:
    """Reads a file of the tree's `data`.

    Args:
        text: of the file.
        include: gives the text of a file by its path below the tree's `include`, None if it is not there.
    """
    reader = _Reader(include)
    reader.read(text)
    return reader.document


def strokes_of(document: Document, segment: Segment) -> tuple[str, list[Points]]:
    """The writer's ID, "" if none is named, and a segment's strokes float64 (N, 2), y upwards; raises SegmentError."""
    if document.shifted:
        raise SegmentError("strokes in a missing include")
    pieces = list(_pieces(segment.where, document.components))
    strokes = [component.points()[span] for component, span in pieces if component.down]
    strokes = [stroke for stroke in strokes if len(stroke)]
    if not strokes:
        raise SegmentError("no stroke")
    writers = {component.writer for component, _ in pieces}
    if len(writers) > 1:
        raise SegmentError("more than one writer")
    return writers.pop(), strokes


def _pieces(where: str, components: list[Component]) -> Iterator[tuple[Component, slice]]:
    taken = 0
    for part in where.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise SegmentError("broken delineation")
        first, start, last, end = (None if group is None else int(group) for group in match.groups())
        first = first or 0
        # `a:p` alone is that one point.
        last, end = (first, start) if last is None else (last, end)
        if last < first or (last == first and end is not None and start is not None and end < start):
            raise SegmentError("broken delineation")
        if last >= len(components):
            raise SegmentError("components that are not there")
        taken += last - first + 1
        if taken > MAX_COMPONENTS:
            raise SegmentError("broken delineation")
        for number in range(first, last + 1):
            from_point = start if number == first else None
            to_point = end + 1 if number == last and end is not None else None
            yield components[number], slice(from_point, to_point)


def _unescaped(label: str) -> str:
    plain = _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), label)
    return " ".join(plain.split())
