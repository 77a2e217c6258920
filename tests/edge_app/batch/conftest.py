"""A scheduler with two workers, which all tests share: starting one takes seconds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Its address. A task that kills one worker counts as one that kills all."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # They do not propagate, so that pytest's own handlers are there, too: silenced, no other test's log would be seen.
    for name in ("distributed", "bokeh"):
        logging.getLogger(name).handlers.clear()
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield str(cluster.scheduler_address)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """When the dashboard's port is taken, distributed leaves the socket that it tried to the garbage collector."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
