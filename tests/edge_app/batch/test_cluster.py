"""Work on Dask's workers: in order, and whatever becomes of them."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import pytest
from distributed import Client

from edge_app.batch.cluster import Work, connect, count_threads, in_order
from edge_app.batch.models import Models
from edge_app.batch.reader import PageResult
from edge_app.batch.spans import Task
from edge_app.batch.worker import READING_ROOMS, ReaderPlugin, read_task
from edge_app.errors import ClusterError
from edge_app.model.file import read_model, shipped_model_path
from edge_app.page.views import View

Numbers = tuple[int, ...]
DEADLY = 13


def double(numbers: Numbers) -> list[int]:
    """Earlier items take longer; one number kills the worker."""
    if DEADLY in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02 if numbers[0] % 3 == 0 else 0)
    return [2 * number for number in numbers]


WORK = Work(double, lambda numbers: [(number,) for number in numbers], lambda numbers: -numbers[0])


@pytest.fixture
def client(scheduler: str) -> Iterator[Client]:
    """Connected to both workers."""
    with Client(scheduler, set_as_default=False) as client:
        yield client


def test_results_come_in_the_items_order(client: Client) -> None:
    """Whichever is done first, and however many items there are."""
    items = [(number,) for number in range(100, 200)]
    assert list(in_order(client, WORK, items)) == [[2 * number] for (number,) in items]


def test_items_are_taken_as_they_are_needed(client: Client) -> None:
    """Millions of them must not be held at once."""
    taken = []
    results = in_order(client, WORK, ((number,) for number in range(10_000) if taken.append(number) is None))  # type: ignore[func-returns-value]
    assert next(results) == [0]
    assert len(taken) < 100


def test_a_part_that_kills_workers_is_lost_alone(client: Client) -> None:
    """Its neighbours in the same task are done, and so are other tasks."""
    items = [(11, 12, DEADLY, 14), (15,)]
    assert list(in_order(client, WORK, items)) == [[22, 24, -DEADLY, 28], [30]]
    client.wait_for_workers(2)
    assert count_threads(client) == 2


def test_no_scheduler_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how one is started."""
    monkeypatch.setattr("edge_app.batch.cluster.CONNECT_S", 0.2)
    plugin = ReaderPlugin(Models(b"", b"", b"", "litert"), (), 200, View())
    with (
        pytest.raises(ClusterError, match=r"expected a Dask scheduler at tcp://127\.0\.0\.1:9, got none") as caught,
        connect("tcp://127.0.0.1:9", None, plugin),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_an_address_that_is_none_is_one_clear_line() -> None:
    """A mistyped one."""
    with (
        pytest.raises(ClusterError, match="expected a Dask scheduler at nowhere://x"),
        connect("nowhere://x", None, ReaderPlugin(Models(b"", b"", b"", "litert"), (), 200, View())),
    ):
        pass


def reading(plugin: ReaderPlugin) -> Work[Task, PageResult]:
    """Of tasks, with a run's reader."""
    return Work(partial(read_task, plugin.name), lambda task: [task], lambda task: PageResult(str(task), 1))


def test_two_runs_at_once_have_a_reader_each(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the same workers: one must not read with the models, the sources and the flags of the other."""
    models = Models.load(read_model(shipped_model_path()), "auto")
    first, second = (ReaderPlugin(models, (), 200, View()) for _ in range(2))
    monkeypatch.setattr(second, "_code_sha256", "another")
    with connect(scheduler, None, first) as client, connect(scheduler, None, second):
        assert list(in_order(client, reading(first), [()])) == [[]]
        with pytest.raises(ClusterError, match="another version"):
            list(in_order(client, reading(second), [()]))
    with connect(scheduler, None, first) as client:
        assert list(in_order(client, reading(first), [()])) == [[]]


def test_workers_of_another_version_are_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They could read otherwise; the line says which worker it is."""
    plugin = ReaderPlugin(Models(b"", b"", b"", "litert"), (), 200, View())
    monkeypatch.setattr(plugin, "_code_sha256", "another")
    with (
        connect(scheduler, None, plugin) as client,
        pytest.raises(ClusterError, match=r"another version on tcp://127\.0\.0\.1:\d+; install the same wheel"),
    ):
        list(in_order(client, reading(plugin), [()]))


def test_results_are_stale_when_anything_that_reads_pages_changes() -> None:
    """The rooms whose code is hashed are those that a worker has loaded, all of them."""
    code = "import sys, edge_app.batch.worker; print(*(name for name in sys.modules if name.startswith('edge_app.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name.split(".") for name in done.stdout.split()]
    assert {name[1] for name in loaded if len(name) > 2} == set(READING_ROOMS) - {""}


def assert_no_workers(told: str) -> None:
    """Workers on this machine do not start, and the error says that."""
    with (
        pytest.raises(ClusterError, match=told),
        connect(None, 1, ReaderPlugin(Models(b"", b"", b"", "litert"), (), 200, View())),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "free"),
    [(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 2**30), (RuntimeError("Nanny failed to start."), 0)],
    ids=["told", "not told"],
)
def test_a_full_temporary_folder_is_one_clear_line(
    error: Exception, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where space is needed, also when a worker process died of it and said nothing."""

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("edge_app.batch.cluster.local_cluster", full)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    told = f"No space left on device; free space in {tempfile.gettempdir()}$"
    assert_no_workers(told)


def test_no_folder_for_temporary_files_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when every one of them is full from the start."""

    def none_usable() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp', '/var/tmp']")

    monkeypatch.setattr("tempfile.gettempdir", none_usable)
    told = r"got .*No usable temporary directory found in \['/tmp', '/var/tmp'\]; free space in one of them$"
    assert_no_workers(told)
