"""Readings that the broker has not taken yet: on disk, in order, bounded; in memory while the disk is full."""

import logging
import os
import sqlite3
import threading
from collections import deque
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

    What cannot be written waits in memory, and is written, with the next number, as soon as the disk has room.

    Args:
        folder: where it lies; made if it is not there. One process has it at a time.
        capacity: beyond it the oldest are dropped, on disk and in memory each, with a line in the log.

    Raises:
        OutputError: the folder cannot be written, or another process has it.
    """

    def __init__(self, folder: Path, capacity: int = CAPACITY) -> None:
        self._capacity, self._lock = capacity, threading.Lock()
        self._unwritten: deque[str] = deque()
        # Numbers up to the first are delivered, up to the second also removed from the file.
        self._done = self._removed = 0
        self._full = self._disk_fails = False
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
        """Adds a message; returns at once, whatever the disk does."""
        with self._lock:
            self._unwritten.append(text)
            self._write()
            if len(self._unwritten) > self._capacity:
                self._unwritten.popleft()
                self._drop(1)

    def first(self) -> Item | None:
        """The oldest message on disk, or None; raises sqlite3.Error if the disk cannot be read."""
        with self._lock:
            self._write()
            row = self._database.execute(
                "SELECT number, text FROM messages WHERE number > ? ORDER BY number LIMIT 1", (self._done,)
            ).fetchone()
            self._full = self._full and row is not None
        return None if row is None else Item(*row)

    def done(self, number: int) -> None:
        """Removes a message, which is the first; from the file as soon as the disk takes that."""
        with self._lock:
            self._done = number
            self._write()

    def __len__(self) -> int:
        """How many wait, without those on a disk that cannot be read."""
        with self._lock:
            return self._count()

    def _count(self) -> int:
        try:
            on_disk = self._database.execute("SELECT count(*) FROM messages WHERE number > ?", (self._done,))
            return int(on_disk.fetchone()[0]) + len(self._unwritten)
        except sqlite3.Error:
            return len(self._unwritten)

    def _write(self) -> None:
        """Brings the file up to what is delivered, and to what waits in memory; says once that the disk fails."""
        try:
            if self._disk_fails:
                # What it has taken before may be all that fills it.
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if self._removed < self._done:
                self._database.execute("DELETE FROM messages WHERE number <= ?", (self._done,))
                self._removed = self._done
            while self._unwritten:
                self._database.execute("INSERT INTO messages (text) VALUES (?)", (self._unwritten[0],))
                self._unwritten.popleft()
                self._trim()
        except sqlite3.Error as error:
            if not self._disk_fails:
                LOG.error("readings wait in memory, as %s; make room on the disk", error)
            self._disk_fails = True
            return
        if self._disk_fails:
            LOG.info("the disk takes readings again")
        self._disk_fails = False

    def _trim(self) -> None:
        dropped = self._database.execute(
            "DELETE FROM messages WHERE number <= (SELECT number FROM messages ORDER BY number DESC LIMIT 1 OFFSET ?)",
            (self._capacity,),
        ).rowcount
        self._drop(max(0, dropped))

    def _drop(self, count: int) -> None:
        self.dropped += count
        if count and not self._full:
            LOG.warning("%d readings wait already: dropped the oldest, and so on until there is room", self._capacity)
        self._full = self._full or count > 0

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._write()
            if self._unwritten:
                LOG.error("%d readings are lost, as the disk does not take them", len(self._unwritten))
            self._database.close()


def _open(path: Path) -> sqlite3.Connection:
    # Each statement commits by itself.
    database = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
    # A damaged text must not block those behind it.
    database.text_factory = lambda text: text.decode(errors="replace")
    try:
        # Not with umask's rights: readings are nobody else's.
        os.chmod(path, 0o600)  # noqa: PTH101
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
        database.execute("PRAGMA journal_mode=WAL")
        # 256 kB at most, instead of 4 MB, wait to be sorted in: a disk may have no more room than that.
        database.execute("PRAGMA wal_autocheckpoint=64")
        # A power cut may lose the last ones, never the file.
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
