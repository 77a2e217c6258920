"""Members of ZIP and TAR archives, read into memory one by one; nothing is ever unpacked to a disk."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from ..documents.kinds import MAX_BYTES
from ..errors import SourceError

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
    LookupError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    MemoryError,
    OSError,
)


@contextmanager
def clear_archive_errors(name: str) -> Iterator[None]:
    """Within the block, whatever a bad archive raises becomes a SourceError that calls it by its name."""
    try:
        yield
    except SourceError:
        raise
    except DAMAGE as error:
        raise damaged(name, error) from error


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
        return _checked(file.read(MAX_BYTES + 1), member)


def read_tar_member(stream: BinaryIO, member: str, place: tuple[int, int]) -> BinaryIO:
    """A TAR's member as a file in memory; stream is from unpacked."""
    offset, size_bytes = place
    stream.seek(offset)
    content = stream.read(min(size_bytes, MAX_BYTES + 1))
    if len(content) < min(size_bytes, MAX_BYTES):
        raise EOFError(f"the archive ends within {member}")
    return _checked(content, member)


def _checked(content: bytes, member: str) -> BinaryIO:
    reason = too_large(member, len(content))
    if reason is not None:
        raise SourceError(reason)
    return io.BytesIO(content)


def damaged(name: str, error: Exception) -> SourceError:
    """What a bad archive of that name raises."""
    why = (str(error).splitlines() or [type(error).__name__])[0]
    return SourceError(f"expected a whole archive, got a damaged one in {name} ({why}); copy it again")


def too_large(member: str, size_bytes: int) -> str | None:
    """Why a member of that size is not read, or None."""
    if size_bytes <= MAX_BYTES:
        return None
    return f"expected at most {MAX_BYTES >> 20} MB, got {size_bytes >> 20} MB in {member}; unpack it first"
