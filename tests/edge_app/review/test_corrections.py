"""What is said is on disk before the next field is shown, whatever happens after."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge_app.errors import OutputError
from edge_app.review import corrections
from edge_app.review.correction import Correction
from edge_app.review.corrections import Corrections

SAID = Correction("a.png", 1, "total", "127", "doubtful", "121", False, 1.5, "0-0-0")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a file that is not there yet."""
    return tmp_path / "corrections.jsonl"


def test_what_was_said_last_counts_and_can_be_taken_back(path: Path) -> None:
    """Also for whoever opens the file next; pages of one source are told apart."""
    kept = Corrections(path)
    other = replace(SAID, page=2, text="")
    kept.add(SAID)
    kept.add(other)
    kept.add(replace(SAID, text=None))
    assert [each.how for each in Corrections(path).all()] == ["blank", "unreadable"]
    assert kept.take_back(SAID.key) == replace(SAID, text=None)
    assert kept.take_back(SAID.key) is None
    assert Corrections(path).all() == (other,)


def test_each_word_for_what_was_done() -> None:
    """Taking a guess is not correcting it."""
    texts = ("121", "127", "", None)
    assert [replace(SAID, text=text).how for text in texts] == ["taken", "corrected", "blank", "unreadable"]


@pytest.mark.parametrize("torn", [b'{"source": "b.png"', b"{", '{"source": "ü'.encode()[:-1]])
def test_a_torn_last_line_costs_nothing_else(torn: bytes, path: Path) -> None:
    """As a power cut leaves it: the line goes, and the next one begins a line."""
    Corrections(path).add(SAID)
    with path.open("ab") as file:
        file.write(torn)
    kept = Corrections(path)
    kept.add(replace(SAID, page=2))
    assert [each.page for each in Corrections(path).all()] == [1, 2]


@pytest.mark.parametrize(
    "line", ["", "[]", "7", "{}", '{"source": 1, "page": 1, "field": "total"}', "nonsense", "[" * 5000, "x" * 40_000]
)
def test_damaged_lines_are_left_out(line: str, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The others stay, and the log says how many."""
    Corrections(path).add(SAID)
    with path.open("a") as file:
        file.write(line + "\n")
    Corrections(path).add(replace(SAID, page=2))
    assert [each.page for each in Corrections(path).all()] == [1, 2]
    assert "damaged lines" in caplog.text


def test_nothing_is_lost_when_the_process_is_killed(path: Path) -> None:
    """A process that is killed as soon as it says that a correction is kept has kept it."""
    code = (
        "import sys; from pathlib import Path; from edge_app.review.corrections import *\n"
        "kept = Corrections(Path(sys.argv[1]))\n"
        "for page in range(1000):\n"
        "    kept.add(Correction('a.png', page, 'total', '1', 'doubtful', None, False, 0.0, ''))\n"
        "    print(page, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for expected in range(5):
            assert int(process.stdout.readline()) == expected
        os.kill(process.pid, signal.SIGKILL)
        said = [int(line) for line in process.stdout]
    pages = [each.page for each in Corrections(path).all()]
    assert pages == list(range(len(pages)))
    assert len(pages) >= 5 + len(said)


def test_a_full_disk_is_one_error_and_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said is not kept, what was said before is."""
    kept = Corrections(path)
    kept.add(SAID)
    before = path.read_bytes()

    def full(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[:9])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corrections, "_write_all", full)
    with pytest.raises(OutputError, match="No space left"):
        kept.add(replace(SAID, page=2))
    assert path.read_bytes() == before
    assert kept.all() == (SAID,)


def test_the_file_stays_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often one says something else; and the oldest go, where that was asked for."""
    monkeypatch.setattr(corrections, "OLD_LINES", 10)
    kept = Corrections(path, most=3, oldest_go=True)
    for number in range(60):
        kept.add(replace(SAID, page=number % 5))
    assert len(path.read_text().splitlines()) <= 20
    assert [each.page for each in Corrections(path, most=3).all()] == [2, 3, 4]
    with pytest.raises(OutputError, match="expected at most 3"):
        Corrections(path, most=3).add(replace(SAID, page=9))
