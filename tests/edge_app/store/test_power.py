"""A power cut at any instant leaves a working model, however little of what was not synced has reached the disk."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from edge_app.model.file import read_model
from edge_app.store.store import ModelStore

from .models import SHIPPED, trusting, written
from .power import FailingDisk


def current_of(state: dict[Path, bytes], root: Path, folder: Path) -> str:
    """Lays the state out in another folder and asks the store there."""
    for path, content in state.items():
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return ModelStore(folder / "store").current().sha256


def cut_everywhere(root: Path, copies: Path, work: Callable[[], object]) -> tuple[set[str], set[str]]:
    """Does it on a watched disk; returns what could be current after a cut on the way, and after the end."""
    disk = FailingDisk(root)
    with pytest.MonkeyPatch.context() as patch:
        disk.watch(patch)
        work()
    assert len(disk.cuts) > 10
    states = [state for cut in disk.cuts for state in cut]
    on_the_way = {current_of(state, root, copies / f"cut{number}") for number, state in enumerate(states)}
    at_the_end = {current_of(state, root, copies / f"end{number}") for number, state in enumerate(disk.states())}
    return on_the_way, at_the_end


def test_installs(fast_path: Path) -> None:
    """The first one and the next: the former model or the new one; once it has said so, the new one."""
    root = fast_path / "disk"
    root.mkdir()
    former = SHIPPED.sha256
    for number in (1, 2, 3):
        path = written(fast_path, number)
        store, new = ModelStore(root / "store", 2, trusting), read_model(path).sha256
        ways = cut_everywhere(root, fast_path / str(number), partial(store.install, path))
        assert ways == ({former, new}, {new})
        former = new


def test_rollbacks(fast_path: Path) -> None:
    """Down to the shipped model."""
    root = fast_path / "disk"
    store = ModelStore(root / "store", verify=trusting)
    models = [SHIPPED.sha256] + [store.install(written(fast_path, number)).sha256 for number in (1, 2)]
    while len(models) > 1:
        ways = cut_everywhere(root, fast_path / str(len(models)), store.rollback)
        assert ways == (set(models[-2:]), {models[-2]})
        models.pop()
