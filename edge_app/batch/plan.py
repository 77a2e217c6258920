"""What a run is and what it has to do, written down before the first page is read, so that a later run can resume."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files.atomic import write_atomically
from .sources import SourceFile
from .spans import LeftOut, Span, Task, count_pages, cut

FORMAT = 3
RUN_NAME, PLAN_NAME, LEFT_OUT_NAME = "run.json", "plan.jsonl.gz", "left_out.jsonl"
TASKS_A_PART = 32
# What a run that was killed while it planned leaves.
PLANNING = {".lock", PLAN_NAME, LEFT_OUT_NAME}


@dataclass(frozen=True)
class Identity:
    """What makes two runs the same run.

    Attributes:
        sources: without passwords.
        listing_sha256: of the files' paths and sizes.
        model_sha256: of the classifier.
        detector_sha256: of the detector.
        sequence_sha256: of the sequence reader.
        runtime: "litert" or "tflite-runtime".
        formats: of the output.
        batch_pages: pages in a task.
        dpi: at which PDFs are drawn.
        rotate: see views.View.
        regions: as --region takes them.
        format: of this file.
        form_sha256: of the form that is read, see described.sha256; "" for all digits.
    """

    sources: tuple[str, ...]
    listing_sha256: str
    model_sha256: str
    detector_sha256: str
    sequence_sha256: str
    runtime: str
    formats: tuple[str, ...]
    batch_pages: int
    dpi: int
    rotate: str = "auto"
    regions: tuple[str, ...] = ()
    format: int = FORMAT
    form_sha256: str = ""


@dataclass(frozen=True)
class Plan:
    """A run's size: how many pages there are to read, in how many parts, and how many files are left out."""

    pages: int
    parts: int
    left_out: int = 0


def hash_listing(files: Iterable[SourceFile]) -> str:
    """SHA-256 of the files' paths and sizes, hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(json.dumps([file.root, file.path, file.size_bytes]).encode() + b"\n")
    return digest.hexdigest()


def read_plan(output: Path, identity: Identity) -> Plan | None:
    """The plan of the run that this folder holds; None if it holds none yet.

    Raises:
        OutputError: it holds another run, or other things.
    """
    path = output / RUN_NAME
    if not path.exists():
        foreign = sorted(found.name for found in output.iterdir() if found.name not in PLANNING)
        if foreign:
            raise OutputError(
                f"expected a new or empty folder for --output, got {output} with {foreign[0]} in it; choose another"
            )
        return None
    try:
        record = json.loads(path.read_bytes())
        plan = Plan(int(record["pages"]), int(record["parts"]), int(record.get("left_out", 0)))
        earlier = record["run"]
        if not (output / PLAN_NAME).exists() or not isinstance(earlier, dict):
            raise KeyError(PLAN_NAME)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"expected a run's folder, got {output} with a damaged {RUN_NAME}; choose another") from error
    _require_same(output, earlier, json.loads(json.dumps(asdict(identity))))
    return plan


def write_plan(output: Path, identity: Identity, found: Iterable[Span | LeftOut]) -> Plan:
    """Writes down all that is to be done, and what is left out; raises OutputError."""
    lines, left_out = io.BytesIO(), _LeftOutFile()
    pages = tasks = 0
    with gzip.GzipFile(fileobj=lines, mode="wb", mtime=0, compresslevel=6) as file:
        for task in cut(left_out.without(found), identity.batch_pages):
            file.write(json.dumps([span.to_json() for span in task], separators=(",", ":")).encode() + b"\n")
            pages, tasks = pages + count_pages(task), tasks + 1
    plan = Plan(pages, -(-tasks // TASKS_A_PART), left_out.count)
    left_out.write(output / LEFT_OUT_NAME)
    write_atomically(output / PLAN_NAME, lines.getvalue())
    record = {"run": asdict(identity), **asdict(plan)}
    write_atomically(output / RUN_NAME, json.dumps(record, indent=1).encode())
    return plan


def planned_parts(output: Path) -> Iterator[tuple[int, list[Task]]]:
    """Number and tasks of each part, read as they are asked for; raises OutputError if the plan is damaged."""
    try:
        with gzip.open(output / PLAN_NAME) as lines:
            part: list[Task] = []
            number = 0
            for line in lines:
                part.append(tuple(Span.from_json(values) for values in json.loads(line)))
                if len(part) == TASKS_A_PART:
                    yield number, part
                    part, number = [], number + 1
            if part:
                yield number, part
    except (OSError, EOFError, ValueError, TypeError, zlib.error) as error:
        raise OutputError(
            f"expected a run's folder, got {output} with a damaged {PLAN_NAME}; choose another"
        ) from error


class _LeftOutFile:
    """One JSON object a line for each file that is left out; no file if there is none."""

    def __init__(self) -> None:
        self.count = 0
        self._lines = io.BytesIO()

    def without(self, found: Iterable[Span | LeftOut]) -> Iterator[Span]:
        """Passes on what is to be read, and keeps the rest."""
        for each in found:
            if isinstance(each, Span):
                yield each
            else:
                self.count += 1
                self._lines.write(json.dumps(asdict(each), ensure_ascii=False).encode() + b"\n")

    def write(self, path: Path) -> None:
        """Writes it, or sweeps away the one of a run that was killed while it planned."""
        if self.count:
            write_atomically(path, self._lines.getvalue())
        else:
            path.unlink(missing_ok=True)


def _require_same(output: Path, earlier: dict[str, Any], now: dict[str, Any]) -> None:
    for key, value in now.items():
        # Runs of before there were forms read none.
        if earlier.get(key, "") != value:
            if key == "listing_sha256":
                what = "its sources have other files than when it was planned; bring them back as they were"
            else:
                what = f"its {key} was {earlier.get(key)}, not {value}; give the same command"
            raise OutputError(f"expected --output {output} of this very run, got another: {what}, or choose another")
