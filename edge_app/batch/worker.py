"""What runs in a worker's process: its reader, set up once, and the two functions that are its tasks."""

import hashlib
import signal
import threading
import uuid
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import cast

import cv2
from distributed import Worker, WorkerPlugin, get_worker

from ..errors import ClusterError
from ..forms.described import DescribedForm
from ..page.views import View
from .memory import keep_page_buffers
from .models import Models
from .reader import PageResult, TaskReader
from .sources import SourceFile
from .spans import LeftOut, Span, Task

# What reading a page uses of this package; "" is its own folder.
READING_ROOMS = ("", "host", "files", "model", "page", "forms", "documents", "batch")


class ReaderPlugin(WorkerPlugin):
    """Gives each worker, also one that comes later or is started again, the run's reader.

    Args:
        models: of the run.
        sources: of the run, from full_source.
        dpi: dots an inch at which PDFs are drawn.
        view: of each page.
        form: whose fields are read, or None.

    Attributes:
        name: of this run alone; workers may serve several at once, each with its own reader.
    """

    def __init__(
        self, models: Models, sources: Sequence[str], dpi: int, view: View, form: DescribedForm | None = None
    ) -> None:
        self._form = form
        self._models, self._sources, self._dpi, self._view = models, tuple(sources), dpi, view
        self._code_sha256 = code_sha256()
        self.name = f"digits-edge-{uuid.uuid4().hex}"

    def setup(self, worker: Worker) -> None:
        """Called by Dask in the worker."""
        # Cores are shared out by processes; threads beside them only get into each other's way.
        cv2.setNumThreads(1)
        keep_page_buffers()
        if worker.nanny and threading.current_thread() is threading.main_thread():
            # Ctrl-C reaches all processes of a terminal; the nanny ends this one in good order.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._address = worker.address
        self._lock = threading.Lock()
        self._reader: TaskReader | None = None

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask's signature
        """Called by Dask in the worker when it closes."""
        if self._reader is not None:
            self._reader.close()

    def reader(self) -> TaskReader:
        """This worker's reader.

        Raises:
            ClusterError: another version of this package is installed here than where the run was started.
            RuntimeUnavailableError: the run's TFLite runtime is not installed here.
        """
        with self._lock:
            if self._reader is None:
                if code_sha256() != self._code_sha256:
                    raise ClusterError(
                        f"expected the same digits-edge on all workers, got another version on {self._address}; "
                        "install the same wheel there"
                    )
                self._reader = TaskReader(self._models, self._sources, self._dpi, self._view, self._form)
            return self._reader


def expand_files(run: str, files: Sequence[SourceFile]) -> list[list[Span | LeftOut]]:
    """A task of the run whose plugin has that name: the documents of each file."""
    return _reader(run).expand(files)


def read_task(run: str, task: Task) -> list[PageResult]:
    """A task of the run whose plugin has that name: what its pages gave."""
    return _reader(run).read(task)


@cache
def code_sha256() -> str:
    """SHA-256 of the code that reads pages: workers with other code could give other results."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    for room in READING_ROOMS:
        for path in sorted((package / room).glob("*.py")):
            digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _reader(run: str) -> TaskReader:
    return cast(ReaderPlugin, get_worker().plugins[run]).reader()
