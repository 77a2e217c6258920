"""Nothing is lost: whatever is in a folder or an archive is read, unreadable with a reason, or left out with one."""

import io
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edge_app.batch.models import Models
from edge_app.batch.reader import PageResult, TaskReader
from edge_app.batch.sources import full_source, list_files, name_of
from edge_app.batch.spans import LeftOut, Span
from edge_app.documents import decoder
from edge_app.files import heif
from edge_app.model.file import read_model, shipped_model_path
from edge_app.page.views import View

from ..documents.made import encrypted_pdf

Make = Callable[[Path, list[tuple[str, str]]], Path]
Outcomes = Callable[[Path], tuple[list[PageResult], list[LeftOut]]]


def picture(kind: str, pages: int = 1) -> bytes:
    """White pages."""
    file, white = io.BytesIO(), Image.fromarray(np.full((40, 40), 255, np.uint8))
    others = {} if pages == 1 else {"save_all": True, "append_images": [white] * (pages - 1)}
    white.save(file, kind, **others)
    return file.getvalue()


PNG = picture("PNG")
# Kind to name and content; what becomes of it is told by its name below.
KINDS: dict[str, tuple[str, bytes]] = {
    "png": ("{}.png", PNG),
    "jpeg": ("{}.JPG", picture("JPEG")),
    "tiff": ("{}.tif", picture("TIFF", 3)),
    "pdf": ("{}.pdf", picture("PDF", 2)),
    "tiff that says it is a PNG": ("{}.png", picture("TIFF", 2)),
    "heic": ("{}.heic", b"\0\0\0\x1cftypheic" + bytes(40)),
    "damaged": ("{}.png", PNG[:60]),
    "empty": ("{}.jpeg", b""),
    "encrypted": ("{}.pdf", encrypted_pdf()),
    "nested": ("{}.zip", b"PK\5\6" + bytes(18)),
    "text": ("{}.txt", b"12"),
    "no suffix": ("{}", b"12"),
    "text in a folder": ("sub/{}.csv", b"12"),
    "Mac's": ("__MACOSX/._{}.png", b"\0\5\26\7"),
    "Finder's": ("sub/{}/.DS_Store", b"\0"),
    "link": ("{}.png", b"1.png"),
    "folder": ("{}.png", b""),
}
READ = {"png", "jpeg", "tiff", "pdf"}
UNREADABLE = {"tiff that says it is a PNG", "heic", "damaged", "empty", "encrypted", "nested"}
LEFT_OUT = {"text", "no suffix", "text in a folder", "Mac's", "Finder's", "link"}


def as_folder(path: Path, members: list[tuple[str, str]]) -> Path:
    """Members, of a kind and a name, in a folder; a link leads to a folder, as one to a page is a page."""
    for kind, name in members:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if kind == "folder":
            file.mkdir()
        elif kind == "link":
            file.symlink_to(path)
        else:
            file.write_bytes(KINDS[kind][1])
    return path


def as_zip(path: Path, members: list[tuple[str, str]]) -> Path:
    """The same in a ZIP."""
    with zipfile.ZipFile(path / "a.zip", "w") as archive:
        for kind, name in members:
            info = zipfile.ZipInfo(f"{name}/" if kind == "folder" else name)
            if kind == "link":
                info.external_attr = stat.S_IFLNK << 16
            archive.writestr(info, KINDS[kind][1])
    return path / "a.zip"


def as_tar(path: Path, members: list[tuple[str, str]]) -> Path:
    """The same in a compressed TAR."""
    with tarfile.open(path / "a.tgz", "w:gz") as archive:
        for kind, name in members:
            info = tarfile.TarInfo(name)
            info.size = 0 if kind == "link" else len(KINDS[kind][1])
            info.type = {"link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE}.get(kind, tarfile.REGTYPE)
            archive.addfile(info, io.BytesIO(KINDS[kind][1]))
    return path / "a.tgz"


@contextmanager
def without_heif() -> Iterator[None]:
    """As where pillow-heif is not installed."""
    hidden = "import sys; sys.modules['pillow_heif'] = None; "
    with mock.patch.object(decoder, "PROCESS", hidden + decoder.PROCESS):
        yield


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What a run makes of a source, without any worker."""
    models = Models.load(read_model(shipped_model_path()), "auto")

    def of(source: Path) -> tuple[list[PageResult], list[LeftOut]]:
        sources = [full_source(str(source))]
        reader = TaskReader(models, sources, 100, View())
        listed = list(list_files(sources))
        beside = [LeftOut(name_of(sources[0], file.path), file.left_out) for file in listed if file.left_out]
        documents = reader.expand([file for file in listed if not file.left_out])
        found = [document for some in documents for document in some]
        results = reader.read(tuple(each for each in found if isinstance(each, Span)))
        reader.close()
        return results, [*beside, *(each for each in found if isinstance(each, LeftOut))]

    return of


@pytest.mark.parametrize("make", [as_folder, as_zip, as_tar])
@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=12))
def test_every_member_ends_in_exactly_one(make: Make, outcomes: Outcomes, kinds: list[str]) -> None:
    """A document once a page, everything else once; folders alone are nothing that could be lost."""
    members = [(kind, KINDS[kind][0].format(f"m{number}")) for number, kind in enumerate(["png", *kinds])]
    with TemporaryDirectory() as folder, without_heif():
        source = make(Path(folder), members)
        results, left_out = outcomes(source)
    names = {kind: [f"{source}/{name}" for one, name in members if one == kind] for kind in KINDS}
    read = Counter(result.source for result in results if result.error is None)
    pages = {"tiff": 3, "pdf": 2}
    assert read == {name: pages.get(kind, 1) for kind in READ for name in names[kind]}
    failed = [result for result in results if result.error is not None]
    assert sorted(result.source for result in failed) == sorted(name for kind in UNREADABLE for name in names[kind])
    assert sorted(each.source for each in left_out) == sorted(name for kind in LEFT_OUT for name in names[kind])
    assert all(each.reason for each in left_out)
    assert not any("report this" in str(result.error) for result in failed)


def test_without_pillow_heif_the_reason_names_the_extra(outcomes: Outcomes, tmp_path: Path) -> None:
    """And with it the same file is read."""
    with mock.patch.dict(KINDS, heic=("{}.heic", picture_heic())):
        source = as_zip(tmp_path, [("heic", "1.HEIC")])
    with without_heif():
        ((result,), _) = outcomes(source)
    assert "pip install 'digits-edge[heic]'" in str(result.error)
    ((result,), _) = outcomes(source)
    assert result.error is None


def picture_heic() -> bytes:
    """A white HEIC."""
    heif.register_heif("the test's")
    return picture("HEIF")


def test_of_two_members_of_one_name_a_zip_reads_the_last(outcomes: Outcomes, tmp_path: Path) -> None:
    """As it is unpacked; the other one is not lost silently."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        source = as_zip(tmp_path, [("damaged", "1.png"), ("png", "1.png")])
    (result,), (left_out,) = outcomes(source)
    assert result.error is None
    assert left_out == LeftOut(f"{source}/1.png", "replaced by a later member of the same name")
