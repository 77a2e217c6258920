"""Readings that wait for the broker."""

import logging
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import OutputError
from edge_app.mqtt.outbox import NAME, Outbox
from tests.parts import require
from tests.small_disk import fill, small_disk


@given(st.lists(st.sampled_from(["put", "deliver", "reopen"]), max_size=60))
def test_order_is_kept_and_nothing_is_lost(steps: list[str]) -> None:
    """Over any sequence of putting, delivering and starting again, as long as the bound is not reached."""
    with tempfile.TemporaryDirectory() as folder:
        outbox, put, delivered, numbers = Outbox(Path(folder)), 0, [], []
        for step in steps:
            if step == "put":
                outbox.put(str(put))
                put += 1
            elif step == "reopen":
                outbox.close()
                outbox = Outbox(Path(folder))
            elif (item := outbox.first()) is not None:
                outbox.done(item.number)
                delivered.append(item.text)
                numbers.append(item.number)
        while (item := outbox.first()) is not None:
            outbox.done(item.number)
            delivered.append(item.text)
            numbers.append(item.number)
        outbox.close()
    assert delivered == [str(number) for number in range(put)]
    assert numbers == sorted(set(numbers))


def test_the_oldest_go_when_it_is_full(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is counted and said."""
    outbox = Outbox(tmp_path, capacity=3)
    for number in range(5):
        outbox.put(str(number))
    first = outbox.first()
    assert first is not None
    assert first.text == "2"
    assert (len(outbox), outbox.dropped) == (3, 2)
    assert "dropped the oldest" in caplog.text
    outbox.close()


def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Reading goes on with an empty one."""
    (tmp_path / NAME).write_bytes(b"no database at all" * 100)
    with caplog.at_level(logging.WARNING):
        outbox = Outbox(tmp_path)
    outbox.put("1")
    assert len(outbox) == 1
    assert (tmp_path / f"{NAME}.damaged").exists()
    assert "set aside" in caplog.text
    outbox.close()


def test_one_run_has_it_at_a_time(tmp_path: Path) -> None:
    """The second one is told, and the first goes on."""
    outbox = Outbox(tmp_path)
    with pytest.raises(OutputError, match="in use"):
        Outbox(tmp_path)
    outbox.put("1")
    outbox.close()
    Outbox(tmp_path).close()


def test_nowhere_to_write_is_said(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--state"):
        Outbox(tmp_path / "file" / "state")


class Disk:
    """An outbox's database on a disk that can be full."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database, self.full = database, False

    def execute(self, statement: str, *arguments: Any) -> Any:
        """Does it, unless the disk is full and it writes."""
        if self.full and not statement.startswith("SELECT"):
            raise sqlite3.OperationalError("database or disk is full")
        return self._database.execute(statement, *arguments)

    def close(self) -> None:
        """Closes it."""
        self._database.close()


def on_disk(outbox: Outbox) -> Disk:
    """The disk of an outbox."""
    disk = Disk(outbox._database)
    outbox._database = disk  # type: ignore[assignment]
    return disk


def test_a_full_disk_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What comes waits in memory, what was there is delivered once; it is said once, and so is the end of it."""
    caplog.set_level(logging.INFO)
    outbox, delivered = Outbox(tmp_path), []
    outbox.put("0")
    outbox.put("1")
    disk = on_disk(outbox)
    disk.full = True
    for number in range(2, 7):
        outbox.put(str(number))
    while (item := outbox.first()) is not None:
        outbox.done(item.number)
        delivered.append(item.text)
    assert (delivered, len(outbox)) == (["0", "1"], 5)
    disk.full = False
    while (item := outbox.first()) is not None:
        outbox.done(item.number)
        delivered.append(item.text)
    assert delivered == [str(number) for number in range(7)]
    assert outbox.dropped == len(outbox) == 0
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        "readings wait in memory",
        "the disk takes readings again",
    ]
    outbox.close()
    reopened = Outbox(tmp_path)
    assert reopened.first() is None
    reopened.close()


def test_memory_is_bounded_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a disk that stays full the oldest go, which is said once and counted; so are those left at the end."""
    outbox = Outbox(tmp_path, capacity=3)
    on_disk(outbox).full = True
    for number in range(50):
        outbox.put(str(number))
    assert (len(outbox), outbox.dropped) == (3, 47)
    outbox.close()
    assert caplog.text.count("dropped the oldest") == 1
    assert "3 readings are lost" in caplog.text


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """To the last byte, and freed: everything is there, in order."""
    require(["mount"], as_root=True)
    try:
        with small_disk(tmp_path / "disk") as disk:
            outbox, delivered = Outbox(disk), []
            for number in range(1500):
                if number == 100:
                    filled = fill(disk)
                if number == 1400:
                    filled.unlink()
                outbox.put(str(number))
            while (item := outbox.first()) is not None:
                outbox.done(item.number)
                delivered.append(item.text)
            outbox.close()
    except PermissionError as error:
        pytest.skip(str(error))
    assert delivered == [str(number) for number in range(1500)]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """Mode 600."""
    Outbox(tmp_path).close()
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / NAME) as database:
        assert database.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    database.close()
