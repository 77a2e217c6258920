"""What a run reads, found by folder, glob, name and URL."""

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.registry import known_implementations

from edge_app.batch.sources import full_source, list_files, name_of, open_file
from edge_app.errors import MissingPartError, SourceError
from edge_app.host.download import without_password


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pages and an archive, among other things."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("b.PNG", "deep/er/a.tif", "c.tar.gz", "notes.txt", ".hidden.png", "README"):
        (tmp_path / name).write_bytes(b"x" * len(name))
    (tmp_path / "loop").symlink_to(tmp_path)
    return tmp_path


@pytest.fixture
def memory() -> Iterator[str]:
    """A URL of fsspec's file system in memory, with two pages."""
    system = fsspec.filesystem("memory")
    system.pipe({"/scans/1.png": b"one", "/scans/2.png": b"two", "/scans/3.txt": b"no"})
    yield "memory://scans"
    system.rm("/scans", recursive=True)


def listed(*sources: str) -> list[tuple[str, str | None]]:
    """Names of the files that these sources have, and why each is left out."""
    full = [full_source(source) for source in sources]
    return [(name_of(full[file.root], file.path), file.left_out) for file in list_files(full)]


def names(*sources: str) -> list[str]:
    """Names of the files that are read."""
    return [name for name, left_out in listed(*sources) if left_out is None]


def test_a_folder_gives_its_pages_in_order(folder: Path) -> None:
    """Folders in it too; hidden files, other kinds and links to folders are left out."""
    assert names(str(folder)) == [f"{folder}/{name}" for name in ("b.PNG", "c.tar.gz", "deep/er/a.tif")]


def test_what_a_folder_has_beside_pages_is_left_out_with_its_type(folder: Path) -> None:
    """After the pages; a pipe must not be opened, as nobody may ever write to it."""
    os.mkfifo(folder / "pipe.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    (folder / "other.png").symlink_to(folder / "b.PNG")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "1.png").touch()
    reasons = {
        ".hidden.png": "a hidden file",
        "README": "a file without a suffix",
        "__MACOSX/1.png": "a Mac's note on another file",
        "gone.png": "a link to nothing",
        "loop": "a link to a folder",
        "notes.txt": "a .txt file",
        "pipe.png": "no regular file",
    }
    found = listed(str(folder))
    assert found[4:] == [(f"{folder}/{name}", reason) for name, reason in reasons.items()]
    assert f"{folder}/other.png" in names(str(folder))


def test_a_folder_that_a_glob_names_is_read_as_if_a_shell_had_named_it(folder: Path) -> None:
    """A pattern that stops at folders must not lose what is in them, and none is there twice."""
    assert names(f"{folder}/d*") == [f"{folder}/deep/er/a.tif"]
    assert dict(listed(f"{folder}/*")) == {
        **{f"{folder}/{name}": None for name in ("README", "b.PNG", "c.tar.gz", "deep/er/a.tif", "notes.txt")},
        f"{folder}/loop": "a link to a folder",
        f"{folder}/.hidden.png": "a hidden file",
    }
    assert names(f"{folder}/.h*") == [f"{folder}/.hidden.png"]
    assert names(f"{folder}/**").count(f"{folder}/deep/er/a.tif") == 1


def test_what_one_source_leaves_out_and_another_names_is_read(folder: Path) -> None:
    """Once."""
    for sources in ((str(folder), f"{folder}/notes.txt"), (f"{folder}/notes.txt", str(folder))):
        assert [left_out for name, left_out in listed(*sources) if name == f"{folder}/notes.txt"] == [None]


def test_a_glob_and_a_named_file_are_taken_whatever_they_are_called(folder: Path) -> None:
    """Whoever names a file means it."""
    assert names(f"{folder}/*.txt") == names(f"{folder}/notes.txt") == [f"{folder}/notes.txt"]
    assert names(f"{folder}/**/*.tif") == [f"{folder}/deep/er/a.tif"]


def test_a_name_that_looks_like_a_glob_is_a_name_first(folder: Path) -> None:
    """Brackets are allowed in file names."""
    (folder / "page[1].png").touch()
    assert names(f"{folder}/page[1].png") == [f"{folder}/page[1].png"]


def test_what_two_sources_have_in_common_is_listed_once(folder: Path) -> None:
    """Nothing is read twice."""
    assert names(str(folder), f"{folder}/*.PNG", f"{folder}/deep") == names(str(folder))


def test_sizes_are_listed(folder: Path) -> None:
    """They tell a changed file."""
    assert [file.size_bytes for file in list_files([str(folder / "b.PNG")])] == [5]


@pytest.mark.parametrize("missing", ["none", "none/*.png", "deep/*.jpg"])
def test_a_source_that_is_not_there_is_one_clear_line(missing: str, folder: Path) -> None:
    """A mistyped path must not be a run of nothing."""
    with pytest.raises(SourceError, match=r"expected .*, got none at .*; check") as caught:
        names(str(folder), f"{folder}/{missing}")
    assert missing in str(caught.value)


def test_a_pipe_is_one_clear_line(folder: Path) -> None:
    """To open it would never end."""
    os.mkfifo(folder / "pipe2.png")
    with pytest.raises(SourceError, match=r"expected a regular file, got a pipe, .*pipe2\.png; "):
        names(str(folder / "pipe2.png"))


def test_a_url_is_listed_and_opened(memory: str) -> None:
    """Any file system of fsspec's; results call its files by their URLs."""
    assert names(memory) == ["memory:///scans/1.png", "memory:///scans/2.png"]
    file = next(list_files([memory]))
    with open_file(memory, file.path) as opened:
        assert opened.read() == b"one"


@pytest.fixture
def web() -> Iterator[str]:
    """A server of one picture, whose name has a space, and of a loop."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/loop":
                self.send_response(302)
                self.send_header("Location", "/loop")
            else:
                self.send_response(200 if self.path == "/%C3%BC%20b.png" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("{web}/none.png", r"HTTP Error 404"),
        ("{web}/none.png?a=1", r"HTTP Error 404"),
        ("{web}/loop", r"TooManyRedirects"),
        ("http://127.0.0.1:9/a.png", r"Cannot connect to host 127\.0\.0\.1:9"),
    ],
)
def test_a_url_that_fails_says_why(url: str, why: str, web: str) -> None:
    """As `read` does: not that a path or a glob is wrong."""
    with pytest.raises(SourceError, match=rf"expected files to read, got http\S+ \({why}.*\); check it"):
        names(url.format(web=web))


def test_a_url_may_have_spaces_and_letters(web: str) -> None:
    """They are encoded."""
    assert names(f"{web}/ü b.png") == [f"{web}/ü b.png"]


def test_a_url_of_no_known_kind_is_one_clear_line() -> None:
    """The message names it."""
    with pytest.raises(SourceError, match="got nonsense://x "):
        names("nonsense://x")


def test_a_url_whose_package_is_not_installed_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """As fsspec tells it."""
    monkeypatch.setitem(known_implementations, "far", {"class": "far.Far", "err": "Install far"})
    with pytest.raises(MissingPartError, match="got: Install far"):
        names("far://away")


def test_a_password_is_not_written_down() -> None:
    """Neither in results nor in messages."""
    assert without_password("sftp://me:secret@host/scans?a=1") == "sftp://me@host/scans?a=1"
    assert without_password("/a:b@c/d") == "/a:b@c/d"
