"""`python -m edge_app batch`: what is written, what is printed, and the exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from convert.report.card import ROOT
from edge_app.cli import main
from edge_app.model.file import embed_contract, parse_model
from edge_app.page.drawing import save_image
from edge_app.page.orientation import turned

from ..documents.made import as_file, as_pages, encrypted_pdf, write_tar, write_zip
from ..pages import blank, write

PAGES = 100
COUNTS = f"{PAGES} pages, {PAGES} digit strings, 0 unreadable pages, 3 files left out in "


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PAGES pages in documents of all kinds."""
    folder = tmp_path_factory.mktemp("scans")
    for number in range(25):
        (folder / f"{number:02d}.png").write_bytes(as_file(f"1{number}"))
    notes = {"notes.txt": b"no page", "__MACOSX/._0.png": b"no page"}
    write_zip(folder / "a.zip", notes | {f"{number}.png": as_file(f"2{number}") for number in range(25)})
    write_tar(folder / "b.tgz", {f"{number}.png": as_file(f"3{number}") for number in range(25)})
    (folder / "c.pdf").write_bytes(as_pages([f"4{number}" for number in range(12)], "PDF"))
    (folder / "d.tif").write_bytes(as_pages([f"7{number}" for number in range(13)], "TIFF"))
    (folder / "READ.ME").touch()
    return folder


@pytest.fixture(scope="module")
def undisturbed(scans: Path, scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on two workers."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    assert main([*command(scans, output), "--scheduler", scheduler]) == 0
    return output


def command(source: Path, output: Path) -> list[str]:
    """The run of the tests: one page a task, so that there are several parts."""
    return ["batch", str(source), "--output", str(output), "--format", "both", "--batch-pages", "1", "--dpi", "100"]


def files_of(output: Path) -> dict[str, bytes]:
    """Every file of a run."""
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def is_one_error(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    """Stderr ends with one clear line that has these words."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("edge_app: error:")]
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines[0]


def test_every_page_is_read(undisturbed: Path, scans: Path) -> None:
    """Each gives its digits, in the order of the sources, as Parquet and as JSON Lines."""
    rows = pyarrow.parquet.read_table(undisturbed / "parquet").to_pylist()
    assert len(rows) == PAGES
    texts = [row["text"] for row in rows]
    assert [text[0] for text in texts] == [*"1" * 25, *"2" * 25, *"3" * 25, *"4" * 12, *"7" * 13]
    assert rows[25]["source"] == f"{scans}/a.zip/0.png"
    assert (rows[86]["source"], rows[86]["page"], rows[86]["line"]) == (f"{scans}/c.pdf", 12, 1)
    assert all(len(row["boxes"]) == len(row["confidences"]) == len(row["text"]) for row in rows)
    lines = [path.read_text() for path in sorted((undisturbed / "jsonl").iterdir())]
    assert len(lines) == 4
    assert [json.loads(line)["text"] for line in "".join(lines).splitlines()] == texts
    assert not (undisturbed / "errors").exists()


def test_what_is_left_out_is_on_record(undisturbed: Path, scans: Path) -> None:
    """Each with its type, in a file that one can open."""
    lines = (undisturbed / "left_out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"source": f"{scans}/a.zip/notes.txt", "reason": "a .txt file"},
        {"source": f"{scans}/a.zip/__MACOSX/._0.png", "reason": "a Mac's note on another file"},
        {"source": f"{scans}/READ.ME", "reason": "a .me file"},
    ]


def test_an_output_in_its_own_source_is_not_left_out(
    tmp_path: Path, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does what comes beside the pages meanwhile make it another run."""
    (tmp_path / "1.png").write_bytes(as_file("1"))
    (tmp_path / "1.txt").touch()
    arguments = [*command(tmp_path, tmp_path / "out"), "--scheduler", scheduler]
    for _ in range(2):
        assert main(arguments) == 0
        assert capsys.readouterr().out == (
            f"1 pages, 1 digit strings, 0 unreadable pages, 1 files left out in {tmp_path / 'out'}\n"
        )
        (tmp_path / "2.txt").touch()


def test_rows_carry_region_and_turn(scheduler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that lies upside down, read in two places; another --region or --rotate is another run."""
    page = write(write(blank(), "3 7 4 2", (60, 200), 90), "5 7 2 4", (60, 400), 90)
    save_image(turned(page, 180), tmp_path / "sheet.png")
    run = [*command(tmp_path / "sheet.png", tmp_path / "out"), "--scheduler", scheduler]
    views = ["--region", "total=20,40,600,160", "--region", "20,240,600,160"]
    assert main([*run, *views]) == 0
    for rows in (
        pyarrow.parquet.read_table(tmp_path / "out" / "parquet").to_pylist(),
        [json.loads(each) for each in (tmp_path / "out" / "jsonl" / "part-000000.jsonl").read_text().splitlines()],
    ):
        told = [(row["region"], row["text"], row["turn"]) for row in rows]
        assert told == [("total", "5724", 180), ("20,240,600,160", "3742", 180)]
        assert all(box[0] >= 20 and 40 <= box[1] < 200 for box in rows[0]["boxes"])
    capsys.readouterr()
    assert main(run) == 1
    is_one_error(capsys, "its regions was ['total=20,40,600,160', ")
    assert main([*run, *views, "--rotate", "none"]) == 1
    is_one_error(capsys, "its rotate was auto, not none")


def test_a_region_outside_is_a_pages_error(scheduler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told with the page's size; other pages would be read."""
    save_image(blank(), tmp_path / "sheet.png")
    run = [*command(tmp_path / "sheet.png", tmp_path / "out"), "--scheduler", scheduler]
    assert main([*run, "--region", "total=600,0,100,100"]) == 1
    is_one_error(capsys, "1 that are not")
    error = json.loads((tmp_path / "out" / "errors" / "part-000000.jsonl").read_text())
    assert error["reason"].startswith("expected region total within 640x480 pixels, got ")


def test_the_same_as_read_gives(undisturbed: Path, scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Digit by digit: reading many is reading each."""
    assert main(["read", "--json", *(str(path) for path in sorted(scans.glob("*.png")))]) == 0
    alone = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    rows = pyarrow.parquet.read_table(undisturbed / "parquet").to_pylist()[: len(alone)]
    assert [row["text"] for row in rows] == [page["text"] for page in alone]
    digits = [page["lines"][0]["digits"] for page in alone]
    assert [row["boxes"] for row in rows] == [[digit["box"] for digit in some] for some in digits]


def test_a_killed_run_goes_on_and_one_worker_gives_the_same(scans: Path, undisturbed: Path, tmp_path: Path) -> None:
    """Killed after its first part and started again, now with one worker: every file is the same to the byte."""
    output = tmp_path / "out"
    arguments: list[Any] = [sys.executable, "-m", "edge_app", *command(scans, output), "--workers"]
    with subprocess.Popen([*arguments, "2"], cwd=ROOT, stderr=subprocess.DEVNULL) as run:
        first = output / "done" / "part-000000.json"
        until = time.monotonic() + 120
        while not first.exists() and time.monotonic() < until:
            time.sleep(0.001)
        os.kill(run.pid, signal.SIGKILL)
    assert first.exists()
    written = first.stat().st_mtime_ns
    done = subprocess.run([*arguments, "1"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{COUNTS}{output}\n"
    assert "dashboard" not in done.stderr
    assert first.stat().st_mtime_ns == written
    assert files_of(output) == files_of(undisturbed)


def test_of_two_runs_at_once_into_one_folder_one_is_refused(
    scans: Path, undisturbed: Path, scheduler: str, tmp_path: Path
) -> None:
    """The second, in one line; the first one's files are those of a run alone."""
    arguments = [sys.executable, "-m", "edge_app", *command(scans, tmp_path / "out"), "--scheduler", scheduler]
    with subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.DEVNULL) as first:
        until = time.monotonic() + 120
        while not (tmp_path / "out" / "done").exists() and time.monotonic() < until:
            time.sleep(0.001)
        # It is at it, and stays so while the other one looks.
        os.kill(first.pid, signal.SIGSTOP)
        second = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
        os.kill(first.pid, signal.SIGCONT)
    assert (first.returncode, second.returncode) == (0, 1)
    assert "which another run writes to; wait or choose another" in second.stderr
    assert files_of(tmp_path / "out") == files_of(undisturbed)


def test_a_run_that_is_done_is_not_done_again(
    scans: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command tells the result again, without any worker."""
    before = files_of(undisturbed)
    assert main([*command(scans, undisturbed), "--scheduler", "tcp://127.0.0.1:9"]) == 0
    assert capsys.readouterr().out == f"{COUNTS}{undisturbed}\n"
    assert files_of(undisturbed) == before


@pytest.mark.parametrize("flags", [["--dpi", "101"], ["--batch-pages", "2"], ["--format", "jsonl"]])
def test_another_run_into_the_same_folder_is_refused(
    flags: list[str], scans: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results of two models must not be mixed."""
    before = files_of(undisturbed)
    assert main([*command(scans, undisturbed), *flags]) == 1
    is_one_error(capsys)
    assert files_of(undisturbed) == before


def test_another_model_into_the_same_folder_is_refused(
    scans: Path, undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is as good, but not the same file."""
    model = parse_model((ROOT / "models" / "digits_int8.tflite").read_bytes())
    other = replace(model.contract, refuse_below=model.contract.refuse_below / 2)
    flatbuffer = model.content[: model.content.rindex(b"PK\3\4", 0, model.content.index(b"contract.json"))]
    path = tmp_path / "other.tflite"
    path.write_bytes(embed_contract(flatbuffer, other))
    assert main([*command(scans, undisturbed), "--model", str(path)]) == 1
    is_one_error(capsys, "its model_sha256 was")


def test_other_sources_into_the_same_folder_are_refused(
    scans: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also if it is the same folder with another file in it."""
    assert main(command(scans / "a.zip", undisturbed)) == 1
    is_one_error(capsys, "its sources was")
    new = scans / "new.png"
    new.touch()
    try:
        assert main(command(scans, undisturbed)) == 1
    finally:
        new.unlink()
    is_one_error(capsys, "other files than when it was planned")


def test_bad_files_never_stop_a_run(tmp_path: Path, scheduler: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They are told with their reason, the rest is read, and the exit code is 1 each time."""
    source = tmp_path / "scans"
    source.mkdir()
    write_zip(source / "a.zip", {"../evil.png": b"x", "good.png": as_file("12"), "bad.png": b"no"})
    for name, content in (
        ("b.tgz", b"no"),
        ("c.pdf", encrypted_pdf()),
        ("d.tif", b"II*\0\0\0\0\0"),
        ("e.jpg", b""),
        ("f.png", as_file("34")),
    ):
        (source / name).write_bytes(content)
    arguments = [*command(source, tmp_path / "out"), "--scheduler", scheduler]
    for _ in range(2):
        assert main(arguments) == 1
        is_one_error(capsys, "expected 8 readable pages, got 6 that are not", "errors")
    rows = pyarrow.parquet.read_table(tmp_path / "out" / "parquet").to_pylist()
    assert [row["text"] for row in rows] == ["12", "34"]
    lines = (tmp_path / "out" / "errors" / "part-000000.jsonl").read_text().splitlines()
    errors = [json.loads(line) for line in lines]
    names = [Path(error["source"]).name for error in errors]
    assert names == ["evil.png", "bad.png", "b.tgz", "c.pdf", "d.tif", "e.jpg"]
    assert all(error["page"] == 1 and "; " in error["reason"] for error in errors)


def test_nothing_is_written_when_a_source_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor when the model is none."""
    output = tmp_path / "out"
    assert main(command(tmp_path / "none", output)) == 1
    is_one_error(capsys, "none")
    (tmp_path / "1.png").touch()
    assert main([*command(tmp_path, output), "--model", str(tmp_path / "1.png")]) == 1
    is_one_error(capsys, "TFL3")
    assert not output.exists()


def test_without_the_extra_the_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything else works without it."""
    for module in [name for name in sys.modules if name.startswith(("edge_app.batch", "distributed"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(command(tmp_path, tmp_path / "out")) == 1
    is_one_error(capsys, "pip install 'digits-edge[batch]'")


@pytest.mark.parametrize("flags", ["", "x", "x --output y --workers 0", "x --output y --dpi a"])
def test_wrong_usage_is_exit_2(flags: str) -> None:
    """Flags that are wrong end with argparse's exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["batch", *flags.split()])
    assert caught.value.code == 2


def test_an_empty_source_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not the current folder."""
    with pytest.raises(SystemExit) as caught:
        main(["batch", str(tmp_path), "", "--output", str(tmp_path / "out")])
    assert caught.value.code == 2
    assert "expected a path, got an empty one; name a folder, or . for this one" in capsys.readouterr().err
