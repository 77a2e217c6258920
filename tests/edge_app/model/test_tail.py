"""A model's ZIP tail made to take the reader's time and memory."""

import hashlib
import io
import struct
import tracemalloc
import zipfile

import pytest

from edge_app.errors import ModelError
from edge_app.model.contract import ModelContract
from edge_app.model.file import CONTRACT_NAME, DIGEST_NAME, embed_contract, parse_model
from edge_app.model.tail import MAX_DIRECTORY_BYTES

FLATBUFFER = b"\x1c\x00\x00\x00TFL3" + bytes(range(120))
END = 22


def crowded(flatbuffer: bytes, entries: int) -> bytes:
    """A good model whose directory names its first member again and again."""
    content = embed_contract(flatbuffer, ModelContract())
    end = content[-END:]
    size, begins = struct.unpack_from("<LL", end, 12)
    directory = content[begins : begins + size]
    entry = directory[:28] + struct.pack("<H", 1) + bytes(4) + directory[34:46] + b"x"
    directory += entry * entries
    counts = [min(entries + 3, 65_535)] * 2
    return content[:begins] + directory + end[:8] + struct.pack("<HHLLH", *counts, len(directory), begins, 0)


def bomb(flatbuffer: bytes, size_bytes: int) -> bytes:
    """A model whose contract unpacks to far more than its directory says."""
    buffer, text = io.BytesIO(flatbuffer), ModelContract().to_json()
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTRACT_NAME, text + " " * size_bytes)
        archive.writestr(DIGEST_NAME, hashlib.sha256(flatbuffer).hexdigest())
    real, told = (struct.pack("<L", len(text) + more) for more in (size_bytes, 0))
    return buffer.getvalue().replace(real, told)


def test_many_entries_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the directory is asked before zipfile sees it."""
    assert parse_model(crowded(FLATBUFFER, 3)).contract == ModelContract()
    content = crowded(FLATBUFFER, MAX_DIRECTORY_BYTES // 46)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ModelError, match="expected a few embedded files in a model, got a directory of more"):
        parse_model(content, "a model")


def test_a_directory_in_zip64_is_refused() -> None:
    """It has another size, which zipfile believes."""
    content = embed_contract(FLATBUFFER, ModelContract())
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    with pytest.raises(ModelError, match="got a directory of more"):
        parse_model(content[:-END] + locator + content[-END:])


def test_a_member_is_not_unpacked_beyond_its_bound() -> None:
    """However little of it the directory promises."""
    content = bomb(FLATBUFFER, 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match="without a readable one"):
            parse_model(content)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_other_packings_are_refused() -> None:
    """LZMA's errors are its own, and so is its memory."""
    buffer = io.BytesIO(FLATBUFFER)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr(CONTRACT_NAME, ModelContract().to_json())
        archive.writestr(DIGEST_NAME, hashlib.sha256(FLATBUFFER).hexdigest())
    with pytest.raises(ModelError, match="stored or deflated"):
        parse_model(buffer.getvalue())
