"""The systemd unit, looked at by systemd itself."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convert.report.card import ROOT
from edge_app.cli import main
from edge_app.host.systemd_unit import quoted, unit
from tests.parts import require

PAGE = ROOT / "tests" / "pages" / "example.jpg"


def test_systemd_accepts_the_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With flags that need quoting; its exposure is said to be OK or better."""
    require(["systemd-analyze"])
    assert main(["service", "--", "--camera", "/srv/a page 100%.png", "--preview-port", "8080"]) == 0
    path = tmp_path / "digits.service"
    path.write_text(capsys.readouterr().out)
    checked = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_words_are_quoted_for_systemd() -> None:
    """Specifiers and variables are none, and words stay words."""
    assert quoted("--camera") == "--camera"
    assert quoted("100%") == "100%%"
    assert quoted("$HOME") == "$$HOME"
    assert quoted('a "b" \\') == '"a \\"b\\" \\\\"'


def test_home_is_closed_unless_something_lies_there() -> None:
    """A checkout in a home folder must stay readable."""
    assert "ProtectHome=read-only" in unit(["--camera", "/home/pi/page.png"], "digits")
    assert "--camera auto" in unit(["--camera", "auto"], "digits")


@pytest.mark.parametrize("wrong", [["--user", "root"], ["--user", "a b"], ["--", "--camra", "auto"]])
def test_mistakes_are_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Root, an impossible account, a flag that run does not know."""
    with pytest.raises(SystemExit) as error:
        main(["service", *wrong])
    assert error.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_app_tells_systemd_that_it_reads(tmp_path: Path) -> None:
    """READY after the first frame, the watchdog while frames come, not while the camera hangs, STOPPING at the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(60)
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PAGE)]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            assert listening.recv(200).startswith(b"READY=1\nSTATUS=reading ")
            assert listening.recv(200) == b"WATCHDOG=1"
            held = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
            for pid in held:
                os.kill(pid, signal.SIGSTOP)
            # Frames on their way are still read: then nothing comes for ten times as long as between two of these.
            listening.settimeout(1)
            end_s = time.monotonic() + 60
            with contextlib.suppress(TimeoutError):
                while listening.recv(200) == b"WATCHDOG=1":
                    assert time.monotonic() < end_s
            process.terminate()
            assert process.wait(60) == 0
            assert listening.recv(200) == b"STOPPING=1"
