"""The command line: what is printed, where, and the exit code."""

import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import edge_app
from edge_app.cli import main
from edge_app.page.drawing import save_image

from .pages import blank, write


@pytest.fixture
def page_path(tmp_path: Path) -> Path:
    """An image file with 3 digits."""
    path = tmp_path / "page.png"
    save_image(write(blank(), "2 7 4", (100, 300), 100), path)
    return path


def test_read_prints_the_lines(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Results go to stdout, nothing else does."""
    assert main(["read", str(page_path)]) == 0
    assert capsys.readouterr().out == "274\n"


def test_read_json_is_the_documented_object(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line with exactly the documented keys."""
    assert main(["read", "--json", str(page_path)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert list(record) == ["source", "width", "height", "text", "lines", "latency_ms"]
    assert (record["source"], record["width"], record["height"]) == (str(page_path), 640, 480)
    assert record["text"] == record["lines"][0]["text"] == "274"
    digit = record["lines"][0]["digits"][0]
    assert digit["label"] == 2
    assert 0 < digit["confidence"] <= 1
    assert len(digit["box"]) == 4
    assert record["latency_ms"] > 0


def test_a_region_keeps_its_name(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In front of its numbers; a region without a name adds nothing to the text."""
    place = "60,180,540,160"
    assert main(["read", "--region", f"total={place}", str(page_path)]) == 0
    assert capsys.readouterr().out == "total: 274\n"
    assert main(["read", "--region", place, str(page_path)]) == 0
    assert capsys.readouterr().out == "274\n"


@pytest.fixture
def upside_down(tmp_path: Path) -> Path:
    """An image file with numbers, the wrong way up."""
    path = tmp_path / "sheet.png"
    page = write(write(blank(), "3 7 4 2", (60, 200), 90), "5 7 2 4", (60, 400), 90)
    save_image(np.ascontiguousarray(page[::-1, ::-1]), path)
    return path


def test_a_page_upside_down_is_read_turned_and_told(upside_down: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr in one line, in JSON as turn; with --rotate none only as advice."""
    assert main(["read", str(upside_down)]) == 0
    captured = capsys.readouterr()
    assert captured.out == "3742\n5724\n"
    assert f"edge_app: {upside_down} was turned by 180 degrees; " in captured.err
    assert main(["read", "--json", str(upside_down)]) == 0
    assert json.loads(capsys.readouterr().out)["turn"] == 180
    assert main(["read", "--json", "--rotate", "none", str(upside_down)]) == 0
    captured = capsys.readouterr()
    record = json.loads(captured.out)
    assert (record.get("turn"), record["better_turn"]) == (None, 180)
    assert record["text"] != "3742\n5724"
    assert f"edge_app: {upside_down} reads better turned by 180 degrees; " in captured.err


def test_an_unreadable_image_does_not_stop_the_others(
    page_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bad one gets an error object on its line, the good one is read, the exit code is 1."""
    missing = tmp_path / "missing.png"
    assert main(["read", "--json", str(missing), str(page_path)]) == 1
    bad, good = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(bad) == ["source", "error"]
    assert bad["source"] == str(missing)
    assert good["text"] == "274"


def test_annotate_writes_a_picture(page_path: Path, tmp_path: Path) -> None:
    """Each image gets a drawing in the folder."""
    assert main(["read", "--annotate", str(tmp_path / "drawn"), str(page_path)]) == 0
    assert (tmp_path / "drawn" / "page.annotated.png").is_file()


def test_explain_writes_a_picture_of_each_stage(page_path: Path, tmp_path: Path) -> None:
    """And of each region those of its own."""
    assert main(["read", "--explain", str(tmp_path / "whole"), str(page_path)]) == 0
    stages = {path.name.removeprefix("page.png-") for path in (tmp_path / "whole").iterdir()}
    assert {"1-ink.png", "3-mask.png", "5-candidates.png", "6-normalised.png", "9-page.png"} <= stages
    regions = ["--region", "above=0,0,640,240", "--region", "below=0,240,640,240"]
    assert main(["read", *regions, "--explain", str(tmp_path / "parts"), str(page_path)]) == 0
    stages = {path.name.removeprefix("page.png-") for path in (tmp_path / "parts").iterdir()}
    assert {"1-1-ink.png", "2-1-ink.png", "9-page.png"} <= stages


def test_unwritable_annotate_folder_fails(page_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that cannot be made is one line on stderr, exit code 1."""
    assert main(["read", "--annotate", str(page_path), str(page_path)]) == 1
    assert capsys.readouterr().err.startswith("edge_app: error: expected ")


@pytest.mark.parametrize(
    "arguments", [["read"], ["read", "--threads", "0", "a.png"], ["read", "--runtime", "x", "a.png"], ["fly"]]
)
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    """Flags that are wrong end with argparse's exit code."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["collect"], "edge_app collect: error: expected --to DIR"),
        (["collect", "--to", "own", "--fly"], "edge_app collect: error: unrecognized arguments: --fly"),
        (["collect", "--tem", "a.pdf"], "edge_app collect: error: unrecognized arguments: --tem"),
        (["--fram", "3"], "edge_app run: error: unrecognized arguments: --fram"),
        (
            ["model", "install", "a.tflite", "--kee", "3"],
            "edge_app model install: error: unrecognized arguments",
        ),
        (["service", "--", "--fram", "3"], "edge_app run: error: unrecognized arguments: --fram"),
        (["fly"], "edge_app: error: argument "),
    ],
)
def test_wrong_usage_is_two_lines(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where all flags are shown, and what is wrong; a part of a flag's name is none: tomorrow others begin so."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    usage, error = capsys.readouterr().err.splitlines()
    assert usage == f"usage: python -m {said.partition(':')[0]} --help shows all flags"
    assert error.startswith(said)


@pytest.mark.parametrize(("arguments", "command"), [(["read"], "read"), (["service", "--", "--fram", "3"], "run")])
def test_the_console_script_names_itself(
    arguments: list[str], command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`digits` is the same program, and its usage lines are for who called it so."""
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="digits")
    monkeypatch.setattr(sys, "argv", ["/venv/bin/digits", *arguments])
    with pytest.raises(SystemExit, match="2"):
        script.load()()
    usage, error = capsys.readouterr().err.splitlines()
    assert usage == f"usage: digits {command} --help shows all flags"
    assert error.startswith(f"digits {command}: error: ")


def test_the_version_is_the_installed_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """On the command line, in Python, and in pip's list."""
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"digits-edge {edge_app.__version__}\n"
    assert edge_app.__version__ == importlib.metadata.version("digits-edge")


@pytest.mark.parametrize("package", ["edge_app", "train", "convert"])
def test_type_checkers_are_told_that_there_are_types(package: str) -> None:
    """PEP 561's mark lies in each package."""
    assert (importlib.resources.files(package) / "py.typed").is_file()


def test_a_missing_model_fails_with_the_next_step(
    page_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says how a model is made."""
    assert main(["read", "--model", str(tmp_path / "none.tflite"), str(page_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "python -m convert" in captured.err
    assert captured.err.count("\n") == 1


def test_inspect_shows_contract_and_tensors(capsys: pytest.CaptureFixture[str]) -> None:
    """Hash, contract and tensors of the shipped model."""
    from edge_app.model.file import read_model, shipped_model_path

    assert main(["inspect", str(shipped_model_path())]) == 0
    shown = capsys.readouterr().out
    assert read_model(shipped_model_path()).sha256 in shown
    assert "ink-255" in shown
    assert "int8 1x28x28x1" in shown


def test_a_closed_pipe_is_quiet(page_path: Path) -> None:
    """`edge_app read ... | head -1` ends without a traceback."""
    command = f"{sys.executable} -m edge_app read --json {' '.join([str(page_path)] * 20)} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
