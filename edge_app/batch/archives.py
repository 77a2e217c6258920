"""Members of ZIP and TAR archives: listed, and read into memory one by one; nothing is ever unpacked to a disk."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from ..errors import SourceError
from .sources import ARCHIVE_SUFFIXES, ZIP_SUFFIX, is_wanted

MAX_MEMBER_BYTES = 256 * 1024 * 1024
# An archive that unpacks to more than its own size times this is a bomb, unless it stays small.
MAX_RATIO = 200
MAX_SMALL_BYTES = 1024 * 1024 * 1024
# A TAR's own headers and long names are a few kB.
MAX_HEADER_BYTES = 1024 * 1024
# Each gives a file that can be sought in; tarfile's own streams cannot go back.
DECOMPRESSORS: dict[str, Callable[[BinaryIO], Any]] = {
    "gz": lambda file: gzip.GzipFile(fileobj=file),
    "tgz": lambda file: gzip.GzipFile(fileobj=file),
    "bz2": bz2.BZ2File,
    "tbz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "txz": lzma.LZMAFile,
}
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    MemoryError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive.

    Attributes:
        name: as the archive has it.
        place: byte offset and size in the unpacked TAR; None in a ZIP, which finds members by name.
        error: why it cannot be read, or None.
    """

    name: str
    place: tuple[int, int] | None = None
    error: str | None = None


def is_archive(name: str) -> bool:
    """Whether a file's suffix is an archive's."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def list_members(file: BinaryIO, name: str, size_bytes: int) -> list[Member]:
    """Lists the files that are wanted, in the archive's order.

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
            return list(_tar_members(stream, name, limit_bytes))


@contextmanager
def clear_archive_errors(name: str) -> Iterator[None]:
    """Within the block, whatever a bad archive raises becomes a SourceError that calls it by its name."""
    try:
        yield
    except SourceError:
        raise
    except DAMAGE as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"expected a whole archive, got a damaged one in {name} ({why}); copy it again") from error


@contextmanager
def unpacked(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A TAR's bytes, decompressed as they are read; going back in a compressed one starts at its beginning again."""
    suffix = name.lower().rpartition(".")[2]
    if suffix == "tar":
        yield file
    else:
        with DECOMPRESSORS[suffix](file) as stream:
            yield stream


def read_zip_member(archive: zipfile.ZipFile, member: str) -> BinaryIO:
    """A ZIP's member as a file in memory."""
    with archive.open(member) as file:
        return _checked(file.read(MAX_MEMBER_BYTES + 1), member)


def read_tar_member(stream: BinaryIO, member: str, place: tuple[int, int]) -> BinaryIO:
    """A TAR's member as a file in memory; stream is from unpacked."""
    offset, size_bytes = place
    stream.seek(offset)
    content = stream.read(min(size_bytes, MAX_MEMBER_BYTES + 1))
    if len(content) < min(size_bytes, MAX_MEMBER_BYTES):
        raise EOFError(f"the archive ends within {member}")
    return _checked(content, member)


def _checked(content: bytes, member: str) -> BinaryIO:
    if len(content) > MAX_MEMBER_BYTES:
        raise SourceError(_too_large(member, f"more than {MAX_MEMBER_BYTES >> 20}"))
    return io.BytesIO(content)


def _zip_members(file: BinaryIO, name: str, limit_bytes: int) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > limit_bytes:
            raise SourceError(_bomb(name, limit_bytes))
        for info in infos:
            if not info.is_dir() and is_wanted(info.filename):
                locked = "expected a member without a password, got an encrypted one; unpack it first"
                error = locked if info.flag_bits & 1 else _refusal(info.filename, info.file_size)
                yield Member(info.filename, error=error)


def _tar_members(stream: BinaryIO, name: str, limit_bytes: int) -> Iterator[Member]:
    bounded = cast(BinaryIO, _Bounded(stream, name, limit_bytes))
    with tarfile.open(fileobj=bounded, mode="r:") as archive:
        for info in archive:
            if info.isreg() and is_wanted(info.name):
                hole = "expected a plain member, got a sparse one; unpack it first" if info.issparse() else None
                yield Member(info.name, (info.offset_data, info.size), hole or _refusal(info.name, info.size))


def _refusal(member: str, size_bytes: int) -> str | None:
    """Why a member is not read, or None."""
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        return f"expected a path within the archive, got {member}; its sender may mean harm"
    if size_bytes > MAX_MEMBER_BYTES:
        return _too_large(member, str(size_bytes >> 20))
    if is_archive(member):
        return f"expected pages, got an archive in an archive, {member}; unpack it first"
    return None


def _too_large(member: str, got_mb: str) -> str:
    return f"expected at most {MAX_MEMBER_BYTES >> 20} MB, got {got_mb} MB in {member}; unpack it first"


def _bomb(name: str, limit_bytes: int) -> str:
    return f"expected at most {limit_bytes >> 20} MB unpacked, got more in {name}, which may be a bomb; unpack it first"


class _Bounded:
    """A stream that refuses what only a bomb asks for: long headers, and places far behind the archive's own size."""

    def __init__(self, stream: BinaryIO, name: str, limit_bytes: int) -> None:
        self._stream, self._name, self._limit_bytes = stream, name, limit_bytes

    def read(self, size_bytes: int = -1) -> bytes:
        if not 0 <= size_bytes <= MAX_HEADER_BYTES:
            raise SourceError(_bomb(self._name, self._limit_bytes))
        return self._stream.read(size_bytes)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset > self._limit_bytes:
            raise SourceError(_bomb(self._name, self._limit_bytes))
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
