"""Files that another process can read by their descriptor."""

import io
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast


def memory_file() -> BinaryIO:
    """A new file that a Decoder need not copy, in memory where there are such (Linux): a Pi's card is slow."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("page"), "w+b")  # noqa: PTH123 - it has no path, and its user closes it
    return cast(BinaryIO, tempfile.TemporaryFile())


@contextmanager
def shared_file(file: BinaryIO) -> Iterator[BinaryIO]:
    """The same as a file that another process can read: itself, or a copy."""
    if _is_on_disk(file):
        yield file
        return
    with memory_file() if isinstance(file, io.BytesIO) else cast(BinaryIO, tempfile.TemporaryFile()) as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield copy


def _is_on_disk(file: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (OSError, AttributeError):  # it has no descriptor
        return False
