"""What a run is, and that no other one goes on in its folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_app.batch.plan import (
    LEFT_OUT_NAME,
    PLAN_NAME,
    RUN_NAME,
    TASKS_A_PART,
    Identity,
    hash_listing,
    planned_parts,
    read_plan,
)
from edge_app.batch.plan import write_plan as write
from edge_app.batch.sources import SourceFile
from edge_app.batch.spans import LeftOut, Span
from edge_app.errors import OutputError

IDENTITY = Identity(("/scans",), "1" * 64, "2" * 64, "3" * 64, "4" * 64, "litert", ("parquet",), 2, 200)
SPANS = [Span(0, "/scans/a.pdf", pages=2 * TASKS_A_PART + 3), Span(0, "/scans/b.png")]


def test_the_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every page, in parts."""
    assert read_plan(tmp_path, IDENTITY) is None
    plan = write(tmp_path, IDENTITY, SPANS)
    assert plan == read_plan(tmp_path, IDENTITY)
    assert (plan.pages, plan.parts) == (2 * TASKS_A_PART + 4, 2)
    parts = dict(planned_parts(tmp_path))
    assert [len(tasks) for tasks in parts.values()] == [TASKS_A_PART, 2]
    assert parts[1][1] == (Span(0, "/scans/a.pdf", first=2 * TASKS_A_PART + 3), Span(0, "/scans/b.png"))


def test_what_is_left_out_is_written_down_and_counted(tmp_path: Path) -> None:
    """It takes no place among the pages; a killed run's record does not stay when there is nothing to tell."""
    left_out = [LeftOut("/scans/a.txt", "a .txt file"), LeftOut("/scans/loop", "a link to a folder")]
    plan = write(tmp_path, IDENTITY, [left_out[0], *SPANS, left_out[1]])
    assert read_plan(tmp_path, IDENTITY) == plan
    assert (plan.pages, plan.left_out) == (2 * TASKS_A_PART + 4, 2)
    (tmp_path / RUN_NAME).unlink()
    assert read_plan(tmp_path, IDENTITY) is None
    assert (tmp_path / LEFT_OUT_NAME).read_text().count("\n") == 2
    write(tmp_path, IDENTITY, SPANS)
    assert not (tmp_path / LEFT_OUT_NAME).exists()


def test_the_same_run_is_planned_the_same(tmp_path: Path) -> None:
    """To the byte, so that folders can be compared."""
    for name in "ab":
        write(tmp_path / name, IDENTITY, SPANS)
    assert (tmp_path / "a" / PLAN_NAME).read_bytes() == (tmp_path / "b" / PLAN_NAME).read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": ("/other",)}, "its sources was ['/scans'], not ['/other']"),
        ({"listing_sha256": "4" * 64}, "its sources have other files than when it was planned"),
        ({"model_sha256": "4" * 64}, "its model_sha256 was 222"),
        ({"detector_sha256": "5" * 64}, "its detector_sha256 was 333"),
        ({"sequence_sha256": "5" * 64}, "its sequence_sha256 was 444"),
        ({"runtime": "tflite-runtime"}, "its runtime was litert, not tflite-runtime"),
        ({"rotate": "180"}, "its rotate was auto, not 180"),
        ({"regions": ("total=1,2,33,40",)}, "its regions was [], not ['total=1,2,33,40']"),
        ({"batch_pages": 3}, "its batch_pages was 2, not 3"),
    ],
)
def test_another_run_is_refused(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    """The line says what differs."""
    write(tmp_path, IDENTITY, SPANS)
    with pytest.raises(OutputError) as caught:
        read_plan(tmp_path, replace(IDENTITY, **change))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    """Results are not mixed into somebody's photos; a plan without a run is one that was killed early."""
    (tmp_path / PLAN_NAME).touch()
    assert read_plan(tmp_path, IDENTITY) is None
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(OutputError, match=r"new or empty folder .* with photo\.jpg in it"):
        read_plan(tmp_path, IDENTITY)


def test_a_damaged_run_is_one_clear_line(tmp_path: Path) -> None:
    """Either of its files."""
    write(tmp_path, IDENTITY, SPANS)
    content = (tmp_path / PLAN_NAME).read_bytes()
    (tmp_path / PLAN_NAME).write_bytes(content[:-9])
    with pytest.raises(OutputError, match=f"a damaged {PLAN_NAME}"):
        list(planned_parts(tmp_path))
    (tmp_path / RUN_NAME).write_text("{}")
    with pytest.raises(OutputError, match=f"a damaged {RUN_NAME}"):
        read_plan(tmp_path, IDENTITY)


def test_the_listing_s_hash_tells_paths_and_sizes() -> None:
    """A file that came, went or grew makes it another run."""
    files = [SourceFile(0, "a.png", 5), SourceFile(0, "b.png", 5)]
    others = [files[:1], files[::-1], [files[0], replace(files[1], size_bytes=6)]]
    assert len({hash_listing(some) for some in (files, *others)}) == 4
