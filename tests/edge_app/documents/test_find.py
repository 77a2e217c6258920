"""What `read` makes of its arguments."""

import os
from pathlib import Path

import pytest

from edge_app.documents.find import Found, find_documents


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder: pages, an archive, and other things."""
    (tmp_path / "deep").mkdir()
    for name in ("b.PNG", "a.tif", "deep/c.pdf", "d.zip", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*sources: str) -> list[str]:
    """Those that are read."""
    return [found.name for found in find_documents(sources) if found.error is None and found.left_out is None]


@pytest.mark.usefixtures("folder")
def test_a_folder_gives_its_pages_and_says_what_else_is_in_it() -> None:
    """An archive may have pages, so that it is an error; links to folders are not followed, and no pipe is opened."""
    found = find_documents(["."])
    assert names(".") == ["a.tif", "b.PNG", "deep/c.pdf"]
    assert {each.source: each.left_out for each in found if each.left_out} == {
        ".hidden.png": "a hidden file",
        "gone.png": "a link to nothing",
        "loop": "a link to a folder",
        "notes.txt": "a .txt file",
        "pipe.png": "no file",
    }
    (archive,) = (each for each in found if each.error)
    assert archive.source == "d.zip"
    assert str(archive.error).endswith("; read it with python -m edge_app batch d.zip --output DIR")


@pytest.mark.usefixtures("folder")
def test_a_quoted_glob_is_what_a_shell_makes_of_it() -> None:
    """Folders too; each file once; and a name that looks like a glob is a name first."""
    assert names("*.tif") == ["a.tif"]
    assert names("**/*.pdf") == ["deep/c.pdf"]
    assert names("d[e]*") == ["deep/c.pdf"]
    assert names("**").count("deep/c.pdf") == 1
    Path("page[1].png").touch()
    assert names("page[1].png") == ["page[1].png"]


@pytest.mark.usefixtures("folder")
def test_a_pipe_that_a_pattern_matches_is_not_opened() -> None:
    """Nobody may ever write to it; one that is named, as in <(command), is read."""
    found = {each.source: each.error for each in find_documents(["*.png"])}
    assert found["pipe.png"] == "expected a regular file, got a pipe, pipe.png; name it alone"
    assert find_documents(["pipe.png"]) == [Found("pipe.png")]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("*.jpg", "expected files, got none that match *.jpg; check the pattern"),
        ("empty", "expected images or PDFs, got none in empty; check the path"),
        ("d.zip", "got an archive, d.zip; read it with python -m edge_app batch d.zip --output DIR"),
        ("https://me:secret@host/a.tgz", "with python -m edge_app batch https://me@host/a.tgz --output DIR"),
        ("s3://bucket/a.png", "expected an http or https URL, got s3://bucket/a.png; python -m edge_app batch"),
        ("a b $(id).zip", "with python -m edge_app batch 'a b $(id).zip' --output DIR"),
        ("s3://bucket/a b", "; python -m edge_app batch 's3://bucket/a b' --output DIR"),
        ("", "got an empty one"),
    ],
)
def test_what_is_not_read_is_one_clear_line(source: str, error: str, folder: Path) -> None:
    """It says where to go on; a password is not written down, and a URL keeps both its slashes."""
    (folder / "empty").mkdir()
    (found,) = find_documents([source])
    assert error in str(found.error)
    assert "\n" not in str(found.error)


@pytest.mark.usefixtures("folder")
def test_named_sources_keep_their_order_and_names() -> None:
    """Whoever names a file means it, and a URL is not made a path."""
    sources = ["http://host/a.png?b=1", "notes.txt", "-", "none.png", "a.tif"]
    assert find_documents(sources) == [Found(source) for source in sources]


def test_a_name_in_another_encoding_can_be_printed(tmp_path: Path) -> None:
    """Its bytes are no UTF-8."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/f\xe9.png")).touch()
    assert names(str(tmp_path)) == [f"{tmp_path}/f?.png"]
