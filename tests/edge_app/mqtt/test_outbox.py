"""Readings that wait for the broker."""

import logging
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_app.errors import OutputError
from edge_app.mqtt.outbox import NAME, Outbox


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


def test_a_full_disk_loses_a_reading_not_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said and counted."""
    outbox = Outbox(tmp_path)
    outbox._database.execute(f"PRAGMA max_page_count = {outbox._database.execute('PRAGMA page_count').fetchone()[0]}")
    outbox.put("x" * 100_000)
    assert outbox.dropped == 1
    assert "make room" in caplog.text
    outbox.put("1")
    outbox.close()


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """Mode 600."""
    Outbox(tmp_path).close()
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / NAME) as database:
        assert database.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    database.close()
