"""UNIPEN is found where it is named, in the cache, or downloaded with its checksum; else one line says so."""

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from edge_app.host.download import Limits
from tests.hostile_servers import HEAD, SERVERS, Answer, Server, after, file, once
from train.data import unipen_found
from train.data.unipen import load_unipen
from train.data.unipen_found import find_unipen
from train.data.unipen_tree import PensError

from .test_unipen import TREE

MISSING = once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; no UNIPEN is named, and no record is reachable."""
    monkeypatch.delenv("UNIPEN", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(unipen_found, "RECORD_URL", "http://127.0.0.1:9/record")
    return tmp_path / "keras" / "datasets"


def packed() -> bytes:
    """The tiny tree as a ZIP."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in TREE.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def entry(url: str, content: bytes, **changes: Any) -> dict[str, Any]:
    """A file of a record, as the API describes it."""
    checksum = f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
    found = {"key": "train_r01_v07.zip", "size": len(content), "checksum": checksum, "links": {"self": url}}
    return found | changes


def fetched(monkeypatch: pytest.MonkeyPatch, answer: Answer, **changes: Any) -> tuple[Path | None, list[str]]:
    """What is found where a record names one archive, which is answered for like this, and what is told."""
    answers, told = {"archive": answer}, list[str]()
    with Server(answers) as server:
        paper = entry(f"{server.url}/paper", b"a much longer text" * 999, key="README.txt")
        files = [paper, entry(f"{server.url}/archive", packed(), **changes)]
        answers["record"] = file(json.dumps({"files": files}).encode())
        monkeypatch.setattr(unipen_found, "RECORD_URL", f"{server.url}/record")
        return find_unipen(None, told.append), told


def test_what_is_named_comes_first(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument, then $UNIPEN, then the cache."""
    cache.mkdir(parents=True)
    cached = cache / "unipen_train_r01_v07.tar.xz"
    cached.touch()
    assert find_unipen(None) == cached
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("UNIPEN", str(tmp_path / "a"))
    assert find_unipen(None) == tmp_path / "a"
    assert find_unipen(tmp_path / "b") == tmp_path / "b"


@pytest.mark.usefixtures("cache")
def test_a_name_for_nothing_is_an_error(tmp_path: Path) -> None:
    """Who names a tree means it: no training without it."""
    with pytest.raises(PensError, match="which is not there; check --pens"):
        find_unipen(tmp_path / "gone")


@pytest.mark.usefixtures("cache")
def test_nothing_reachable_is_one_line() -> None:
    """What is missing, what it costs, what to do."""
    told: list[str] = []
    assert find_unipen(None, told.append) is None
    (line,) = told
    assert "\n" not in line
    for part in ("no UNIPEN pens", "read less well", "doi:10.5281/zenodo.1195803", "--pens", "$UNIPEN"):
        assert part in line


def test_a_download_is_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive, not the text beside it; the next time nobody is asked."""
    path, told = fetched(monkeypatch, file(packed()))
    assert (path, told) == (cache / "unipen_train_r01_v07.zip", [])
    assert path is not None
    assert len(load_unipen(path).trajectories) == 4
    assert find_unipen(None) == path


@pytest.mark.parametrize(
    ("answer", "changes", "told"),
    [
        (file(packed()), {"checksum": "md5:" + "0" * 32}, "MD5 00000000000000000000000000000000"),
        (file(packed()), {"size": 7}, "expected 7 bytes"),
        (file(packed()), {"checksum": "none"}, "expected an archive with its checksum"),
        (file(packed()), {"links": {"self": "file:///etc/passwd"}}, "expected an archive with its checksum"),
        (file(packed()), {"size": "large"}, "expected a record with files"),
        (MISSING, {}, "404"),
        (once(HEAD + b"Content-Length: 99\r\n\r\nhalf"), {}, "got 4 of 99 bytes"),
        (after(HEAD + b"Content-Length: 1000000\r\n\r\n", b"a"), {}, "within 1 s"),
        (SERVERS["a length of 10 GB"], {}, "got 9536 MB"),
    ],
)
def test_a_bad_download_leaves_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, changes: dict[str, Any], told: str
) -> None:
    """A wrong checksum, a dripping server, no answer: one line, and no file under any name."""
    monkeypatch.setattr(unipen_found, "ARCHIVE", Limits(max_bytes=1 << 20, answer_s=10, whole_s=1))
    path, lines = fetched(monkeypatch, answer, **changes)
    assert path is None
    assert len(lines) == 1
    assert told in lines[0]
    assert not list(cache.glob("*"))
    assert not list(cache.glob(".*"))


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("record", [b"", b"[]", b"{}", b'{"files": 3}', b'{"files": [3]}', b"[" * 100_000, b"\xff"])
def test_a_record_of_another_kind_is_one_line(monkeypatch: pytest.MonkeyPatch, record: bytes) -> None:
    """Whatever the API answers, training goes on."""
    told: list[str] = []
    with Server({"record": file(record)}) as server:
        monkeypatch.setattr(unipen_found, "RECORD_URL", f"{server.url}/record")
        assert find_unipen(None, told.append) is None
    assert "expected a record with files, got " in told[0]
