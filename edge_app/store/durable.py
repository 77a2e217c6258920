"""Files and folders that are still there after a power cut, and one process at a time that changes them."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import OutputError, StoreError
from ..model_file import write_atomically


def write_durably(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; on return a power cut cannot undo it. Raises OutputError."""
    make_folder(path.parent)
    write_atomically(path, content)
    _sync(path.parent)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, each synced into the one above; raises OutputError."""
    try:
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir(exist_ok=True)
            _sync(parent.parent)
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {folder} ({error.strerror}); choose another"
        ) from error


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keeps others out while the block changes the folder; the end of the process, however it comes, lets them in.

    Raises:
        StoreError: another is at it.
        OutputError: the folder cannot be written.
    """
    make_folder(folder)
    path = folder / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {folder} ({error.strerror}); choose another"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"expected to be alone in {folder}, got another install under way; try again") from error
        yield
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """Writes a folder's names to the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {folder} ({error.strerror}); choose another"
        ) from error
