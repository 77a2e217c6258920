"""What is in ZIP and TAR archives: each member is to be read, refused with its reason, or left out with its own."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from ..documents.kinds import ZIP_SUFFIX, is_archive, why_left_out
from ..errors import SourceError
from .archives import DAMAGE, clear_archive_errors, damaged, too_large, unpacked

# An archive that unpacks to more than its own size times this is a bomb, unless it stays small.
MAX_RATIO = 200
MAX_SMALL_BYTES = 1024 * 1024 * 1024
# A TAR's own headers and long names are a few kB.
MAX_HEADER_BYTES = 1024 * 1024
REPLACED = "replaced by a later member of the same name"


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive.

    Attributes:
        name: as the archive has it; None for the archive itself, whose rest cannot be listed.
        place: byte offset and size in the unpacked TAR; None in a ZIP, which finds members by name.
        error: why it cannot be read, or None.
        left_out: why it is no page at all, or None.
    """

    name: str | None
    place: tuple[int, int] | None = None
    error: str | None = None
    left_out: str | None = None


def list_members(file: BinaryIO, name: str, size_bytes: int) -> list[Member]:
    """Lists all files, in the archive's order; a folder is none.

    Args:
        file: of the archive, open.
        name: of it, for its suffix and for messages.
        size_bytes: of it.

    Raises:
        SourceError: no archive, a damaged one, or a bomb.
    """
    limit_bytes = max(MAX_SMALL_BYTES, MAX_RATIO * size_bytes)
    with clear_archive_errors(name):
        if name.lower().endswith(ZIP_SUFFIX):
            return list(_zip_members(file, name, limit_bytes))
        with unpacked(file, name) as stream:
            return _replaced(list(_tar_members(stream, name, limit_bytes)))


def _zip_members(file: BinaryIO, name: str, limit_bytes: int) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > limit_bytes:
            raise SourceError(_bomb(name, limit_bytes))
        for info in infos:
            if not info.filename:
                # To the library's is_dir() it is a bug.
                yield Member("", left_out="a member without a name")
                continue
            if info.is_dir():
                continue
            left_out = _why_zip_leaves_out(archive, info)
            if left_out is not None:
                yield Member(info.filename, left_out=left_out)
            else:
                locked = "expected a member without a password, got an encrypted one; unpack it first"
                error = locked if info.flag_bits & 1 else _refusal(info.filename, info.file_size)
                yield Member(info.filename, error=error)


def _why_zip_leaves_out(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    # By its name only the last one is found, and that is the one that unzip leaves, too.
    if archive.getinfo(info.filename) is not info:
        return REPLACED
    return why_left_out(info.filename)


def _tar_members(stream: BinaryIO, name: str, limit_bytes: int) -> Iterator[Member]:
    bounded = Bounded(stream, name, limit_bytes)
    with tarfile.open(fileobj=cast(BinaryIO, bounded), mode="r:") as archive:
        try:
            for info in archive:
                if info.size < 0:
                    # The next member would be looked for before this one, and so round and round.
                    raise tarfile.ReadError(f"a member of {info.size} bytes, {info.name}")
                # Old archives' folders are empty files.
                if not info.isdir() and (info.size or not info.name.endswith("/")):
                    yield _tar_member(info)
            # tarfile takes anything else for the end, too, and the members behind it would be lost.
            if bounded.last != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("neither a member nor the archive's end where the next member begins")
        except SourceError:
            raise
        except DAMAGE as error:
            yield Member(None, error=str(damaged(name, error)))


def _replaced(members: list[Member]) -> list[Member]:
    """Of the members of one name that are pages only the last is read: it is the one that unpacking leaves."""
    last = {member.name: number for number, member in enumerate(members) if member.left_out is None}
    return [
        member if member.left_out is not None or last[member.name] == number else Member(member.name, left_out=REPLACED)
        for number, member in enumerate(members)
    ]


def _tar_member(info: tarfile.TarInfo) -> Member:
    left_out = "a link" if _is_link(info) else why_left_out(info.name) if info.isreg() else "no regular file"
    if left_out is not None:
        return Member(info.name, left_out=left_out)
    hole = "expected a plain member, got a sparse one; unpack it first" if info.issparse() else None
    return Member(info.name, (info.offset_data, info.size), hole or _refusal(info.name, info.size))


def _is_link(info: tarfile.TarInfo) -> bool:
    return info.issym() or info.islnk()


def _refusal(member: str, size_bytes: int) -> str | None:
    """Why a member is not read, or None."""
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        return f"expected a path within the archive, got {member}; its sender may mean harm"
    if is_archive(member):
        return f"expected pages, got an archive in an archive, {member}; unpack it first"
    return too_large(member, size_bytes)


def _bomb(name: str, limit_bytes: int) -> str:
    return f"expected at most {limit_bytes >> 20} MB unpacked, got more in {name}, which may be a bomb; unpack it first"


class Bounded:
    """A stream that refuses what only a bomb asks for: long headers, and places far behind the archive's own size.

    Attributes:
        last: what was read last.
    """

    def __init__(self, stream: BinaryIO, name: str, limit_bytes: int) -> None:
        self._stream, self._name, self._limit_bytes = stream, name, limit_bytes
        self.last = b""

    def read(self, size_bytes: int = -1) -> bytes:
        """The next bytes."""
        if not 0 <= size_bytes <= MAX_HEADER_BYTES:
            raise SourceError(_bomb(self._name, self._limit_bytes))
        self.last = self._stream.read(size_bytes)
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place."""
        if offset > self._limit_bytes:
            raise SourceError(_bomb(self._name, self._limit_bytes))
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._stream.tell()
