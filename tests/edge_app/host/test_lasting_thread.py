"""Threads that last as long as the app."""

import sqlite3
import threading
from collections.abc import Callable, Iterator

import pytest

from edge_app.host.failures import REPEAT_S, Failures
from edge_app.host.lasting_thread import LastingThread, ended_threads, troubled_threads
from tests.mosquitto import wait_until

Start = Callable[[Callable[[], None]], LastingThread]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a thread that is called "worker", and ends it after the test."""
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.02)
    monkeypatch.setattr("edge_app.host.lasting_thread._STARTED", set())
    ended = threading.Event()

    def started(work: Callable[[], None]) -> LastingThread:
        thread = LastingThread("worker", work, ended)
        thread.start()
        return thread

    yield started
    ended.set()


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("full"), MemoryError(), OSError(24, "files"), KeyError("a")]
)
def test_any_failure_is_survived_and_told_once(
    start: Start, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The work goes on as soon as it can; meanwhile its trouble shows."""
    rounds, troubles, go_on = list[int](), set[str](), threading.Event()

    def work() -> None:
        rounds.append(1)
        if len(rounds) < 8:
            raise error
        go_on.wait(60)

    thread = start(work)
    while len(rounds) < 8:
        troubles |= set(troubled_threads().values())
    assert troubles == {type(error).__name__}
    assert (troubled_threads(), ended_threads()) == ({}, ())
    assert caplog.text.count("worker: failed") == 1
    go_on.set()
    assert thread.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_ended_is_known(start: Start) -> None:
    """By its name, until the end of the app."""

    def work() -> None:
        raise SystemExit

    start(work).join(60)
    assert (troubled_threads(), ended_threads()) == ({"worker": "ended"}, ("worker",))


def test_one_that_was_told_to_end_is_no_trouble() -> None:
    """Nor is it remembered."""
    ended = threading.Event()
    thread = LastingThread("worker", ended.set, ended)
    thread.start()
    thread.join(60)
    assert "worker" not in troubled_threads()


def test_a_failure_is_told_again_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """Each kind for itself, whatever worked between."""
    now_s = 0.0
    failures = Failures("delivery", lambda: now_s)
    for _ in range(100):
        failures.failed(OSError("full"))
        failures.worked()
    assert (len(caplog.records), failures.last) == (1, None)
    failures.failed(ValueError("other"))
    assert (len(caplog.records), failures.last) == (2, "ValueError")
    now_s = REPEAT_S
    failures.failed(OSError("full"))
    assert len(caplog.records) == 3


def test_waiting_for_the_work_does_not_take_the_pause(start: Start) -> None:
    """Without failures it goes round at once."""
    rounds: list[int] = []
    start(lambda: rounds.append(1))
    assert wait_until(lambda: len(rounds) > 1000)
