"""What people said of fields, in a file beside the result: a line each, synced before the next field is shown.

The last line about a field counts. A line that a kill or a power cut tore is taken off when the file is read again.
"""

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files.durable import write_durably
from .correction import Correction, Key, as_text, as_whole, read_correction

LOG = logging.getLogger(__name__)
# A person who corrects one every three seconds needs a month for as many.
MOST = 200_000
# A line of more is none of ours; lines that later ones replace are taken out when there are as many, and half of all.
MAX_LINE_BYTES, OLD_LINES = 16 << 10, 1000


class Corrections:
    """A file of them. Thread-safe.

    Args:
        path: of the file, which need not exist.
        most: how many there can be.
        oldest_go: whether the oldest make room for new ones; else new ones are refused.

    Raises:
        OutputError: it cannot be read or written.
    """

    def __init__(self, path: Path, most: int = MOST, oldest_go: bool = False) -> None:
        self.path, self._most, self._oldest_go = path, most, oldest_go
        self._lock = threading.Lock()
        self._known: dict[Key, Correction] = {}
        self._lines = 0
        with _clear_errors(path):
            self._load()

    def get(self, key: Key) -> Correction | None:
        """What was said of a field, or None."""
        return self._known.get(key)

    def all(self) -> tuple[Correction, ...]:
        """All of them, in the order in which they were last said."""
        with self._lock:
            return tuple(self._known.values())

    def add(self, correction: Correction) -> None:
        """Keeps one in place of a former one; on return a power cut cannot undo it. Raises OutputError."""
        with self._lock:
            if correction.key not in self._known and len(self._known) >= self._most:
                if not self._oldest_go:
                    raise OutputError(
                        f"expected at most {self._most:,} corrections in {self.path}, got more; move it away"
                    )
                del self._known[next(iter(self._known))]
            self._append(asdict(correction))
            self._put(correction)

    def take_back(self, key: Key) -> Correction | None:
        """Forgets what was said of a field; returns it, or None if nothing was. Raises OutputError."""
        with self._lock:
            former = self._known.get(key)
            if former is not None:
                source, page, field = key
                self._append({"source": source, "page": page, "field": field, "taken_back": True})
                del self._known[key]
            return former

    def collected(self, correction: Correction, crops: tuple[str, ...]) -> bool:
        """Notes the crops of a correction; whether it is still what was said last. Raises OutputError."""
        with self._lock:
            if self._known.get(correction.key) != correction:
                return False
            now = replace(correction, collected=crops)
            self._append(asdict(now))
            self._put(now)
            return True

    def _load(self) -> None:
        if not self.path.exists():
            write_durably(self.path, b"")
        damaged = whole_bytes = 0
        with self.path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES):
                if not line.endswith(b"\n") and file.tell() == os.fstat(file.fileno()).st_size:
                    break
                whole_bytes += len(line)
                self._lines += 1
                damaged += not self._take(line)
        if whole_bytes < self.path.stat().st_size:
            os.truncate(self.path, whole_bytes)
        if damaged:
            LOG.warning("left out %d damaged lines of %s", damaged, self.path)
        for key in list(self._known)[: -self._most]:
            del self._known[key]
        self._compact()

    def _take(self, line: bytes) -> bool:
        try:
            table = json.loads(line)
            key = as_text(table["source"]), as_whole(table["page"]), as_text(table["field"])
            if table.get("taken_back") is True:
                self._known.pop(key, None)
            else:
                self._put(read_correction(table))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return False
        return True

    def _put(self, correction: Correction) -> None:
        """The latest last."""
        self._known.pop(correction.key, None)
        self._known[correction.key] = correction

    def _append(self, table: dict[str, Any]) -> None:
        with _clear_errors(self.path):
            self._compact()
            with self.path.open("ab", buffering=0) as file:
                size_bytes = file.tell()
                try:
                    _write_all(file.fileno(), _line(table))
                    os.fsync(file.fileno())
                except OSError:
                    # Half a line would spoil the next one.
                    file.truncate(size_bytes)
                    raise
            self._lines += 1

    def _compact(self) -> None:
        """Writes the file anew without what later lines replaced, once that is much."""
        if self._lines > 2 * len(self._known) + OLD_LINES:
            write_durably(self.path, b"".join(_line(asdict(each)) for each in self._known.values()))
            self._lines = len(self._known)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _line(table: dict[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False) + "\n").encode("utf-8", "replace")


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Within the block, what the file system refuses becomes an OutputError."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"expected to keep corrections in {path}, got: {error.strerror}; make room, or check the folder"
        ) from error
