"""Whenever an install or a rollback is killed, a working model is current, and the next install cleans up."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from edge_app.store.store import ModelStore

from .models import SHIPPED, trusting, written
from .steps import killed_before

pytestmark = pytest.mark.slow


def kill_at_every_step(folder: Path, work: Callable[[ModelStore], object], allowed: set[str]) -> int:
    """Does it in copies of a folder, killed before each step; returns the number of steps."""
    step = 0
    while True:
        copy = folder.with_name(f"copy{step}")
        if folder.exists():
            shutil.copytree(folder, copy)
        store = ModelStore(copy, verify=trusting)
        killed = killed_before(step, partial(work, store))
        assert store.current().sha256 in allowed
        after = store.install(written(folder.parent, 9))
        assert store.current().sha256 == after.sha256
        known = {f"models/{model.sha256}.tflite" for model in store.list()}
        left = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
        assert left == known | {"current.json", "copy.json", "lock"}
        shutil.rmtree(copy)
        if not killed:
            return step
        step += 1


def test_the_first_install(fast_path: Path) -> None:
    """Before it the shipped model reads."""
    new = written(fast_path, 1)
    allowed = {SHIPPED.sha256, ModelStore(fast_path / "other", verify=trusting).install(new).sha256}
    assert kill_at_every_step(fast_path / "store", lambda store: store.install(new), allowed) > 20


def test_an_install_that_drops_the_oldest(fast_path: Path) -> None:
    """The former model or the new one."""
    store = ModelStore(fast_path / "store", keep=2, verify=trusting)
    installed = [store.install(written(fast_path, number)).sha256 for number in (1, 2)]
    new = written(fast_path, 3)
    allowed = {installed[1], ModelStore(fast_path / "other", verify=trusting).install(new).sha256}

    def work(copy: ModelStore) -> None:
        ModelStore(copy.folder, 2, trusting).install(new)

    assert kill_at_every_step(fast_path / "store", work, allowed) > 20


def test_a_rollback(fast_path: Path) -> None:
    """The former model or the one before it."""
    store = ModelStore(fast_path / "store", verify=trusting)
    allowed = {store.install(written(fast_path, number)).sha256 for number in (1, 2)}
    assert kill_at_every_step(fast_path / "store", lambda copy: copy.rollback(), allowed) > 20
