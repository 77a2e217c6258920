"""`python -m edge_app model`, and what reads afterwards."""

import hashlib
import json
from pathlib import Path

import pytest

from edge_app.cli import main
from edge_app.errors import OptionError
from edge_app.page.drawing import save_image
from edge_app.store.choice import ModelChoice, chosen_model, store_folder
from edge_app.store.state import State
from edge_app.store.store import ModelStore
from tests.edge_app.pages import blank, write

from .models import SHIPPED, forgetful, trusting, written


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Where the store is to be."""
    return str(tmp_path / "store")


def test_install_list_and_rollback(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says in a line what is current."""
    path = written(tmp_path, 1)
    assert main(["model", "list", "--store", store]) == 0
    assert capsys.readouterr().out == f"* {SHIPPED.sha256[:12]}  the shipped model\n"
    assert main(["model", "install", str(path), "--store", store]) == 0
    (model,) = ModelStore(Path(store)).list()
    assert capsys.readouterr().out.startswith(f"current is {model.sha256[:12]}  {model.time}")
    assert main(["model", "list", "--store", store]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"* {model.sha256[:12]}")
    assert first.endswith(f"bytes  from {path}")
    assert last == f"  {SHIPPED.sha256[:12]}  the shipped model"
    assert main(["model", "rollback", "--store", store]) == 0
    told, forward = capsys.readouterr().out.splitlines()
    assert told == "current is the shipped model"
    assert main(["model", "rollback", "--store", store]) == 1
    assert "the shipped one is current" in capsys.readouterr().err
    assert main(forward.removeprefix("forward again with: python -m edge_app ").split()) == 0
    assert ModelStore(Path(store)).current().sha256 == model.sha256


def test_list_as_json(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the history."""
    models = ModelStore(Path(store), verify=trusting)
    former, model = (models.install(written(tmp_path, number)) for number in (1, 2))
    models.rollback()
    assert main(["model", "list", "--json", "--store", store]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == ["store", "current", "models", "shipped", "history"]
    assert record["current"] == former.sha256
    assert [each["sha256"] for each in record["models"]] == [former.sha256]
    assert [(each["action"], each["sha256"]) for each in record["history"]] == [
        ("install", former.sha256),
        ("install", model.sha256),
        ("rollback", former.sha256),
    ]


def test_a_list_stands_another_install_meanwhile(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each look at the state is followed by an install that prunes; exactly one model is told to be current."""
    models = ModelStore(Path(store), 2, trusting)
    numbers = iter(range(20))
    first, second = (models.install(written(tmp_path, next(numbers))) for _ in range(2))
    real = State.from_json

    def overtaken(text: str) -> State:
        found = real(text)
        with monkeypatch.context() as patch:
            patch.setattr(State, "from_json", real)
            models.install(written(tmp_path, next(numbers)))
        return found

    monkeypatch.setattr(State, "from_json", overtaken)
    assert main(["model", "list", "--store", store]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:14] for line in lines] == [
        f"{mark} {sha256[:12]}" for mark, sha256 in (("*", second.sha256), (" ", first.sha256), (" ", SHIPPED.sha256))
    ]


def test_keys_and_signatures(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the key to the installation; without a signature, one line and exit code 1."""
    path, key = str(written(tmp_path, 1)), str(tmp_path / "owner")
    assert main(["model", "keygen", key]) == 0
    install = ["model", "install", path, "--require-signature", f"{key}.pub", "--store", store]
    assert main(install) == 1
    message = capsys.readouterr().err
    assert message.startswith("edge_app: error: expected a signature")
    assert message.count("\n") == 1
    assert main(["model", "sign", path, "--key", key]) == 0
    assert main(install) == 0


def test_a_refused_model_is_exit_1(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was current stays current."""
    (tmp_path / "bad.tflite").write_bytes(forgetful())
    assert main(["model", "install", str(tmp_path / "bad.tflite"), "--store", store]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert ModelStore(Path(store)).current().sha256 == SHIPPED.sha256


def test_a_hash_in_capitals(store: str, tmp_path: Path) -> None:
    """As some programs print it."""
    path = written(tmp_path, 1)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest().upper()
    assert main(["model", "install", str(path), "--sha256", sha256, "--store", store]) == 0


@pytest.mark.parametrize("count", ["0", "1", "-3", "x", "1.5", "9" * 5000])
def test_how_many_to_keep(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At least two, and the message says why."""
    with pytest.raises(SystemExit) as caught:
        main(["model", "install", "a.tflite", "--keep", count])
    assert caught.value.code == 2
    expected = f"expected 2 or more (the current model and the one before it), got {count!r}"
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["install"],
        ["install", "a.tflite", "--sha256", "123"],
        ["install", "a.tflite", "--keep", "1"],
        ["sign", "a.tflite"],
    ],
)
def test_mistakes_are_usage(wrong: list[str]) -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main(["model", *wrong])
    assert caught.value.code == 2


def test_read_uses_the_installed_model(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that has forgotten how to read shows the difference; --model wins over it, and a rollback fixes it."""
    (tmp_path / "bad.tflite").write_bytes(forgetful())
    page = tmp_path / "page.png"
    # A digit alone: of a number, the sequence reader finds out what the classifier has forgotten.
    save_image(write(blank(), "7", (100, 300), 100), page)
    models = ModelStore(Path(store), verify=trusting)
    models.install(tmp_path / "bad.tflite")
    read = ["read", "--json", "--runtime", "litert", str(page)]

    def confidence(*more: str) -> float:
        assert main([*read, *more]) == 0
        lines = json.loads(capsys.readouterr().out)["lines"]
        return float(lines[0]["digits"][0]["confidence"]) if lines else 0.0

    forgotten = confidence("--store", store)
    monkeypatch.setenv("EDGE_APP_STORE", store)
    known = confidence("--model", str(written(tmp_path, 1)))
    assert known > forgotten
    models.rollback()
    assert confidence() == known


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag, then the variable, then systemd's folder, then XDG's."""
    monkeypatch.setenv("HOME", "/home/somebody")
    places = {"XDG_DATA_HOME": "/data", "STATE_DIRECTORY": "/var/lib/digits:/var/lib/other", "EDGE_APP_STORE": "/store"}
    found = []
    for name in places:
        monkeypatch.delenv(name, raising=False)
    for name, place in [("", ""), *places.items()]:
        if name:
            monkeypatch.setenv(name, place)
        found.append(str(store_folder(None)))
    assert found == [
        "/home/somebody/.local/share/digits-edge/models",
        "/data/digits-edge/models",
        "/var/lib/digits/models",
        "/store",
    ]
    assert store_folder(tmp_path) == tmp_path


def test_no_home_needs_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account without one."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_DATA_HOME", "STATE_DIRECTORY", "EDGE_APP_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(OptionError, match="give --store DIR"):
        chosen_model(ModelChoice())
