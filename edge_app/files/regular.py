"""Files that somebody else names: read once, up to a limit, and never waited for."""

import errno
import os
import stat
from pathlib import Path


def read_regular(path: Path, limit_bytes: int) -> bytes:
    """The beginning of a file, one byte more than the limit if there is more; raises OSError, too, for what is no file.

    A pipe to which nobody writes would never answer, a device might never end.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read(limit_bytes + 1)


def irregular(path: Path) -> str | None:
    """What is there instead of a file or a folder, such as "a pipe"; None if it is one of these, or nothing at all."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def _without_waiting(path: str, flags: int) -> int:
    # Windows knows neither the flag nor such pipes.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
