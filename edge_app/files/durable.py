"""Files and folders that are still there after a power cut."""

import os
from pathlib import Path

from ..errors import OutputError
from .atomic import write_atomically


def write_durably(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; on return a power cut cannot undo it. Raises OutputError."""
    make_folder(path.parent)
    write_atomically(path, content)
    _sync(path.parent)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, each synced into the one above; raises OutputError.

    Whoever makes it, and with whatever umask: the service's account can read in it, and nobody else write.
    """
    try:
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir(mode=0o755, exist_ok=True)
            parent.chmod(0o755)
            _sync(parent.parent)
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {folder} ({error.strerror}); choose another"
        ) from error


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
