"""`python -m edge_app doctor`, the real command."""

import json
import os
import subprocess
import sys

import pytest

from convert.report.card import ROOT
from edge_app.cli import main
from edge_app.doctor.doctor import as_text
from edge_app.doctor.finding import absent, ok, warning

PAGE = ROOT / "tests" / "pages" / "example.jpg"


def findings(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit code, and what was found by name."""
    command = [sys.executable, "-m", "edge_app", "doctor", "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    report = json.loads(done.stdout)
    assert report["healthy"] == (done.returncode == 0)
    return done.returncode, {each["name"]: each for each in report["findings"]}


def test_all_is_well_with_a_picture_for_a_camera() -> None:
    """Digits are read for real, on each runtime that is installed."""
    code, found = findings("--camera", str(PAGE))
    assert code == 0
    for name in (
        "python",
        "litert",
        "model",
        "detector",
        "sequence reader",
        "reading",
        "camera",
        "picture",
        "memory",
        "disk",
    ):
        assert found[name]["status"] == "ok", found[name]


def test_a_camera_that_was_named_and_is_not_there_is_a_failure() -> None:
    """The rest is well."""
    code, found = findings("--camera", "v4l2:77")
    assert code == 1
    assert {name for name, each in found.items() if each["status"] == "failure"} == {"camera"}


def test_a_model_that_is_none_is_a_failure(tmp_path: os.PathLike[str]) -> None:
    """The rest is looked at all the same."""
    code, found = findings("--camera", str(PAGE), "--model", str(ROOT / "README.md"))
    assert code == 1
    assert {name for name, each in found.items() if each["status"] == "failure"} == {"model", "reading"}


def test_people_get_a_line_and_its_fix(capsys: pytest.CaptureFixture[str]) -> None:
    """Marks are said in words too."""
    assert main(["doctor", "--camera", "nowhere.png"]) == 1
    printed = capsys.readouterr().out
    assert "✗ failure  camera: expected a picture" in printed
    assert "until then reading will not work" in printed
    assert as_text(warning("a", "b", "c")) == "! warning  a: b\n             fix: c"
    assert as_text(absent("a", "b", "c")) == "- absent   a: b\n             if wanted: c"


def test_what_is_absent_is_nothing_to_fix(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a mark of its own, and the exit code is 0."""
    monkeypatch.setattr("edge_app.doctor.doctor.examine", lambda *_: iter([ok("a", "b"), absent("c", "d")]))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "✓ ok       a: b\n- absent   c: d\n\n2 checks, nothing to fix, 1 absent\n"
