"""One process at a time that changes a folder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge_app.errors import OutputError, StoreError
from edge_app.files.lock import alone

HOLD = """
import sys, time
from pathlib import Path
from edge_app.files.lock import alone
from edge_app.errors import StoreError

with alone(Path(sys.argv[1]), StoreError("taken")):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_keeps_nobody_out(tmp_path: Path) -> None:
    """As long as it lives, it does."""
    lock = tmp_path / "folder" / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="mine"), alone(lock, StoreError("mine")):
            pass
        process.send_signal(signal.SIGKILL)
    with alone(lock, StoreError("mine")):
        pass


def test_no_folder_to_lock_is_one_clear_line(tmp_path: Path) -> None:
    """A file instead of a folder."""
    (tmp_path / "file").touch()
    clear = pytest.raises(OutputError, match=r"expected .*, got .*file \(.*\); choose another")
    with clear, alone(tmp_path / "file" / "lock", StoreError("taken")):
        pass
