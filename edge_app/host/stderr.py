"""What libraries in C++ write to standard error past Python."""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import IO

_ONE_AT_A_TIME = threading.Lock()


@contextlib.contextmanager
def stderr_without(unwanted: Callable[[bytes], bool]) -> Iterator[None]:
    """Holds back what this process writes to standard error in the block, from any thread, and passes on all but some.

    A process that is started meanwhile has the file that holds it as its standard error, and a crash loses its content:
    so the block is short.

    Args:
        unwanted: whether a line is dropped; asked at the end of the block, also after an exception.
    """
    with _ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(_file_without_disk())
            stderr = os.dup(2)
        except OSError:  # a service without a standard error, or a kernel without such files
            yield
            return
        _flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(stderr, 2)
            held.seek(0)
            with open(stderr, "wb") as out:  # noqa: PTH123 - a descriptor
                out.writelines(line for line in held if not unwanted(line))


def _file_without_disk() -> IO[bytes]:
    """In memory where the system has that, so that a full disk keeps nobody from reading."""
    if sys.platform == "linux":
        return open(os.memfd_create("stderr"), "w+b")  # noqa: PTH123
    return tempfile.TemporaryFile()


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
