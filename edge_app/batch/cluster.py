"""Dask distributed: workers of this machine or of a scheduler that is already there, and tasks in order on them."""

import errno
import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from distributed import Client, Future, KilledWorker

from ..errors import ClusterError, DigitsError
from .local import local_cluster
from .worker import ReaderPlugin

CONNECT_S = 10
WORKERS_S = 60
# Workers need less than this in temporary files to start.
STARTS_ON_BYTES = 2**20
# Tasks under way for each thread: enough that none waits, few enough that the client holds little.
TASKS_A_THREAD = 8
MIN_TASKS = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """What is done with items on workers.

    Attributes:
        function: gives an item's results; runs in a worker.
        split: an item's smallest parts, for one that killed its workers.
        lost: the result of such a part that killed its workers too.
    """

    function: Callable[[Item], list[Result]]
    split: Callable[[Item], list[Item]]
    lost: Callable[[Item], Result]


@contextmanager
def connect(scheduler: str | None, workers: int | None, plugin: ReaderPlugin) -> Generator[Client, None, None]:
    """A client with at least one worker, set up to read.

    Args:
        scheduler: its address; None starts one and its workers on this machine, for this user alone.
        workers: processes to start, of one thread each; all cores if None.
        plugin: the workers' reader.

    Raises:
        ClusterError: no scheduler at that address, no worker, or workers without this package.
    """
    # What dies is started again and reported in the results; Dask's own message would tear the progress bar.
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        try:
            address = stack.enter_context(local_cluster(workers)) if scheduler is None else scheduler
            client = stack.enter_context(Client(address, timeout=CONNECT_S, set_as_default=False))
            client.wait_for_workers(1, timeout=WORKERS_S)
            client.register_plugin(plugin)
            stack.callback(_unregister, client, plugin)
        except DigitsError:
            raise
        # Dask raises errors of many kinds here, and what an import in a worker raises.
        except Exception as error:
            raise ClusterError(_why_not(scheduler, error)) from error
        yield client


def in_order(client: Client, work: Work[Item, Result], items: Iterable[Item]) -> Iterator[list[Result]]:
    """Does the work on items; their results come in the items' order, whichever worker is done first.

    A worker's death is no failure: Dask gives its task to others, three times. After that the item's parts are tried
    one by one, and a part that kills its workers again is lost.

    Raises:
        ClusterError: the scheduler is gone.
    """
    waiting: deque[tuple[Item, Future[list[Result]]]] = deque()
    room = 0
    for number, item in enumerate(items):
        if number % MIN_TASKS == 0:
            room = max(MIN_TASKS, TASKS_A_THREAD * count_threads(client))
        waiting.append((item, client.submit(work.function, item, pure=False)))
        if len(waiting) >= room:
            yield _result(client, work, *waiting.popleft())
    while waiting:
        yield _result(client, work, *waiting.popleft())


def count_threads(client: Client) -> int:
    """Threads of all workers, as far as they are known by now."""
    return sum(worker["nthreads"] for worker in client.scheduler_info()["workers"].values())


def _result(client: Client, work: Work[Item, Result], item: Item, future: "Future[list[Result]]") -> list[Result]:
    try:
        return _wait(future)
    except KilledWorker:
        parts = work.split(item)
    results: list[Result] = []
    for part in parts:
        try:
            results += _wait(client.submit(work.function, part, pure=False))
        except KilledWorker:
            results.append(work.lost(part))
    return results


def _wait(future: "Future[list[Result]]") -> list[Result]:
    try:
        results: list[Result] = future.result()
        return results
    except (DigitsError, KilledWorker):
        raise
    # A future of a scheduler that is gone is cancelled, or its connection is closed.
    except (OSError, TimeoutError, CancelledError) as error:
        raise ClusterError(
            "expected the scheduler to stay, got a lost connection; start it and the same command again"
        ) from error


def _unregister(client: Client, plugin: ReaderPlugin) -> None:
    """Disconnects from a scheduler, if it is still there, and leaves it running."""
    try:
        client.unregister_worker_plugin(plugin.name)
    except Exception:
        logging.getLogger(__name__).debug("the scheduler is gone")


def _full_folder(error: Exception) -> str | None:
    """The folder for temporary files, if it has no space; a worker process that dies of it does not say so."""
    try:
        folder = tempfile.gettempdir()
        told = isinstance(error, OSError) and error.errno == errno.ENOSPC
        return folder if told or shutil.disk_usage(folder).free < STARTS_ON_BYTES else None
    except OSError:
        # None can be written to, as the error says.
        return None


def _why_not(scheduler: str | None, error: Exception) -> str:
    why = " ".join(str(error).split()) or type(error).__name__
    if scheduler is None:
        step, full = "try fewer --workers", _full_folder(error)
        if full is not None:
            why, step = os.strerror(errno.ENOSPC), f"free space in {full}"
        elif "temporary directory" in why:
            step = "free space in one of them"
        return f"expected to start workers on this machine, got {why}; {step}"
    if isinstance(error, ImportError):
        return f"expected digits-edge[batch] on {scheduler} and its workers, got {why}; install the same wheel there"
    if "workers" in why:
        start = f"python -m dask worker {scheduler}"
        return f"expected a worker at {scheduler} within {WORKERS_S} s, got none; start one: {start}"
    return f"expected a Dask scheduler at {scheduler}, got none ({why}); start one: python -m dask scheduler"
