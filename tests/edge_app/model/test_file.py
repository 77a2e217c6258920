"""A .tflite with its contract behind it: written, read, damaged in every way."""

import io
import os
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from edge_app.errors import ModelError, OutputError
from edge_app.files.atomic import write_atomically
from edge_app.model import file as model_file
from edge_app.model.contract import ModelContract
from edge_app.model.file import CONTRACT_NAME, LABELS_NAME, embed_contract, parse_model, read_model, shipped_model_path
from tests.parts import require

# Not a network, but what the file's reader looks at: the mark, and bytes that must come back unchanged.
FLATBUFFER = b"\x1c\x00\x00\x00TFL3" + bytes(range(120))
CONTRACT = ModelContract(temperature=1.5, refuse_below=0.25, provenance={"training_seed": 3})


def flipped(content: bytes, position: int, bit: int) -> bytes:
    """The content with one bit turned."""
    return content[:position] + bytes([content[position] ^ 1 << bit]) + content[position + 1 :]


def test_what_is_embedded_is_read_again() -> None:
    """The contract comes back, and the flatbuffer lies unchanged at the front, where interpreters look for it."""
    content = embed_contract(FLATBUFFER, CONTRACT)
    assert content.startswith(FLATBUFFER)
    parsed = parse_model(content, "here")
    assert (parsed.contract, parsed.content, parsed.source) == (CONTRACT, content, "here")


def test_the_same_model_is_the_same_bytes() -> None:
    """No clock gets into the file: the hash names the model."""
    first, second = (parse_model(embed_contract(FLATBUFFER, CONTRACT)) for _ in range(2))
    assert first.sha256 == second.sha256
    assert first.sha256 != parse_model(embed_contract(FLATBUFFER, ModelContract())).sha256


def test_a_zip_reader_finds_contract_and_labels() -> None:
    """The tail is an ordinary ZIP archive, and its checksums hold."""
    with zipfile.ZipFile(io.BytesIO(embed_contract(FLATBUFFER, CONTRACT))) as archive:
        assert archive.testzip() is None
        assert {CONTRACT_NAME, LABELS_NAME} <= set(archive.namelist())
        assert archive.read(LABELS_NAME).decode().splitlines() == list(CONTRACT.labels)
        assert ModelContract.from_json(archive.read(CONTRACT_NAME).decode()) == CONTRACT


def test_unzip_lists_the_shipped_model() -> None:
    """`unzip -l` works on the shipped file as it is."""
    require(["unzip"])
    listed = subprocess.run(["unzip", "-l", shipped_model_path()], capture_output=True, text=True, check=False).stdout
    assert CONTRACT_NAME in listed
    assert LABELS_NAME in listed


def test_any_bit_flipped_in_the_flatbuffer_is_refused() -> None:
    """Interpreters can crash on a damaged flatbuffer, so none gets to see one."""
    content = embed_contract(FLATBUFFER, CONTRACT)
    for position in range(len(FLATBUFFER)):
        for bit in range(8):
            with pytest.raises(ModelError, match=r"damaged file|without the mark TFL3"):
                parse_model(flipped(content, position, bit))


def test_any_bit_flipped_in_the_tail_is_refused_or_harmless() -> None:
    """Damage to the ZIP tail is a ModelError, or touches nothing that the app uses."""
    content = embed_contract(FLATBUFFER, CONTRACT)
    refused = 0
    for position in range(len(FLATBUFFER), len(content)):
        for bit in range(8):
            try:
                assert parse_model(flipped(content, position, bit)).contract == CONTRACT
            except ModelError:
                refused += 1
    assert refused > len(content)


def test_bits_flipped_in_the_shipped_model_are_refused() -> None:
    """The same for the real file, at a hundred places over the whole flatbuffer."""
    content = shipped_model_path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        end = min(member.header_offset for member in archive.infolist())
    for position in range(8, end, end // 100):
        with pytest.raises(ModelError, match="damaged file; copy it again"):
            parse_model(flipped(content, position, position % 8))


def test_any_truncation_is_refused() -> None:
    """A copy that stopped at whichever byte is a ModelError."""
    content = embed_contract(FLATBUFFER, CONTRACT)
    for length in range(len(content)):
        with pytest.raises(ModelError, match="expected a"):
            parse_model(content[:length])


def test_bytes_put_before_the_model_are_refused() -> None:
    """ZIP readers forgive leading bytes, interpreters do not."""
    with pytest.raises(ModelError, match="TFL3"):
        parse_model(b"\0" * 16 + embed_contract(FLATBUFFER, CONTRACT))


@pytest.mark.parametrize("content", [FLATBUFFER, FLATBUFFER + b"some tail"], ids=["bare", "other tail"])
def test_a_foreign_model_is_refused_with_the_fix(content: bytes) -> None:
    """A .tflite without a contract says how to make one with it."""
    with pytest.raises(ModelError, match=r"embedded contract\.json, got foreign.*python -m convert --int8"):
        parse_model(content, "foreign")


@pytest.mark.parametrize("name", [CONTRACT_NAME, model_file.DIGEST_NAME])
def test_a_tail_that_lacks_a_file_is_refused(name: str) -> None:
    """Contract and digest must both be there."""
    whole = embed_contract(FLATBUFFER, CONTRACT)
    buffer = io.BytesIO(FLATBUFFER)
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(buffer, "a") as archive:
        for member in source.namelist():
            if member != name:
                archive.writestr(member, source.read(member))
    with pytest.raises(ModelError, match="without a readable one"):
        parse_model(buffer.getvalue())


def test_a_zip_bomb_is_refused_unread() -> None:
    """A member that unpacks to more than 1 MB is not unpacked."""
    buffer = io.BytesIO(FLATBUFFER)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTRACT_NAME, b" " * 2_000_000)
    with pytest.raises(ModelError, match="more than 1 MB"):
        parse_model(buffer.getvalue(), "bomb")


def test_an_unknown_contract_is_refused_for_what_it_is() -> None:
    """A whole file with a contract of a later version blames the version, not the file."""
    later = CONTRACT.to_json().replace('"format": 1', '"format": 99').encode()
    content = embed_contract(FLATBUFFER, CONTRACT)
    buffer = io.BytesIO(FLATBUFFER)
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "a") as archive:
        for member in source.namelist():
            archive.writestr(member, later if member == CONTRACT_NAME else source.read(member))
    with pytest.raises(ModelError, match="with format 1, got 99; update the app"):
        parse_model(buffer.getvalue())


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "below a file"])
def test_paths_that_are_no_model_are_named(tmp_path: Path, kind: str) -> None:
    """The message holds the path, whatever is wrong with it."""
    path = tmp_path / "model.tflite"
    if kind == "folder":
        path.mkdir()
    elif kind in ("empty", "text"):
        path.write_text("" if kind == "empty" else "hello, I am no model")
    elif kind == "below a file":
        path.touch()
        path = path / "deeper.tflite"
    with pytest.raises(ModelError) as caught:
        read_model(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """Sizes that no model of this project has are not loaded into a Pi's memory."""
    with (tmp_path / "huge.tflite").open("wb") as file:
        file.truncate(model_file.MAX_BYTES + 1)
    with pytest.raises(ModelError, match=r"at most 64 MB, got .*huge\.tflite"):
        read_model(tmp_path / "huge.tflite")


def test_a_model_is_read_from_text_and_path_alike(tmp_path: Path) -> None:
    """The source that messages name is the path that was given."""
    path = tmp_path / "model.tflite"
    path.write_bytes(embed_contract(FLATBUFFER, CONTRACT))
    assert read_model(str(path)) == read_model(path)
    assert read_model(path).source == str(path)


def test_writing_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    """The folder is made, the file is whole and readable by others, no temporary file stays."""
    path = tmp_path / "made" / "model.tflite"
    for content in (b"first", b"second, longer"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    """A full disk and Ctrl-C leave the former file byte-identical and no temporary one."""
    path = tmp_path / "model.tflite"
    path.write_bytes(b"former")

    def fail(descriptor: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)) as caught:
        write_atomically(path, b"new")
    if isinstance(failure, OSError):
        assert caught.type is OutputError
        assert "No space left on device" in str(caught.value)
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_target_that_is_a_folder_leaves_no_temporary_file(tmp_path: Path) -> None:
    """The rename at the end can fail too."""
    (tmp_path / "model.tflite" / "inside").mkdir(parents=True)
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        write_atomically(tmp_path / "model.tflite", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["model.tflite"]


def test_a_folder_below_a_file_is_an_output_error(tmp_path: Path) -> None:
    """What cannot be made is named."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"got .*file"):
        write_atomically(tmp_path / "file" / "model.tflite", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
