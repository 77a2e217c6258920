"""Readings that the broker has not taken yet: on disk, in order, bounded."""

import logging
import os
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError

LOG = logging.getLogger(__name__)
CAPACITY = 10_000
NAME = "outbox.sqlite"


@dataclass(frozen=True)
class Item:
    """A message.

    Attributes:
        number: counts up, over restarts too; never used twice.
        text: what was put in.
    """

    number: int
    text: str


class Outbox:
    """A queue in an SQLite file. Thread-safe.

    Args:
        folder: where it lies; made if it is not there. One process has it at a time.
        capacity: beyond it the oldest are dropped, with a line in the log.

    Raises:
        OutputError: the folder cannot be written, or another process has it.
    """

    def __init__(self, folder: Path, capacity: int = CAPACITY) -> None:
        self._capacity, self._lock = capacity, threading.Lock()
        self.dropped = 0
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = _open(path)
        except (OSError, sqlite3.OperationalError) as error:
            if "locked" in str(error):
                raise OutputError(
                    f"expected {folder} for this run alone, got it in use; end the other run or choose another --state"
                ) from error
            raise OutputError(
                f"expected a folder that can be written, got {folder} ({error}); try another --state"
            ) from error
        except sqlite3.DatabaseError as error:
            # Power cuts can do that to a cheap card; what is in it is lost, what comes is not.
            LOG.warning("set aside a damaged %s: %s", path, error)
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.replace(path.with_name(f"{path.name}.damaged{suffix}"))
            self._database = _open(path)

    def put(self, text: str) -> None:
        """Adds a message; on a full disk it is dropped, with a line in the log."""
        with self._lock:
            try:
                number = self._database.execute("INSERT INTO messages (text) VALUES (?)", (text,)).lastrowid or 0
                dropped = self._database.execute(
                    "DELETE FROM messages WHERE number <= ("
                    "SELECT number FROM messages ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    (self._capacity,),
                ).rowcount
            except sqlite3.Error as error:
                LOG.error("a reading is lost, as %s; make room on the disk", error)
                self.dropped += 1
                return
        if dropped > 0:
            self.dropped += dropped
            LOG.warning("%d readings wait already: dropped the oldest (before number %d)", self._capacity, number)

    def first(self) -> Item | None:
        """The oldest message, or None."""
        with self._lock:
            row = self._database.execute("SELECT number, text FROM messages ORDER BY number LIMIT 1").fetchone()
        return None if row is None else Item(*row)

    def done(self, number: int) -> None:
        """Removes a message."""
        with self._lock:
            self._database.execute("DELETE FROM messages WHERE number = ?", (number,))

    def __len__(self) -> int:
        """How many wait."""
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM messages").fetchone()[0])

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._database.close()


def _open(path: Path) -> sqlite3.Connection:
    # Each statement commits by itself.
    database = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
    try:
        # Not with umask's rights: readings are nobody else's.
        os.chmod(path, 0o600)  # noqa: PTH101
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
        database.execute("PRAGMA journal_mode=WAL")
        # A power cut may cost the last ones, never the file.
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS messages (number INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)"
        )
        damage = database.execute("PRAGMA quick_check").fetchone()[0]
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
    except BaseException:
        database.close()
        raise
    return database
