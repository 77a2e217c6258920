"""The output folder: parts whole or not at all, and no two runs in it."""

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet
import pytest

from edge_app.batch.models import Models
from edge_app.batch.parts import FORMATS, SCHEMA, PartCounts, Parts, locked
from edge_app.batch.reader import PageResult, lost_page
from edge_app.errors import OutputError

MODELS = Models(b"classifier", b"detector", b"sequence", "litert")
ROW = {
    "source": "a.png",
    "page": 1,
    "line": 1,
    "region": "total",
    "text": "4",
    "boxes": [[1, 2, 3, 4]],
    "confidences": [0.5],
    "guesses": [None],
    "turn": 180,
}
RESULTS = [PageResult("a.png", 1, (ROW,)), PageResult("b.png", 1), lost_page("c.png", 1, "expected\nmore")]


@dataclass(frozen=True)
class Written:
    """A folder with one part."""

    folder: Path
    parts: Parts


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Three pages: one string, none, and an error."""
    parts = Parts(tmp_path, FORMATS, MODELS)
    assert parts.write(0, RESULTS) == PartCounts(pages=3, strings=1, errors=1)
    return Written(tmp_path, parts)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 100 bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_both_formats_have_the_same_rows(written: Written) -> None:
    """One row a digit string, with the models' hashes."""
    (row,) = pyarrow.parquet.read_table(written.folder / "parquet").to_pylist()
    line = (written.folder / "jsonl" / "part-000000.jsonl").read_text()
    assert row == json.loads(line)
    assert list(row) == SCHEMA.names
    hashes = {
        "model_sha256": MODELS.classifier_sha256,
        "detector_sha256": MODELS.detector_sha256,
        "sequence_sha256": MODELS.sequence_sha256,
    }
    assert len(set(hashes.values())) == 3
    assert row == {**ROW, **hashes}


def test_errors_are_in_a_part_of_their_own(written: Written) -> None:
    """With their reason in one line."""
    (line,) = (written.folder / "errors" / "part-000000.jsonl").read_text().splitlines()
    assert json.loads(line) == {"source": "c.png", "page": 1, "reason": "expected more"}


def test_a_part_is_done_once_its_marker_is_there(written: Written) -> None:
    """Another one is not."""
    assert written.parts.counts(0) == PartCounts(3, 1, 1)
    assert written.parts.counts(1) is None


@pytest.mark.parametrize("name", ["parquet/part-000000.parquet", "errors/part-000000.jsonl", "done/part-000000.json"])
def test_a_part_without_one_of_its_files_is_not_done(name: str, written: Written) -> None:
    """Deleting the errors is how they are tried again; a cut file is as good as none."""
    path = written.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    assert written.parts.counts(0) is None
    path.unlink()
    assert written.parts.counts(0) is None


def test_errors_that_are_mended_leave_no_part(written: Written) -> None:
    """A part that is written again is as if it had been written once."""
    written.parts.write(0, RESULTS[:1])
    assert list((written.folder / "errors").iterdir()) == []


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """No marker, so the part is written again later."""
    parts = Parts(tmp_path, FORMATS, MODELS)
    with full_disk(), pytest.raises(OutputError, match=r"expected .*, got .*; choose another"):
        parts.write(0, RESULTS)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert parts.counts(0) is None


def test_two_runs_cannot_write_to_one_folder(tmp_path: Path) -> None:
    """The second one says so; after the first it may."""
    with locked(tmp_path), pytest.raises(OutputError, match="which another run writes to"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_what_a_killed_run_left_half_written_is_swept_away(written: Written) -> None:
    """And nothing else is."""
    before = sorted(written.folder.rglob("*"))
    for name in ("parquet/.part-000001.parquet.x1", "done/.part-000001.json.x2", ".run.json.x3", ".plan.jsonl.gz.x4"):
        (written.folder / name).touch()
    with locked(written.folder):
        pass
    assert sorted(written.folder.rglob("*")) == sorted([*before, written.folder / ".lock"])


def test_nowhere_to_write_is_one_clear_line(tmp_path: Path) -> None:
    """A file instead of a folder."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--output"), locked(tmp_path / "file"):
        pass
