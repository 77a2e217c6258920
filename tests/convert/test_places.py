"""What a conversion takes, and where it writes."""

from pathlib import Path

import pytest

from convert.cli import main
from convert.errors import SourceError
from convert.places import Places, find_places
from train.runs import SHIPPED

NETWORKS = ("digits", "nano", "detector", "sequence")


@pytest.fixture
def last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The last run of all networks, in a folder to work in."""
    monkeypatch.chdir(tmp_path)
    run = Path("runs", "last")
    run.mkdir(parents=True)
    for network in NETWORKS:
        for name in ("float", "qat"):
            (run / f"{network}_{name}.h5").write_text(f"{network} {name}")
    return run


@pytest.mark.parametrize("network", NETWORKS)
def test_the_last_run_is_taken_and_written_beside(last: Path, network: str) -> None:
    """And it is said which one that was."""
    places = find_places(None, None, False, network)
    assert (places.model, places.output, places.read_training_files()) == (last, last, {})
    assert str(places) == "takes runs/last (the last run), writes to runs/last"


def test_what_is_named_goes_before(last: Path, tmp_path: Path) -> None:
    """A folder or a file of a model, and where to write."""
    named = tmp_path / "named"
    named.mkdir()
    assert find_places(named, None, False, "digits") == Places(named, named)
    assert find_places(last / "digits_float.h5", None, False, "digits").output == last
    assert find_places(named, tmp_path / "there", False, "digits").output == tmp_path / "there"


@pytest.mark.parametrize("network", NETWORKS)
def test_models_is_written_to_only_when_asked(last: Path, network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By --publish, which takes the training's files along, or by --output; not by --model, however it is spelt."""
    monkeypatch.chdir(SHIPPED.parent)
    for model in (SHIPPED, Path("models"), Path("models", f"{network}_float.h5")):
        assert find_places(model, None, False, network).output == Path("runs", "models")
    assert find_places(SHIPPED, None, True, network) == Places(SHIPPED, SHIPPED)
    assert find_places(Path("models"), Path("models"), False, network).output == Path("models")


@pytest.mark.parametrize("network", NETWORKS)
def test_publishing_takes_the_files_of_the_training_along(last: Path, network: str) -> None:
    """Or models/ would hold a model beside the float network of another training."""
    places = find_places(None, None, True, network)
    assert places.output == SHIPPED
    names = [f"{network}_{name}.h5" for name in ("float", "qat")]
    assert places.read_training_files() == {name: (last / name).read_bytes() for name in names}


def test_one_file_is_not_published(last: Path) -> None:
    """Its training cannot be taken along."""
    with pytest.raises(SourceError, match=r"expected the folder of a training to publish, got .*; name its folder"):
        find_places(last / "digits_qat.h5", None, True, "digits")


@pytest.mark.parametrize("flags", [["--int8"], ["--detector", "--int8"], ["--sequence", "--int8"]])
def test_without_a_run_it_is_one_line_and_1(
    flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how to get one, and makes no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(flags) == 1
    error = capsys.readouterr().err
    assert error.startswith("convert: error: expected a training in runs/, got none; make one with python -m train")
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_two_places_to_write_are_usage() -> None:
    """Exit 2."""
    with pytest.raises(SystemExit, match="2"):
        main(["--int8", "--publish", "--output", "x"])
