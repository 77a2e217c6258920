"""`python -m edge_app read`: pictures and documents to lines of text or JSON."""

import codecs
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..documents.decoder import Decoder
from ..documents.find import STDIN, Found, find_documents
from ..documents.opened import open_pages
from ..errors import ImageError
from ..host.printable import printable
from ..page.drawing import AnnotatedNames, annotate, save_image
from ..page.explain import explain
from ..page.reader import PageReader
from ..page.record import to_record
from ..page.regions import labelled
from ..page.views import View, ViewReader
from ..store.choice import ModelChoice, chosen_classifier

# From this many files on batch is the better tool.
MANY = 1000
# File systems take 255 bytes.
MAX_STEM_BYTES, MAX_SUFFIX = 150, 10


@dataclass(frozen=True)
class ReadSettings:
    """What to read, how, and where to.

    Attributes:
        sources: files, folders, globs, URLs, or - for standard input.
        view: of each image.
        model: reads them.
        json: whether one JSON object a page is printed, not its text.
        annotate: folder of the images with what was read drawn on them, or None.
        explain: folder of a picture of each stage, or None.
    """

    sources: Sequence[str]
    view: View
    model: ModelChoice
    json: bool = False
    annotate: Path | None = None
    explain: Path | None = None


def read_files(settings: ReadSettings) -> int:
    """Reads each page and prints it; an unreadable one does not stop the others. Returns the exit code."""
    found = find_documents(settings.sources)
    documents = without_left_out(found, settings.sources)
    names = _PictureNames()
    failed = False
    with closing(Decoder()) as decoder:
        # It gets ready while the models are loaded.
        decoder.start()
        reader = PageReader(chosen_classifier(settings.model), traced=settings.explain is not None)
        for document in documents:
            for record in _read_document(reader, document, settings, names, decoder):
                failed = failed or "error" in record
                if settings.json:
                    print(json.dumps(record, ensure_ascii=not speaks_utf_8()), flush=True)
                elif "error" in record:
                    print(f"edge_app: error: {record['error']}", file=sys.stderr)
                else:
                    _print_text(record, many=len(documents) > 1)
    return int(failed)


def without_left_out(found: Sequence[Found], images: Sequence[str]) -> list[Found]:
    """What is to be read; stderr gets the rest, and a better tool for many files."""
    documents = [document for document in found if document.left_out is None]
    for document in found:
        if document.left_out is not None:
            print(f"edge_app: left out: {document.name} ({document.left_out})", file=sys.stderr)
    if len(documents) >= MANY:
        print(
            f"edge_app: {len(documents)} files, read one after the other; on all cores, and resumable: "
            f"python -m edge_app batch {shlex.join(images)} --output DIR",
            file=sys.stderr,
        )
    return documents


def _read_document(
    reader: PageReader, document: Found, settings: ReadSettings, names: "_PictureNames", decoder: Decoder
) -> Iterator[dict[str, Any]]:
    """The JSON object of each page."""
    for page in open_pages(document, decoder):
        number = {} if page.number is None else {"page": page.number}
        if isinstance(page.pixels, str):
            record = {"source": document.name, "error": printable(page.pixels)}
        else:
            try:
                record = _read_one(reader, page.pixels, document.name, names.of(document, page.number), settings)
            except ImageError as error:
                record = {"source": document.name, "error": printable(str(error))}
        yield {"source": record.pop("source"), **number, **record}


class _PictureNames:
    """What the pictures of each page are named after; two files of one name in two folders get two."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()
        self._annotated = AnnotatedNames()

    def of(self, document: Found, page: int | None) -> tuple[str, str]:
        """Of the annotated picture, and what those of the stages begin with."""
        name = "stdin" if document.source == STDIN else _shortened(PurePosixPath(document.name).name)
        name = name if page is None else f"{name}-{page}"
        self._used[name] += 1
        own = name if self._used[name] == 1 else f"{name}~{self._used[name]}"
        return self._annotated.of(own), own


def _shortened(name: str) -> str:
    """A file's name that leaves room for marks, a stage's name and a temporary file's letters; its suffix stays."""
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix) < MAX_SUFFIX else ""
    stem = name.removesuffix(suffix)
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore") + suffix


def _read_one(
    reader: PageReader, image: NDArray[np.uint8], source: str, names: tuple[str, str], settings: ReadSettings
) -> dict[str, Any]:
    started = time.perf_counter()
    views = ViewReader(reader, settings.view)
    page = views.read_and_advise(image)
    latency_ms = (time.perf_counter() - started) * 1000
    advice = views.advice(page)
    if advice is not None:
        print(f"edge_app: {source} {advice}", file=sys.stderr, flush=True)
    if settings.annotate is not None:
        save_image(annotate(image, page), settings.annotate / names[0])
    if settings.explain is not None:
        for stage, picture in explain(image, page).items():
            save_image(picture, settings.explain / f"{names[1]}-{stage}.png")
    return to_record(page, source, latency_ms)


def speaks_utf_8() -> bool:
    """Whether standard output takes every letter."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"


def _print_text(record: dict[str, Any], many: bool) -> None:
    if "page" in record:
        print(f"{record['source']}, page {record['page']}:")
    elif many:
        print(f"{record['source']}:")
    for line in record["lines"]:
        print(labelled(line.get("region"), line["text"]), flush=True)
