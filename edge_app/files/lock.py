"""One process at a time that changes a folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import DigitsError, OutputError


@contextlib.contextmanager
def alone(lock: Path, taken: DigitsError) -> Iterator[None]:
    """Keeps others out while the block changes a folder; the end of the process, however it comes, lets them in.

    Args:
        lock: a file in that folder; both are made.
        taken: raised if another process has the lock.

    Raises:
        OutputError: the folder cannot be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise taken from error
        except OSError as error:
            raise OutputError(
                f"expected a folder that can be written, got {lock.parent} ({error.strerror}); choose another"
            ) from error
        yield
