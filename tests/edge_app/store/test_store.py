"""What is current, what stays, and who may change it."""

import logging
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_app.errors import DigitsError, ModelError, OutputError, StoreError
from edge_app.files.lock import alone
from edge_app.model.classifier import DigitClassifier
from edge_app.model.golden import shipped_golden
from edge_app.store.store import ModelStore

from .models import SHIPPED, trusting, variant, written
from .steps import start, was_killed


@pytest.fixture
def store(fast_path: Path) -> ModelStore:
    """An empty one, whose folder is not there yet."""
    return ModelStore(fast_path / "store", verify=trusting)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for the lock."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def forked(work: Callable[[], object]) -> None:
    """Does it in a process of its own, whose limits and rights are its own; raises RuntimeError if it fails."""
    was_killed(os.waitpid(start(work), 0)[1])


def test_without_an_installation_the_shipped_model_reads(store: ModelStore, caplog: pytest.LogCaptureFixture) -> None:
    """Asking makes no folder, and there is nothing to log."""
    assert store.current().sha256 == SHIPPED.sha256
    assert (store.list(), store.state().history, store.token()) == ((), (), None)
    assert not store.folder.exists()
    assert caplog.records == []


def test_what_was_installed_reads(store: ModelStore, fast_path: Path) -> None:
    """After the real verification, byte for byte."""
    store = ModelStore(store.folder)
    installed = store.install(written(fast_path, 1), source="the workshop")
    current = store.current()
    assert (current.sha256, current.content) == (installed.sha256, variant(1))
    assert (installed.size_bytes, installed.source) == (len(variant(1)), "the workshop")
    golden = shipped_golden()
    found = DigitClassifier(current, "litert").classify_batch(golden.images)
    assert (found.digits == golden.labels).mean() > 0.9


def test_rollback_goes_back_one_by_one(store: ModelStore, fast_path: Path) -> None:
    """Down to the shipped model, and no further."""
    installed = [store.install(written(fast_path, number)) for number in (1, 2, 3)]
    assert store.list() == tuple(reversed(installed))
    assert [store.rollback() for _ in range(3)] == [installed[1], installed[0], None]
    assert store.current().sha256 == SHIPPED.sha256
    with pytest.raises(StoreError, match="the shipped one is current"):
        store.rollback()
    actions = [(change.action, change.sha256) for change in store.state().history]
    assert actions == [
        *(("install", model.sha256) for model in installed),
        *(("rollback", model.sha256) for model in (installed[1], installed[0])),
        ("rollback", None),
    ]


def test_installing_again_is_no_second_model(store: ModelStore, fast_path: Path) -> None:
    """A model that was there moves to the front."""
    first, second = (store.install(written(fast_path, number)) for number in (1, 2))
    again = store.install(written(fast_path, 1))
    assert [model.sha256 for model in store.list()] == [first.sha256, second.sha256] == [again.sha256, second.sha256]


def test_the_last_ones_stay(fast_path: Path) -> None:
    """Older ones and their files go; strangers' files stay."""
    store = ModelStore(fast_path / "store", keep=3, verify=trusting)
    store.install(written(fast_path, 0))
    strangers = [store.folder / "models" / "digits_int8.tflite", store.folder / ".profile"]
    for path in strangers:
        path.write_text("not the store's")
    installed = [store.install(written(fast_path, number)) for number in range(1, 6)]
    assert store.list() == tuple(reversed(installed[-3:]))
    names = {path.name for path in (store.folder / "models").iterdir()}
    assert names == {"digits_int8.tflite", *(f"{model.sha256}.tflite" for model in installed[-3:])}
    assert all(path.exists() for path in strangers)


def test_keeping_one_is_refused(fast_path: Path) -> None:
    """A rollback would have nowhere to go."""
    with pytest.raises(StoreError, match="keep 2 models or more, got 1"):
        ModelStore(fast_path, keep=1)


def test_a_switch_is_noticed(store: ModelStore, fast_path: Path) -> None:
    """Installs and rollbacks change the token, nothing else does."""
    for switch in (
        lambda: store.install(written(fast_path, 1)),
        lambda: store.install(written(fast_path, 2)),
        store.rollback,
    ):
        token = store.token()
        store.current()
        assert not store.changed_since(token)
        switch()
        assert store.changed_since(token)


@pytest.mark.parametrize("damage", [b"", b"\0" * 57_560, None])
def test_a_damaged_model_falls_back(
    store: ModelStore, fast_path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """To the one before it, then to the shipped one; each with a line in the log. A rollback passes it over."""
    installed = [store.install(written(fast_path, number)) for number in (1, 2)]
    for model, fallback in ((installed[1], installed[0].sha256), (installed[0], SHIPPED.sha256)):
        path = store.path(model.sha256)
        path.unlink()
        if damage is not None:
            path.write_bytes(damage)
        caplog.clear()
        assert store.current().sha256 == fallback
        assert str(path) in caplog.text
    with pytest.raises(StoreError, match="the shipped one is current"):
        store.rollback()


def test_another_model_under_its_name_is_not_it(store: ModelStore, fast_path: Path) -> None:
    """Whole, but not what was verified."""
    model = store.install(written(fast_path, 1))
    store.path(model.sha256).write_bytes(variant(2))
    assert store.current().sha256 == SHIPPED.sha256


@pytest.mark.parametrize(
    "damage",
    [
        *("", "{", "[]", "null", '{"format": 2}', '{"format": 1, "models": [{"sha256": "../x"}]}'),
        *('{"format": 1, "models": [[]], "history": []}', '{"format": 1, "models": {"a": {}}, "history": []}'),
        '{"format": 1, "models": [], "history": [{"time": "\\ud800", "action": "install", "sha256": null}]}',
    ],
)
def test_a_damaged_state_has_a_copy(
    store: ModelStore, fast_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With the copy gone too, the shipped model reads and the next install starts anew."""
    model = store.install(written(fast_path, 1))
    (store.folder / "current.json").write_text(damage)
    assert store.current().sha256 == model.sha256
    assert "current.json is damaged" in caplog.text
    (store.folder / "copy.json").write_text(damage)
    assert store.current().sha256 == SHIPPED.sha256
    again = store.install(written(fast_path, 2))
    assert store.list() == (again,)
    caplog.clear()
    assert store.current().sha256 == again.sha256
    assert caplog.records == []


def test_a_failed_install_costs_no_model(store: ModelStore, fast_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where nothing says any more which models are wanted."""
    model = store.install(written(fast_path, 1))
    state = {name: (store.folder / name).read_bytes() for name in ("current.json", "copy.json")}
    for name in state:
        (store.folder / name).write_bytes(b"")

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OutputError, match="Input/output error"):
            store.install(written(fast_path, 2))
    for name, content in state.items():
        (store.folder / name).write_bytes(content)
    assert store.current().sha256 == model.sha256


def test_two_at_once(store: ModelStore, fast_path: Path) -> None:
    """The second is told to wait; reading goes on meanwhile."""
    model = store.install(written(fast_path, 1))
    with alone(store.folder / "lock", StoreError("nobody else is here")):
        with pytest.raises(StoreError, match="another install under way"):
            store.install(written(fast_path, 2))
        with pytest.raises(StoreError, match="another install under way"):
            store.rollback()
        assert store.current().sha256 == model.sha256
    store.install(written(fast_path, 2))


def test_a_refused_model_changes_nothing(store: ModelStore, fast_path: Path) -> None:
    """Not a byte."""
    store.install(written(fast_path, 1))
    before = contents(store.folder)
    (fast_path / "bad.tflite").write_bytes(b"no model")
    with pytest.raises(ModelError, match="expected a TFLite model"):
        ModelStore(store.folder).install(fast_path / "bad.tflite")
    assert contents(store.folder) == before


@pytest.mark.parametrize("limit_bytes", [10, 10_000])
def test_a_full_disk_changes_nothing(store: ModelStore, fast_path: Path, limit_bytes: int) -> None:
    """One clear error, the former model, and nothing that fills the disk further."""
    store.install(written(fast_path, 1))
    before = contents(store.folder)
    new = written(fast_path, 2)

    def install() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        with pytest.raises(OutputError, match="File too large"):
            store.install(new)

    forked(install)
    assert contents(store.folder) == before


def test_a_full_disk_at_the_last_moment(store: ModelStore, fast_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model fits, the pointer to it does not: the former stays, and the next install sweeps up."""
    former = store.install(written(fast_path, 1))
    real = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == "current.json":
            raise OSError(28, "No space left on device")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OutputError, match="No space left"):
            store.install(written(fast_path, 2))
    assert store.current().sha256 == former.sha256
    new = store.install(written(fast_path, 3))
    assert len(contents(store.folder)) == 4
    assert store.list() == (new, former)


def test_a_folder_that_cannot_be_written(store: ModelStore, fast_path: Path) -> None:
    """What is installed reads; installing and rolling back say why they cannot."""
    model = store.install(written(fast_path, 1))
    new = written(fast_path, 2)
    # Root's rights know no read-only folder.
    for path in (fast_path, *fast_path.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def use() -> None:
        if os.getuid() == 0:
            os.setuid(65534)
        assert store.current().sha256 == model.sha256
        for change in (lambda: store.install(new), store.rollback):
            with pytest.raises(OutputError, match="Permission denied"):
                change()

    try:
        forked(use)
    finally:
        fast_path.chmod(0o755)
        for path in fast_path.rglob("*"):
            path.chmod(0o755)


def test_a_store_below_a_file_is_an_empty_one(fast_path: Path) -> None:
    """It reads with the shipped model, and cannot be installed to."""
    (fast_path / "file").touch()
    store = ModelStore(fast_path / "file" / "store", verify=trusting)
    assert store.current().sha256 == SHIPPED.sha256
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        store.install(written(fast_path, 1))


@pytest.mark.parametrize("place", ["current.json", "models/{}.tflite"])
def test_a_pipe_in_the_store_holds_nobody_up(store: ModelStore, fast_path: Path, place: str) -> None:
    """It is passed over, like what is damaged."""
    former, model = (store.install(written(fast_path, number)) for number in (1, 2))
    path = store.folder / place.format(model.sha256)
    path.unlink()
    os.mkfifo(path)
    assert store.current().sha256 == (model if place == "current.json" else former).sha256


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_all_may_read_and_one_may_write(store: ModelStore, fast_path: Path, umask: int) -> None:
    """Whoever installs, root or the service, and with whatever umask: the other one reads with it."""
    model = written(fast_path, 1)
    deep = ModelStore(store.folder / "deep", verify=trusting)

    def install() -> None:
        os.umask(umask)
        deep.install(model)

    forked(install)
    paths = [path for path in (store.folder, *store.folder.rglob("*")) if path.name != "lock"]
    rights = {path.relative_to(fast_path).parts[-1]: stat.S_IMODE(path.stat().st_mode) for path in paths}
    (name,) = (path.name for path in paths if path.suffix == ".tflite")
    folders, files = ("store", "deep", "models"), (name, "current.json", "copy.json")
    assert rights == {**dict.fromkeys(folders, 0o755), **dict.fromkeys(files, 0o644)}


def test_a_source_is_fit_for_a_terminal(store: ModelStore, fast_path: Path) -> None:
    """Control characters and what is no text are not passed on."""
    path = fast_path / os.fsdecode(b"a\x1b[2J\xff.tflite")
    path.write_bytes(variant(1))
    assert store.install(path).source == f"{fast_path}/a?[2J?.tflite"
    assert ModelStore(store.folder).list()[0].source == f"{fast_path}/a?[2J?.tflite"


def test_all_errors_are_lines(store: ModelStore, fast_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is asked of a store of rubbish, it answers, and errors are DigitsErrors."""
    caplog.set_level(logging.CRITICAL)
    store.folder.mkdir()
    for name in ("current.json", "copy.json", "models", "lock"):
        (store.folder / name).mkdir()
    assert store.current().sha256 == SHIPPED.sha256
    for change in (lambda: store.install(written(fast_path, 1)), store.rollback):
        with pytest.raises(DigitsError):
            change()


def test_the_store_is_light(fast_path: Path) -> None:
    """Looking for a switch between two frames needs no signatures and no network."""
    code = "import sys, edge_app.store.store; sys.exit(bool({'cryptography', 'ssl', 'http'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
