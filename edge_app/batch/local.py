"""Dask's cluster on this machine alone: whoever reaches it could run code as this user, so no other user does."""

import logging
import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Nanny, Scheduler, Security, SpecCluster, Worker

from ..host.extras import needs

LOOPBACK = "127.0.0.1"
# Dask monitors itself often enough to take 4 % of a core when idle; at this interval it takes 1.5 %.
QUIET = {
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.profile.enabled": False,
}


class QuietScheduler(Scheduler):
    """One without a web server, which knows no certificates of clients."""

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Starts none."""


class QuietWorker(Worker):
    """One without a web server."""

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Starts none."""


@contextmanager
def local_cluster(workers: int | None) -> Generator[SpecCluster, None, None]:
    """A scheduler and workers that take connections with a certificate of this run alone.

    Args:
        workers: processes to start, of one thread each; all cores if None.

    Raises:
        MissingPartError: what makes certificates is not installed.
    """
    with needs({"cryptography"}, "workers on this machine", "batch"):
        # Dask's own error is another one.
        import cryptography.x509  # noqa: F401
    count = workers or CPU_COUNT
    # The certificate reaches the workers through pipes; no other user can read a file that has it.
    common = {"host": LOOPBACK, "protocol": "tls://", "security": Security.temporary()}
    each = {
        "worker_class": QuietWorker,
        "nthreads": 1,
        "memory_limit": 1 / count,
        "local_directory": str(private_folder()),
        "silence_logs": logging.CRITICAL,
    }
    with (
        dask.config.set(QUIET),
        SpecCluster(
            scheduler={"cls": QuietScheduler, "options": {**common, "port": 0, "dashboard": False}},
            workers={number: {"cls": Nanny, "options": common | each} for number in range(count)},
            security=common["security"],
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


def private_folder() -> Path:
    """A folder of this user alone for what workers write: they would import Python files that others put there.

    It has the same name each time, so that Dask clears up in it behind runs that were killed.
    """
    folder = Path(tempfile.gettempdir()) / f"digits-edge-batch-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077:
            return folder
    except FileExistsError:
        pass
    # Somebody else has taken the name.
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
