"""Files that somebody else names."""

import os
from pathlib import Path

import pytest

from edge_app.errors import ModelError
from edge_app.files.regular import read_regular
from edge_app.model.file import read_model


def test_one_byte_more_than_the_limit_tells_that_there_is_more(tmp_path: Path) -> None:
    """Up to the limit it is the whole file."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert [read_regular(path, limit) for limit in (3, 5, 6)] == [b"1234", b"12345", b"12345"]
    (tmp_path / "link").symlink_to(path)
    assert read_regular(tmp_path / "link", 5) == b"12345"


def open_descriptors() -> set[str]:
    """Of this process."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "missing"])
def test_what_is_no_file_is_an_error_at_once(tmp_path: Path, kind: str) -> None:
    """Nothing is waited for, and no descriptor stays open; --model says it in a line."""
    path = tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    before = open_descriptors()
    with pytest.raises(OSError, match=str(path)):
        read_regular(path, 5)
    assert open_descriptors() == before
    with pytest.raises(ModelError, match=rf"expected a model file, got {path} \(.*\); make one with"):
        read_model(path)
