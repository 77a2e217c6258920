"""`python -m edge_app bench`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_app.bench import draw_frame
from edge_app.bench_report import print_comparison, read_results
from edge_app.cli import main
from edge_app.errors import BenchError
from edge_app.page_reader import PageReader

EXAMPLE = Path(__file__).parent.parent / "pages" / "example.jpg"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A real bench of three frames on one runtime, as a file, and what it printed."""
    path = tmp_path_factory.mktemp("bench") / "now.json"
    command = [sys.executable, "-m", "edge_app", "bench", str(EXAMPLE), "--frames", "3", "--threads", "1"]
    done = subprocess.run(
        [*command, "--runtime", "litert", "--json", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return path, done.stdout


def test_stages_memory_and_start_up_are_told(measured: tuple[Path, str]) -> None:
    """The table and the JSON have each stage, and the parts are less than all."""
    path, printed = measured
    (result,) = json.loads(path.read_text())["results"]
    (page,) = result["pages"]
    medians = {stage: times["p50_ms"] for stage, times in page["stages"].items()}
    assert {"ink", "candidates", "wholes", "joined", "belief", "lines", "all"} <= set(medians)
    assert all(name in printed for name in medians)
    assert page["digits"] > 20
    assert page["frames"] == 3
    assert 0 < result["first_page_over_libraries_mb"] < result["peak_mb"]
    assert result["start_up_ms"] > medians["all"]


def test_a_bench_compares_with_itself(measured: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every ratio is 1."""
    record = read_results(measured[0])
    print_comparison(record, record)
    rows = capsys.readouterr().out.strip().splitlines()[1:]
    assert rows
    assert all(row.endswith("1.00x") for row in rows)


def test_nothing_in_common_is_said(measured: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Other threads are no comparison."""
    record: dict[str, Any] = json.loads(measured[0].read_text())
    other = {**record, "results": [{**record["results"][0], "threads": 7}]}
    print_comparison(other, record)
    assert "nothing to compare" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "", "[]", '{"format": 99}', '{"format": 1, "results": [1]}'])
def test_what_is_no_bench_is_refused(content: str | None, tmp_path: Path) -> None:
    """A missing file, or JSON of something else: one clear line."""
    path = tmp_path / "old.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BenchError, match="expected what edge_app bench --json wrote"):
        read_results(path)


def test_an_unreadable_image_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The child's error comes through."""
    assert main(["bench", str(tmp_path / "none.jpg"), "--frames", "1", "--threads", "1", "--runtime", "litert"]) == 1
    assert "edge_app: error: expected" in capfd.readouterr().err


def test_the_drawn_frame_is_read() -> None:
    """What is measured is real reading: most of the ten digits on the drawn frame are read."""
    from edge_app import DigitClassifier

    page = PageReader(DigitClassifier.load()).read(draw_frame((640, 480)))
    assert sum(len(line.digits) for line in page.lines) >= 8
