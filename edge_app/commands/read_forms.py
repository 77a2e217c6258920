"""`python -m edge_app read --form`: pictures and documents of one form to its fields, as text, JSON or a table."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..documents.decoder import Decoder
from ..documents.find import Found, find_documents
from ..documents.opened import OpenedPage, open_pages
from ..errors import ImageError
from ..files.atomic import require_writable, write_atomically
from ..forms.described import DescribedForm
from ..forms.form_record import FormTable, to_lines, to_record
from ..forms.reading import FormReader
from ..host.printable import printable
from ..store.choice import ModelChoice, chosen_classifier
from .read_files import speaks_utf_8, without_left_out


@dataclass(frozen=True)
class FormSettings:
    """What to read, and where to.

    Attributes:
        sources: files, folders, globs, URLs, or - for standard input.
        form: what stands where.
        model: reads single digits.
        json: whether one JSON object a page is printed, not text.
        csv: file of the table, or None.
    """

    sources: Sequence[str]
    form: DescribedForm
    model: ModelChoice
    json: bool = False
    csv: Path | None = None


def read_forms(settings: FormSettings) -> int:
    """Reads each page's fields and prints them; an unreadable page does not stop the others.

    Returns:
        The exit code: 1 if a page could not be read, or is not the form.

    Raises:
        OptionError: a field has the name of another column of the table.
        OutputError: the table cannot be written; then there is none.
    """
    described = settings.form
    table = FormTable(described.form)
    if settings.csv is not None:
        require_writable(settings.csv.parent, "--csv")
    documents = without_left_out(find_documents(settings.sources), settings.sources)
    failed = False
    with closing(Decoder()) as decoder:
        # It gets ready while the models are loaded.
        decoder.start()
        reader = FormReader(described.form, chosen_classifier(settings.model), described.picture)
        for document in documents:
            for page in open_pages(document, decoder, luma=True):
                record, lines = _read_page(reader, document, page, table)
                failed = failed or "error" in record or not record["found"]
                _print(record, lines, settings.json, many=len(documents) > 1 or page.number is not None)
    if settings.csv is not None:
        write_atomically(settings.csv, table.content())
    return int(failed)


def _read_page(
    reader: FormReader, document: Found, page: OpenedPage, table: FormTable
) -> tuple[dict[str, Any], list[str]]:
    """The page's JSON object and its text; its row goes into the table."""
    number = {} if page.number is None else {"page": page.number}
    started = time.perf_counter()
    try:
        if isinstance(page.pixels, str):
            raise ImageError(page.pixels)
        reading = reader.read(page.pixels)
    except ImageError as error:
        table.add_error(document.name, page.number)
        return {"source": document.name, **number, "error": printable(str(error))}, []
    latency_ms = (time.perf_counter() - started) * 1000
    table.add(document.name, page.number, reading)
    record = to_record(reading, reader.form, document.name, latency_ms)
    return {"source": record.pop("source"), **number, **record}, to_lines(reading, reader.form)


def _print(record: dict[str, Any], lines: Sequence[str], as_json: bool, many: bool) -> None:
    name = record["source"] if "page" not in record else f"{record['source']} page {record['page']}"
    if as_json:
        print(json.dumps(record, ensure_ascii=not speaks_utf_8()), flush=True)
    elif "error" in record:
        print(f"edge_app: error: {record['error']}", file=sys.stderr)
    elif not record["found"]:
        print(
            f"edge_app: error: expected the form {printable(record['form'])} on {printable(name)}, got "
            f"{record['not_found']}; photograph all of it, or give its own --form-picture",
            file=sys.stderr,
        )
    else:
        if many:
            print(f"{printable(name)}:")
        print("\n".join(lines), flush=True)
