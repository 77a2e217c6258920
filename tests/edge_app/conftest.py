"""Tests read with the shipped model, whatever is installed on this machine."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_installed_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty store, for commands in processes of their own too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGE_APP_STORE", str(tmp_path_factory.mktemp("store")))
        yield
