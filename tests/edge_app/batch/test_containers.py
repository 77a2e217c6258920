"""Archives: their members are read in memory, and whatever is wrong with one is a reason."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_app.batch import archives, members
from edge_app.batch.containers import Containers
from edge_app.batch.sources import list_files
from edge_app.batch.spans import LeftOut, Span

from ..documents.made import as_file, as_pages, claiming_pdf, encrypted_pdf, write_tar, write_zip

MEMBERS = {"forms/2.png": b"two", "1.png": b"one", "notes.txt": b"no", "__MACOSX/._1.png": b"no", "folder/": b""}


class Opened:
    """One file as a run sees it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.containers = Containers([str(path)])
        (file,) = list_files([str(path)])
        found = self.containers.expand(file)
        self.spans = [each for each in found if isinstance(each, Span)]
        self.left_out = {each.source: each.reason for each in found if isinstance(each, LeftOut)}

    def read(self, span: Span) -> bytes:
        """A document's bytes."""
        with self.containers.open(span) as file:
            return file.read()

    @property
    def error(self) -> str:
        """The reason why nothing in it can be read."""
        (span,) = self.spans
        assert span.error is not None
        assert "\n" not in span.error
        assert "report this" not in span.error
        return span.error


@pytest.fixture(params=["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """An archive of each kind."""
    path = tmp_path / f"scans.{request.param}"
    opened = Opened((write_zip if request.param == "zip" else write_tar)(path, MEMBERS))
    yield opened
    opened.containers.close()


def test_members_are_found_and_read_in_any_order(archive: Opened) -> None:
    """In the archive's order, backwards too, and nothing comes to lie on the disk; what is no page is told apart."""
    assert [archive.containers.name(span) for span in archive.spans] == [
        f"{archive.path}/forms/2.png",
        f"{archive.path}/1.png",
    ]
    assert [archive.read(span) for span in reversed(archive.spans)] == [b"one", b"two"]
    assert archive.left_out == {
        f"{archive.path}/notes.txt": "a .txt file",
        f"{archive.path}/__MACOSX/._1.png": "a Mac's note on another file",
    }
    assert list(archive.path.parent.iterdir()) == [archive.path]


def test_a_cut_archive_is_one_clear_line(archive: Opened) -> None:
    """Whatever its kind."""
    archive.path.write_bytes(archive.path.read_bytes()[:60])
    assert Opened(archive.path).error.startswith("expected a whole archive, got a damaged one in ")


@pytest.mark.parametrize("kind", ["tar", "tgz"])
def test_a_tar_that_is_damaged_in_the_middle_is_read_up_to_there(kind: str, tmp_path: Path) -> None:
    """To tarfile a broken header, like a file that ends between two members, is the archive's end."""
    members = {f"{number}.png": bytes([number]) * 700 for number in range(4)}
    whole = write_tar(tmp_path / "a.tar", members).read_bytes()
    third = whole.index(b"2.png")
    for content in (whole[:third], whole[: third + 100], whole[:third] + b"x" + whole[third + 1 :]):
        path = tmp_path / f"b.{kind}"
        path.write_bytes(gzip.compress(content) if kind == "tgz" else content)
        opened = Opened(path)
        assert [opened.read(span) for span in opened.spans[:-1]] == list(members.values())[:2]
        assert str(opened.spans[-1].error).startswith(f"expected a whole archive, got a damaged one in {path} (")
        assert opened.containers.name(opened.spans[-1]) == str(path)
        opened.containers.close()


def test_members_with_several_pages_are_counted(tmp_path: Path) -> None:
    """A PDF or a TIFF in an archive is as good as one beside it."""
    members = {"a.pdf": as_pages(["12", "3"], "PDF"), "b.tif": as_pages(["1", "2", "3"], "TIFF"), "c.png": b""}
    opened = Opened(write_zip(tmp_path / "a.zip", members))
    assert [span.pages for span in opened.spans] == [2, 3, 1]
    opened.containers.close()


@pytest.mark.parametrize("name", ["../../evil.png", "/etc/evil.png", "a/../../evil.png", "a\\..\\..\\evil.png"])
@pytest.mark.parametrize("make", [write_zip, write_tar])
def test_a_path_out_of_the_archive_is_refused(make: type, name: str, tmp_path: Path) -> None:
    """Its neighbours are read."""
    path = tmp_path / ("a.zip" if make is write_zip else "a.tar")
    bad, good = Opened(make(path, {name: b"x", "good.png": b"y"})).spans
    assert str(bad.error).startswith("expected a path within the archive, got ")
    assert good.error is None


def test_a_member_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page's bytes are held in memory, so there is a limit to them."""
    monkeypatch.setattr(archives, "MAX_BYTES", 1 << 20)
    large = {"a.png": bytes(2 << 20)}
    for path in (write_zip(tmp_path / "a.zip", large), write_tar(tmp_path / "a.tgz", large)):
        assert Opened(path).error == "expected at most 1 MB, got 2 MB in a.png; unpack it first"


@pytest.mark.parametrize("make", [write_zip, write_tar])
def test_a_bomb_is_refused(make: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An archive that unpacks to hundreds of times its size is not unpacked."""
    monkeypatch.setattr(members, "MAX_SMALL_BYTES", 1000)
    path = make(tmp_path / ("a.zip" if make is write_zip else "a.tgz"), {f"{n}.png": bytes(1 << 20) for n in range(9)})
    assert "which may be a bomb" in Opened(path).error


def test_a_tar_whose_header_claims_gigabytes_is_refused(tmp_path: Path) -> None:
    """A long name is read before anything else of a member, so its length is looked at too."""
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    path = tmp_path / "a.tar"
    path.write_bytes(info.tobuf() + bytes(1024))
    assert "which may be a bomb" in Opened(path).error


def test_a_member_shorter_than_it_says_is_an_error(tmp_path: Path) -> None:
    """Not a page of zeros."""
    opened = Opened(write_tar(tmp_path / "a.tar", {"1.png": b"x" * 600, "2.png": b"y"}))
    opened.path.write_bytes(opened.path.read_bytes()[:700])
    with pytest.raises(OSError, match=r"the archive ends within 1\.png"):
        opened.read(opened.spans[0])


@pytest.mark.parametrize("name", [b"", b"\0\0\0\0\0"])
def test_a_zip_member_without_a_name_leaves_its_neighbours(name: bytes, tmp_path: Path) -> None:
    """It is left out on record; zipfile itself stumbles over it."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.png", b"x")
        archive.writestr(zipfile.ZipInfo("N" * len(name)), b"y")
    path.write_bytes(path.read_bytes().replace(b"N" * 5, b"\0" * 5))
    opened = Opened(path)
    assert [span.member for span in opened.spans] == ["good.png"]
    assert opened.read(opened.spans[0]) == b"x"
    assert opened.left_out == {f"{path}/": "a member without a name"}


def test_of_tar_members_of_one_name_the_last_is_read(tmp_path: Path) -> None:
    """As it is unpacked, and as of a ZIP's; results could not tell them apart."""
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in (("a.png", b"former"), ("b.png", b"b"), ("a.png", b"latter")):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    opened = Opened(path)
    assert [opened.read(span) for span in opened.spans] == [b"b", b"latter"]
    assert opened.left_out == {f"{path}/a.png": "replaced by a later member of the same name"}


@pytest.mark.parametrize("size", [-1, -1024])
def test_a_tar_member_of_negative_size_is_damage(size: int, tmp_path: Path) -> None:
    """To read it is to read to the archive's end; and the next one could be the same again, for ever."""
    path = write_tar(tmp_path / "a.tar", {"1.png": b"x", "2.png": b"y"})
    content = bytearray(path.read_bytes())
    header = content[1024:1536]
    header[124:136] = size.to_bytes(12, "big", signed=True)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    content[1024:1536] = header
    path.write_bytes(content)
    good, bad = Opened(path).spans
    assert (good.member, good.error) == ("1.png", None)
    assert f"a damaged one in {path} (a member of {size} bytes, 2.png)" in str(bad.error)


def test_an_encrypted_member_is_an_error(tmp_path: Path) -> None:
    """Nobody is asked for a password."""
    path = write_zip(tmp_path / "a.zip", {"1.png": b"x"})
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + flags] |= 1
    path.write_bytes(content)
    assert "got an encrypted one" in Opened(path).error


def test_an_archive_in_an_archive_and_one_without_pages_are_errors(tmp_path: Path) -> None:
    """They would otherwise be left out in silence."""
    assert "an archive in an archive" in Opened(write_zip(tmp_path / "a.zip", {"b.zip": b"x"})).error
    assert "got none" in Opened(write_zip(tmp_path / "c.zip", {"b.txt": b"x"})).error


def test_unreadable_documents_are_reasons(tmp_path: Path) -> None:
    """A PDF with a password, a TIFF without a page, and files that are none."""
    for name, content, reason in (
        ("a.pdf", encrypted_pdf(), "got an encrypted one"),
        ("b.pdf", b"%PDF", "a damaged one in"),
        ("c.tif", b"II*\0\0\0\0\0", "which is none"),
        ("d.tiff", b"", "got an empty file"),
        ("e.zip", b"PK", "a damaged one in"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert reason in Opened(path).error


def test_pages_that_a_pdf_only_claims_are_one(tmp_path: Path) -> None:
    """The plan has no row for each of them."""
    (tmp_path / "a.pdf").write_bytes(claiming_pdf(3000))
    (span,) = Opened(tmp_path / "a.pdf").spans
    assert (span.pages, span.error) == (2, None)


def test_a_damaged_zip_member_leaves_its_neighbours(tmp_path: Path) -> None:
    """Its checksum is looked at."""
    path = write_zip(tmp_path / "a.zip", {"1.png": as_file("1"), "2.png": b"two"})
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    opened = Opened(path)
    with pytest.raises(OSError, match="a damaged one in"):
        opened.read(opened.spans[0])
    assert opened.read(opened.spans[1]) == b"two"
    opened.containers.close()


def test_names_in_another_encoding_can_be_written_down(tmp_path: Path) -> None:
    """Old archives have bytes that are no UTF-8."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as tar:
        tar.addfile(tarfile.TarInfo("f\xe9.png"), io.BytesIO())
    path = tmp_path / "a.tar"
    path.write_bytes(file.getvalue())
    opened = Opened(path)
    assert opened.containers.name(opened.spans[0]) == f"{path}/f?.png"
    assert opened.read(opened.spans[0]) == b""
    opened.containers.close()


def test_zip_members_of_an_unknown_method_are_errors(tmp_path: Path) -> None:
    """What Python's zipfile cannot unpack."""
    path = write_zip(tmp_path / "a.zip", {"1.png": b"x"})
    content = bytearray(path.read_bytes())
    for mark, method in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        content[content.index(mark) + method] = 99
    path.write_bytes(content)
    assert zipfile.is_zipfile(path)
    opened = Opened(path)
    with pytest.raises(OSError, match="a damaged one in"):
        opened.read(opened.spans[0])
    opened.containers.close()
