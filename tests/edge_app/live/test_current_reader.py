"""A page reader that follows the model store."""

import logging
from pathlib import Path

import pytest

from edge_app.bench.sample_page import ROWS, draw_page
from edge_app.live import current_reader
from edge_app.live.current_reader import CurrentReader
from edge_app.model.file import embed_contract, read_model, shipped_model_path
from edge_app.model.sequence import SequenceReader
from edge_app.store.choice import ModelChoice
from edge_app.store.store import ModelStore

SEQUENCE_READER_LOAD = SequenceReader.load
PAGE = draw_page((640, 480))


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_reader, "LOOK_S", 0.0)


def choice(store: Path, model: Path | None = None) -> ModelChoice:
    """As a command's flags make it."""
    return ModelChoice(model, store, "litert")


def another_model(path: Path) -> Path:
    """The shipped network with another provenance, so that it is another file."""
    shipped = read_model(shipped_model_path())
    flatbuffer = shipped.content[: shipped.content.rindex(b"PK\x03\x04", 0, shipped.content.index(b"contract.json"))]
    contract = shipped.contract.__class__(**{**vars(shipped.contract), "provenance": {"taught": "here"}})
    path.write_bytes(embed_contract(flatbuffer, contract))
    return path


def test_a_switch_is_followed_between_two_frames(tmp_path: Path) -> None:
    """From the shipped model to an installed one and back; each frame is read."""
    told: list[str] = []
    reader = CurrentReader(choice(tmp_path / "store"), steady=True, switched=lambda sha256, _: told.append(sha256))
    assert reader.read(PAGE).text.split() == list(ROWS)
    store = ModelStore(tmp_path / "store")
    installed = store.install(another_model(tmp_path / "other.tflite"))
    assert reader.read(PAGE).text.split() == list(ROWS)
    assert reader.classifier.model_sha256 == installed.sha256
    store.rollback()
    assert reader.read(PAGE).text.split() == list(ROWS)
    shipped = read_model(shipped_model_path()).sha256
    assert told == [shipped, installed.sha256, shipped]


def test_a_switch_loads_no_more_than_the_classifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own networks stay as they are, with the runtime and the threads of the choice."""
    loaded: list[tuple[str, int]] = []

    def load(runtime: str, threads: int) -> SequenceReader:
        loaded.append((runtime, threads))
        return SEQUENCE_READER_LOAD(runtime=runtime, threads=threads)

    monkeypatch.setattr(SequenceReader, "load", load)
    reader = CurrentReader(ModelChoice(None, tmp_path / "store", "litert", 2), steady=False)
    ModelStore(tmp_path / "store").install(another_model(tmp_path / "other.tflite"))
    assert reader.read(PAGE).text.split() == list(ROWS)
    assert loaded == [("litert", 2)]


def test_a_model_that_cannot_be_used_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Damaged on disk after it was installed: the shipped one takes over, as the store says; reading goes on."""
    store = ModelStore(tmp_path / "store")
    installed = store.install(another_model(tmp_path / "other.tflite"))
    reader = CurrentReader(choice(tmp_path / "store"), steady=False)
    assert reader.classifier.model_sha256 == installed.sha256
    store.path(installed.sha256).write_bytes(b"damaged")
    (tmp_path / "store" / "current.json").touch()
    with caplog.at_level(logging.WARNING):
        assert reader.read(PAGE).text.split() == list(ROWS)


def test_a_model_of_the_command_line_stays(tmp_path: Path) -> None:
    """--model is asked for by somebody."""
    reader = CurrentReader(choice(tmp_path / "store", shipped_model_path()), steady=False)
    ModelStore(tmp_path / "store").install(another_model(tmp_path / "other.tflite"))
    assert reader.read(PAGE).text.split() == list(ROWS)
    assert reader.classifier.model_sha256 == read_model(shipped_model_path()).sha256
