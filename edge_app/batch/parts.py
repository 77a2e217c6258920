"""The output folder: results in parts, each written whole; a part's marker in `done/`, written last, is its commit."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from ..errors import OutputError
from ..files.atomic import require_writable, write_atomically
from ..files.lock import alone
from .form_rows import as_csv
from .models import Models
from .reader import PageResult

FORMATS = ("parquet", "jsonl")
FORM_FORMATS = (*FORMATS, "csv")
FOLDERS = (*FORM_FORMATS, "errors", "done")
# Temporary files of write_atomically.
HALVES = (".part-*.*", ".run.json.*", ".plan.*", ".left_out.*", ".form.*")
SCHEMA = pyarrow.schema(
    [
        ("source", pyarrow.string()),
        ("page", pyarrow.int32()),
        ("line", pyarrow.int32()),
        # Null where the whole page was read.
        ("region", pyarrow.string()),
        ("text", pyarrow.string()),
        # x, y, width and height in pixels of the page as it lies in its source, a digit each.
        ("boxes", pyarrow.list_(pyarrow.list_(pyarrow.int32(), 4))),
        ("confidences", pyarrow.list_(pyarrow.float32())),
        # Of doubtful digits, "?" in the text, the likeliest; null of those that are read.
        ("guesses", pyarrow.list_(pyarrow.int8())),
        # By how many degrees clockwise the page was turned to read it.
        ("turn", pyarrow.int16()),
        ("model_sha256", pyarrow.string()),
        ("detector_sha256", pyarrow.string()),
        ("sequence_sha256", pyarrow.string()),
    ]
)


@dataclass(frozen=True)
class PartCounts:
    """What is in a part: pages, digit strings, and pages that could not be read."""

    pages: int = 0
    strings: int = 0
    errors: int = 0

    def __add__(self, other: "PartCounts") -> "PartCounts":
        return PartCounts(self.pages + other.pages, self.strings + other.strings, self.errors + other.errors)


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Makes the folder and keeps other runs out of it; what a killed run left half-written is swept away.

    Raises:
        OutputError: it cannot be written, or another run is at it.
    """
    require_writable(output)
    taken = OutputError(
        f"expected a folder of one run, got {output}, which another run writes to; wait or choose another"
    )
    with alone(output / ".lock", taken):
        for folder in (output, *(output / name for name in FOLDERS)):
            for half in (found for pattern in HALVES for found in folder.glob(pattern)):
                half.unlink(missing_ok=True)
        yield


class Parts:
    """The parts of one run.

    Args:
        output: the folder.
        formats: some of FORM_FORMATS.
        models: what reads; each row has their hashes.
        schema: of the rows, if not SCHEMA; CSV is for forms alone.
    """

    def __init__(
        self, output: Path, formats: Sequence[str], models: Models, schema: pyarrow.Schema | None = None
    ) -> None:
        self._output, self._formats = output, formats
        self._schema = SCHEMA if schema is None else schema
        self._hashes = {
            "model_sha256": models.classifier_sha256,
            "detector_sha256": models.detector_sha256,
            "sequence_sha256": models.sequence_sha256,
        }

    def counts(self, number: int) -> PartCounts | None:
        """What is in a part; None if it is not done, or a file of it is gone or has another size."""
        try:
            marker = json.loads((self._output / part_file("done", number)).read_bytes())
            for name, size_bytes in marker["files"].items():
                if (self._output / name).stat().st_size != size_bytes:
                    return None
            return PartCounts(**marker["counts"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, number: int, results: Sequence[PageResult]) -> PartCounts:
        """Writes a part's files and then its marker; raises OutputError, for example when the disk is full."""
        rows = [{**row, **self._hashes} for result in results for row in result.rows]
        errors = [
            {"source": result.source, "page": result.page, "reason": result.error}
            for result in results
            if result.error is not None
        ]
        counts = PartCounts(len(results), len(rows), len(errors))
        files = {part_file(name, number): self._as(name, rows) for name in self._formats}
        if errors:
            files[part_file("errors", number)] = _as_jsonl(errors)
        else:
            # A run that was killed before its marker may have seen errors that have been fixed since.
            (self._output / part_file("errors", number)).unlink(missing_ok=True)
        for name, content in files.items():
            write_atomically(self._output / name, content)
        marker = {"counts": asdict(counts), "files": {name: len(content) for name, content in files.items()}}
        write_atomically(self._output / part_file("done", number), json.dumps(marker).encode())
        return counts

    def _as(self, kind: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
        if kind == "csv":
            return as_csv(rows, self._schema.names)
        return _as_parquet(rows, self._schema) if kind == "parquet" else _as_jsonl(rows)


def done_parts(output: Path) -> tuple[int, ...]:
    """The numbers of the parts that are done."""
    return tuple(sorted(int(path.stem.removeprefix("part-")) for path in (output / "done").glob("part-*.json")))


def part_file(folder: str, number: int) -> str:
    """A part's file in the run's folder."""
    suffix = {"parquet": "parquet", "csv": "csv", "done": "json"}.get(folder, "jsonl")
    return f"{folder}/part-{number:06d}.{suffix}"


def _as_jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, default=float) + "\n" for row in rows).encode()


def _as_parquet(rows: Sequence[Mapping[str, Any]], schema: pyarrow.Schema) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema), file)
    return file.getvalue()
