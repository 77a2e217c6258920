"""`python -m edge_app bench`, with the real command line; what the times are is not looked at."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_app import DigitClassifier, PageReader
from edge_app.bench import bench
from edge_app.bench.report import Bench, Percentiles, Run, as_table, compare, read_earlier
from edge_app.bench.sample_page import ROWS, SIZES_WH, draw_page
from edge_app.cli import main
from edge_app.host.machine import Condition, Machine, condition_now, this_machine
from edge_app.host.memory import memory_mb
from edge_app.model.file import read_model, shipped_model_path
from edge_app.page.drawing import save_image
from edge_app.page.reader import STAGES

from ..pages import blank, write

QUICK = ["--frames", "3", "--threads", "1"]
ONE = [*QUICK, "--runtime", "auto"]


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image file with 3 digits."""
    path = tmp_path_factory.mktemp("bench") / "page.png"
    save_image(write(blank(240, 320), "2 7 4", (30, 150), 60), path)
    return path


@pytest.fixture(scope="module")
def bench_path(page_path: Path) -> Path:
    """What a bench of that image wrote."""
    path = page_path.with_name("bench.json")
    assert main(["bench", str(page_path), *ONE, "--json", str(path)]) == 0
    return path


@pytest.fixture(autouse=True)
def _one_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """One start is timed in the place of three, but for bench_path, whose scope is wider."""
    monkeypatch.setattr(bench, "STARTS", 1)


@pytest.fixture
def broken_litert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts an ai_edge_litert whose import does something bad before the real one, for child processes."""

    def put(statement: str) -> None:
        package = tmp_path / "ai_edge_litert"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "interpreter.py").write_text(statement)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return put


@pytest.mark.parametrize("size_wh", SIZES_WH)
def test_the_drawn_pages_are_read_whole(size_wh: tuple[int, int]) -> None:
    """A page of ten digits is measured, not one of noise."""
    page = draw_page(size_wh)
    assert page.shape == size_wh[::-1]
    assert PageReader(DigitClassifier.load()).read(page).text == "\n".join(ROWS)


def test_json_has_the_documented_fields(bench_path: Path, page_path: Path) -> None:
    """Machine, model, condition and one run with every stage; percentiles go up, stages fit into the whole."""
    record = json.loads(bench_path.read_text())
    assert list(record) == ["format", "machine", "model_sha256", "before", "after", "runs"]
    assert record["format"] == 1
    assert record["model_sha256"] == read_model(shipped_model_path()).sha256
    assert list(record["before"]) == ["temperature_c", "frequency_mhz", "throttled"]
    (run,) = record["runs"]
    assert [run[name] for name in ("image", "width", "height")] == [str(page_path), 320, 240]
    assert [run[name] for name in ("threads", "frames", "digits")] == [1, 3, 3]
    assert run["runtime"] in {"litert", "tflite-runtime"}
    assert run["peak_mb"] > run["memory_over_libraries_mb"] > 0
    assert min(run["startup_ms"], run["load_ms"]) > 0
    assert tuple(run["stages"]) == (*STAGES, "total")
    assert run["stages"]["numbers"]["p50_ms"] > 0
    for found in run["stages"].values():
        assert 0 <= found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert all(run["stages"][stage]["p99_ms"] <= run["stages"]["total"]["p99_ms"] for stage in STAGES)


def test_json_on_stdout_is_nothing_but_json(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table moves to stderr, where the progress is."""
    assert main(["bench", str(page_path), *ONE, "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["format"] == 1
    assert "over libraries MB" in captured.err
    assert "(1 of 1)" in captured.err


def test_each_working_runtime_and_thread_count_is_a_row(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --runtime every one that works is measured; a flag given twice is measured once."""
    from importlib.util import find_spec

    arguments = ["bench", str(page_path), "--frames", "1", "--threads", "1", "--threads", "2", "--threads", "1"]
    assert main(arguments) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(str(page_path))]
    installed = [name for name in ("litert", "tflite-runtime") if find_spec(_module(name))]
    expected = [[name, threads] for name in installed for threads in ("1", "2")]
    assert [row[1:3] for row in rows] == expected * 2  # a table of times, one of memory


def _module(runtime: str) -> str:
    return {"litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"}[runtime]


def test_compared_with_itself_nothing_changed(
    bench_path: Path, page_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every stage of the earlier file is there, old and new, with its ratio."""
    record = json.loads(bench_path.read_text())
    (fields,) = record["runs"]
    stages = {stage: Percentiles(**found) for stage, found in fields.pop("stages").items()}
    same = Bench(
        this_machine(), record["model_sha256"], condition_now(), condition_now(), (Run(stages=stages, **fields),)
    )
    shown = compare(same, read_earlier(bench_path)).splitlines()
    assert len(shown) == 1 + len(stages)
    # What a plain page skips has no ratio.
    assert all(line.endswith("1.00x") != line.endswith(" -") for line in shown[1:])
    assert shown[-1].endswith("1.00x")

    assert main(["bench", str(page_path), *ONE, "--compare", str(bench_path)]) == 0
    assert capsys.readouterr().out.count("x\n") >= len(stages) - 2


def test_the_table_tells_a_raspberry_pi_s_condition() -> None:
    """Temperature, frequency and what holds it back, before and after; a dash for what is not known."""
    cool, hot = Condition(48.31, 1500.0, ()), Condition(82.0, None, ("throttled now", "throttled before"))
    shown = as_table(Bench(Machine("Raspberry Pi 4", 4, "3.11.2", {}), "0" * 64, cool, hot, ())).splitlines()
    assert shown[0] == "machine   Raspberry Pi 4, 4 cores, Python 3.11.2"
    assert shown[3:5] == [
        "before    48.3 °C, 1500 MHz, not throttled",
        "after     82.0 °C, -, throttled now, throttled before",
    ]


def test_a_stage_of_only_one_of_both_has_no_ratio(
    bench_path: Path, page_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older version without a stage, or with another one, can still be compared; so can another machine."""
    record = json.loads(bench_path.read_text())
    stages = record["runs"][0]["stages"]
    stages["gone"] = stages.pop("belief")
    stages["ink"]["p50_ms"] = 0
    machine, record["machine"]["name"] = record["machine"]["name"], "Abacus"
    old = tmp_path / "old.json"
    old.write_text(json.dumps(record))
    assert main(["bench", str(page_path), *ONE, "--compare", str(old)]) == 0
    out = capsys.readouterr().out
    rows = [
        line.split() for line in out[out.index("old ms") :].splitlines()[1:] if line.startswith(("  ", str(page_path)))
    ]
    shown = {row[-4]: row[-3:] for row in rows}
    assert f"old: Abacus; new: {machine}" in out
    assert shown["gone"][1:] == ["-", "-"]
    assert shown["belief"][::2] == ["-", "-"]
    assert shown["ink"][::2] == ["0.00", "-"]


def test_runs_of_other_images_are_not_compared(
    bench_path: Path, tmp_path: Path, page_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so when nothing is the same in both."""
    other = tmp_path / "other.png"
    other.write_bytes(page_path.read_bytes())
    assert main(["bench", str(other), *ONE, "--compare", str(bench_path)]) == 0
    assert "nothing to compare" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"runs": []}',
        b'{"format": 2, "runs": []}',
        b'{"format": 1, "runs": []}',
        b'{"format": 1, "machine": {"name": "x"}, "runs": 3}',
        b'{"format": 1, "machine": {"name": "x"}, "runs": [{"image": "a", "runtime": "b", "threads": 1}]}',
        b'{"format": 1, "machine": {"name": "x"}, "runs": [{"image": "a", "runtime": "b", "threads": 1,'
        b' "stages": {"ink": {"p50_ms": NaN}}}]}',
    ],
)
def test_what_cannot_be_compared_is_said_before_measuring(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, not JSON, other JSON, another format, damaged: one line that says what to do, exit code 1."""
    old = tmp_path / "old.json"
    if content is not None:
        old.write_bytes(content)
    assert main(["bench", "--compare", str(old)]) == 1
    _is_one_error(capsys, "python -m edge_app bench --json")


def test_nowhere_to_write_is_said_before_measuring(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder instead of a file, or a file instead of a folder."""
    assert main(["bench", "--json", str(tmp_path)]) == 1
    _is_one_error(capsys, "--json")
    (tmp_path / "file").touch()
    assert main(["bench", "--json", str(tmp_path / "file" / "bench.json")]) == 1
    _is_one_error(capsys, "--json")


def test_bad_images_and_models_fail_before_measuring(
    page_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 1, as from `read`."""
    assert main(["bench", str(page_path), str(tmp_path / "none.png"), *ONE]) == 1
    _is_one_error(capsys, "none.png")
    assert main(["bench", str(page_path), "--model", str(page_path), *ONE]) == 1
    _is_one_error(capsys, "TFL3")


def test_a_runtime_that_is_not_there_is_named(
    page_path: Path, broken_litert: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for, it is an error with the fix."""
    broken_litert("raise ImportError('no litert')")
    assert main(["bench", str(page_path), *QUICK, "--runtime", "litert"]) == 1
    _is_one_error(capsys, "pip install ai-edge-litert")


def test_a_runtime_that_kills_its_process_is_named(
    page_path: Path, broken_litert: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for, it is an error; otherwise it is left out, and named if nothing else works."""
    broken_litert("import os; os.kill(os.getpid(), 4)")
    assert main(["bench", str(page_path), *QUICK, "--runtime", "litert"]) == 1
    _is_one_error(capsys, "SIGILL")
    main(["bench", str(page_path), *QUICK])
    captured = capsys.readouterr()
    assert "left out litert" in captured.err
    assert " litert " not in captured.out


def _is_one_error(capsys: pytest.CaptureFixture[str], part: str) -> None:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("edge_app: error: expected ")
    assert captured.err.count("\n") == 1
    assert part in captured.err


@pytest.mark.parametrize("flag", [["--frames", "0"], ["--threads", "0"], ["--runtime", "x"], ["--frames", "many"]])
def test_wrong_usage_is_exit_2(flag: list[str]) -> None:
    """Flags that are wrong end with argparse's exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["bench", *flag])
    assert caught.value.code == 2


def test_memory_is_of_this_process() -> None:
    """The peak is at least what is in use."""
    assert memory_mb("VmHWM") >= memory_mb("VmRSS") > 1


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")
def test_ctrl_c_ends_the_measuring_process(page_path: Path) -> None:
    """Nothing goes on measuring after its command is gone."""
    # A test run in the background may ignore SIGINT, and hand that down.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from edge_app.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments: list[Any] = [sys.executable, "-c", code, "bench", page_path, "--frames", str(10**9), *ONE[2:]]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as command:
        assert command.stderr is not None
        assert "(1 of 1)" in command.stderr.readline()
        child = _busy_child(command)
        command.send_signal(signal.SIGINT)
        assert command.wait(60) == 1
        assert command.stderr.read() == ""
    assert not child.exists()


def _busy_child(command: subprocess.Popen[str]) -> Path:
    """The folder in /proc of the measuring process, once it has done some work: its parent waits for it by then."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for child in Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split():
            ticks = (Path("/proc") / child / "stat").read_text().rpartition(")")[2].split()[11]
            if int(ticks) >= 10:
                return Path("/proc") / child
        time.sleep(0.01)
    raise TimeoutError("expected a busy child, got none within a minute")
