"""`form review`: what it takes, and that it serves until it is told to end."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from convert.report.card import ROOT
from edge_app.cli import main

from ..review.drawn import FORM, make_result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sheets that were read, and their form."""
    make_result(tmp_path, 2)
    (tmp_path / "form.toml").write_text(FORM.to_toml())
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["read.jsonl"], "expected --form with"),
        (["missing.csv", "--form", "form.toml"], "expected a table to review, got"),
        ([".", "--form", "form.toml"], "expected --form with a file of read --form, got a folder"),
        (["."], "expected the --output of batch --form, got"),
        (
            ["read.jsonl", "--form", "form.toml", "--preview-host", "0.0.0.0", "--token-file", "form.toml"],
            "expected a token",
        ),
    ],
)
def test_what_does_not_go_together_is_one_line(
    arguments: list[str],
    message: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is served."""
    monkeypatch.chdir(folder)
    assert main(["form", "review", *arguments]) == 1
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_it_serves_until_it_is_told_to_end_and_one_review_at_a_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On loopback, without a token; the last line says how far it is."""
    arguments = ["form", "review", str(folder / "read.jsonl"), "--form", str(folder / "form.toml")]
    command = [sys.executable, "-m", "edge_app", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        assert b"Review fields" in urlopen(url).read()
        assert main(arguments) == 1
        assert "expected one review of" in capsys.readouterr().err
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == "0 fields reviewed, 4 still in doubt; export them with --export FILE\n"
