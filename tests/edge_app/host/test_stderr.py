"""Standard error held back, as C++ writes it."""

import ctypes
import subprocess
import sys
from typing import NoReturn

import pytest

from edge_app.host.stderr import stderr_without

WRITE = """
import os, sys, threading
from edge_app.host.stderr import stderr_without

def write():
    os.write(2, b"INFO: unwanted\\nERROR: wanted\\n")

with stderr_without(lambda line: b"unwanted" in line):
    print("first", file=sys.stderr)
    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    sys.stderr.write("no end of line; ")
    print("held" if os.fstat(2).st_nlink == 0 else "not held", flush=True)
    raise RuntimeError("in the block")
"""


def test_all_but_the_unwanted_lines_come_out_in_order() -> None:
    """From Python, from the descriptor, and from another thread; also where the block fails."""
    done = subprocess.run([sys.executable, "-c", WRITE], capture_output=True, text=True, check=False)
    assert done.stdout == "held\n"
    assert done.stderr.startswith("first\nERROR: wanted\nno end of line; Traceback ")
    assert done.stderr.endswith("RuntimeError: in the block\n")


def test_the_c_library_is_held_back_too(capfd: pytest.CaptureFixture[str]) -> None:
    """As the runtimes' own messages are."""
    with stderr_without(lambda _: True):
        ctypes.CDLL(None).perror(b"unwanted")
    assert capfd.readouterr().err == ""


def test_where_nothing_can_be_held_back_all_comes_out(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The block runs in any case."""
    for module, function in (("tempfile", "TemporaryFile"), ("os", "memfd_create")):
        monkeypatch.setattr(f"{module}.{function}", broken)
    with stderr_without(lambda _: True):
        ctypes.CDLL(None).perror(b"said")
    assert capfd.readouterr().err.startswith("said")


def broken(*_: object) -> NoReturn:
    """As on a full disk."""
    raise OSError("No space left on device")


def test_no_standard_error_at_all() -> None:
    """A process that was started without one goes on."""
    code = "from edge_app.host.stderr import stderr_without\nwith stderr_without(bool): print('well')"
    done = subprocess.run(
        ["sh", "-c", f'exec "{sys.executable}" -c "{code}" 2>&-'], capture_output=True, text=True, check=True
    )
    assert done.stdout == "well\n"
