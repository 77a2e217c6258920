"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import OutputError


def require_writable(output: Path, flag: str = "--output") -> None:
    """Raises OutputError now, before minutes of work; a folder that does not exist yet is made later."""
    try:
        existing = next(folder for folder in (output, *output.parents) if folder.exists())
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise OutputError(
            f"expected a folder to write to, got {output} ({error.strerror}); choose another {flag}"
        ) from error


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Writes a file, at once or bit by bit, whole or not at all: to a temporary one beside it, synced, then renamed."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise OutputError(
            f"expected a folder that can be written, got {path.parent} ({error.strerror}); choose another"
        ) from error
    finally:
        # Gone already where all went well; Ctrl-C must leave nothing behind either.
        if temporary:
            Path(temporary).unlink(missing_ok=True)
