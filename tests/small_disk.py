"""A disk of a megabyte, of memory, that tests and benchmarks fill; needs root."""

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mounts it on a folder that it makes.

    Raises:
        PermissionError: this account, or this container, may not mount.
    """
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise PermissionError(f"expected to mount a tmpfs on {folder}, got no permission; run it as root")
    try:
        yield folder
    finally:
        # Lazily: whoever still has a file open there ends later.
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fills the disk to the last byte with a file, which frees it when it goes."""
    path = folder / "filled"
    with path.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return path
