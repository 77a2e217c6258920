"""UNIPEN's tree out of a folder, a TAR or a ZIP, read into memory; nothing is ever unpacked to a disk."""

import os
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from edge_app.batch.archives import clear_archive_errors, unpacked
from edge_app.batch.members import Bounded
from edge_app.documents.kinds import TAR_SUFFIXES, ZIP_SUFFIX
from edge_app.errors import DigitsError, SourceError
from edge_app.files.regular import read_regular

ARCHIVES = (*TAR_SUFFIXES, ZIP_SUFFIX)
CATEGORIES = ("1a", "1b", "1c", "1d", "2", "3", "4", "5", "6", "7", "8")
# The largest of the official tree's files is 2 MB, all of them are some hundred MB.
MAX_FILE_BYTES = 32 << 20
MAX_TREE_BYTES = 2 << 30
_PAST_END = b"\0" * tarfile.BLOCKSIZE


class PensError(DigitsError, ValueError):
    """A UNIPEN tree that is not there, damaged, or none."""


class Tree:
    """The files of one category and all that may be included, by their path from `data` or `include` on.

    Attributes:
        faults: files that were left out, as (kind, example).
    """

    def __init__(self) -> None:
        self.faults: Counter[tuple[str, str]] = Counter()
        self._files: dict[str, bytes | Path] = {}
        self._total_bytes = 0

    def data(self) -> list[str]:
        """The category's files, in order."""
        return sorted(name for name in self._files if name.startswith("data/"))

    def text(self, name: str) -> str | None:
        """A file's text, None if it is not there."""
        held = self._files.get(name)
        if held is None:
            return None
        if isinstance(held, bytes):
            return zlib.decompress(held).decode("latin-1")
        try:
            content = read_regular(held, MAX_FILE_BYTES)
        except OSError:
            content = None
        if content is None or len(content) > MAX_FILE_BYTES:
            self.faults["unreadable file", name[:200]] += 1
            return None
        return content.decode("latin-1")

    def add(self, name: str, content: bytes | Path) -> None:
        """Holds a file; raises PensError past the limit of all."""
        self._total_bytes += len(content) if isinstance(content, bytes) else 0
        if self._total_bytes > MAX_TREE_BYTES:
            raise PensError(f"expected at most {MAX_TREE_BYTES >> 20} MB of UNIPEN, got more; get the archive again")
        self._files[name] = zlib.compress(content, 1) if isinstance(content, bytes) else content


def read_tree(path: Path, category: str) -> Tree:
    """Reads UNIPEN's tree as far as a category needs it.

    Args:
        path: a folder with the official `data` and `include` in it or below it, or an archive (ARCHIVES) of one.
        category: one of CATEGORIES.

    Raises:
        PensError: nothing there, a damaged archive or a bomb, or none of the category's files in it.
    """
    tree = Tree()
    try:
        if path.is_dir():
            _add_folder(tree, path, category)
        elif path.name.lower().endswith(ARCHIVES):
            with clear_archive_errors(str(path)), path.open("rb") as file:
                (_add_zip if path.name.lower().endswith(ZIP_SUFFIX) else _add_tar)(tree, file, path.name, category)
        else:
            raise PensError(f"expected a folder or an archive ({', '.join(ARCHIVES)}), got {path}; check the path")
    except (SourceError, OSError) as error:
        raise PensError(str(error) if isinstance(error, SourceError) else _missing(path, error)) from error
    if not tree.data():
        raise PensError(f"expected UNIPEN's data/{category} in {path}, got none; check the path")
    return tree


def _missing(path: Path, error: OSError) -> str:
    return f"expected UNIPEN's tree, got {path} ({error.strerror}); check the path"


def _place(name: str, category: str) -> str | None:
    """A file's path from `data` or `include` on, None if it is no part of the category's tree."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    for number, part in enumerate(parts[:-1]):
        if part == "include" or (part == "data" and parts[number + 1] in CATEGORIES):
            wanted = part == "include" or parts[number + 1] == category
            return "/".join(parts[number:]) if wanted else None
    return None


def _why_refused(name: str, size_bytes: int, regular: bool) -> str | None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        return "path outside the tree"
    if not regular:
        return "no regular file"
    return "file too large" if size_bytes > MAX_FILE_BYTES else None


def _wanted(tree: Tree, name: str, category: str, size_bytes: int, regular: bool) -> str | None:
    """The place of a file that is to be held; what is refused is counted."""
    place = _place(name, category)
    why = None if place is None else _why_refused(name, size_bytes, regular)
    if why is not None:
        tree.faults[why, name[:200]] += 1
        return None
    return place


def _add_folder(tree: Tree, root: Path, category: str) -> None:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if _place(path.relative_to(root).as_posix(), category) is None:
                continue
            # A link may lead anywhere.
            found = path.lstat()
            regular = stat.S_ISREG(found.st_mode)
            place = _wanted(tree, path.relative_to(root).as_posix(), category, found.st_size, regular)
            if place is not None:
                tree.add(place, path)


def _add_zip(tree: Tree, file: BinaryIO, _: str, category: str) -> None:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            regular = not stat.S_ISLNK(info.external_attr >> 16) and not info.flag_bits & 1
            place = None if info.is_dir() else _wanted(tree, info.filename, category, info.file_size, regular)
            if place is not None:
                # The declared size is what zipfile reads at most.
                with archive.open(info) as member:
                    tree.add(place, member.read(MAX_FILE_BYTES))


def _add_tar(tree: Tree, file: BinaryIO, name: str, category: str) -> None:
    with unpacked(file, name) as stream:
        for info in _members(stream, name):
            regular = info.isreg() and not info.issparse()
            place = None if info.isdir() else _wanted(tree, info.name, category, info.size, regular)
            if place is not None:
                stream.seek(info.offset_data)
                content = stream.read(info.size)
                if len(content) < info.size:
                    raise EOFError(f"the archive ends within {info.name}")
                tree.add(place, content)


def _members(stream: BinaryIO, name: str) -> Iterator[tarfile.TarInfo]:
    bounded = Bounded(stream, name, MAX_TREE_BYTES)
    with tarfile.open(fileobj=cast(BinaryIO, bounded), mode="r:") as archive:
        for info in archive:
            if info.size < 0:
                raise tarfile.ReadError(f"a member of {info.size} bytes, {info.name}")
            yield info
        # tarfile takes anything else for the end, too.
        if bounded.last != _PAST_END:
            raise tarfile.ReadError("neither a member nor the archive's end where the next member begins")
