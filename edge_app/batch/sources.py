"""What a run reads: folders, globs, files and URLs, through fsspec, to a list of files in a fixed order."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

import fsspec

from ..errors import MissingPartError, SourceError
from ..image_file import SINGLE_SUFFIXES, TIFF_SUFFIXES

PDF_SUFFIX = ".pdf"
ZIP_SUFFIX = ".zip"
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
ARCHIVE_SUFFIXES = (ZIP_SUFFIX, *TAR_SUFFIXES)
PAGE_SUFFIXES = (*SINGLE_SUFFIXES, *TIFF_SUFFIXES, PDF_SUFFIX)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file.

    Attributes:
        root: index of the SOURCE that it was found by, which says what file system it is on.
        path: on that file system.
        size_bytes: -1 where a server does not tell.
    """

    root: int
    path: str
    size_bytes: int


def full_source(source: str) -> str:
    """A SOURCE that means the same wherever it is opened: URLs as they are, paths from the root."""
    return source if _is_url(source) else os.path.abspath(source)  # noqa: PTH100 - globs stay


def without_password(source: str) -> str:
    """A URL as it may be written down."""
    parts = urlsplit(source)
    if parts.password is None:
        return source
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}"))


def list_files(sources: Sequence[str]) -> Iterator[SourceFile]:
    """Lists each file once, by SOURCE and then by path.

    Of a folder and its folders, what the suffix calls an image, a PDF or an archive; a named file and a
    glob's always. Links to folders are not followed.

    Args:
        sources: from full_source.

    Raises:
        SourceError: one that is not there, has no such file, or cannot be listed.
        MissingPartError: fsspec needs another package for a URL.
    """
    seen: set[str] = set()
    for root, source in enumerate(sources):
        found = 0
        for path, size_bytes in _list_one(source):
            found += 1
            name = name_of(source, path)
            # A single SOURCE has no file twice, and a set of millions of names costs memory.
            if len(sources) > 1:
                if name in seen:
                    continue
                seen.add(name)
            yield SourceFile(root, path, size_bytes)
        if not found:
            raise SourceError(
                f"expected images, PDFs or archives, got none at {without_password(source)}; check the path or the glob"
            )


def name_of(source: str, path: str) -> str:
    """What results call a file: its path, or its URL if it is not local."""
    if not _is_url(source):
        return path
    with clear_source_errors(source):
        system, _ = fsspec.core.url_to_fs(source)
        return without_password(str(system.unstrip_protocol(path)))


def open_file(source: str, path: str) -> BinaryIO:
    """Opens a file of a SOURCE for reading; it can be sought in. Raises SourceError."""
    with clear_source_errors(source):
        if not _is_url(source):
            return Path(path).open("rb")
        system, _ = fsspec.core.url_to_fs(source)
        return cast(BinaryIO, system.open(path, "rb"))


@contextmanager
def clear_source_errors(source: str) -> Iterator[None]:
    """Within the block, whatever a file system raises becomes a SourceError that names the SOURCE."""
    name = without_password(source)
    try:
        yield
    except ImportError as error:
        raise MissingPartError(f"expected what fsspec needs for {name}, got: {_one_line(error)}") from error
    except SourceError:
        raise
    # Each file system's client has errors of its own.
    except Exception as error:
        why = getattr(error, "strerror", None) or _one_line(error)
        raise SourceError(f"expected files to read, got {name} ({why}); check it") from error


def _is_url(source: str) -> bool:
    """Whether fsspec has to say what file system it is; "::" is how it chains them."""
    return "://" in source or "::" in source


def _list_one(source: str) -> list[tuple[str, int]]:
    """Paths and sizes in bytes of one SOURCE, sorted."""
    with clear_source_errors(source):
        system, path = fsspec.core.url_to_fs(source)
        # A file's own name may look like a glob.
        if not system.exists(path):
            matches = system.glob(path, detail=True) if any(sign in path for sign in "*?[") else {}
            return sorted((found, _size(info)) for found, info in matches.items() if info["type"] != "directory")
        info = system.info(path)
        # To a web server everything is a file, and asking whether it is a folder means to download it.
        if info["type"] != "directory" and (is_wanted(path) or not system.isdir(path)):
            return [(path, _size(info))]
        return sorted(_walk(system, path))


def _walk(system: Any, folder: str) -> Iterator[tuple[str, int]]:
    # "raise": a folder that cannot be listed must not be left out in silence.
    for _, _, files in system.walk(folder, detail=True, on_error="raise"):
        for name, info in files.items():
            if is_wanted(name):
                yield info["name"], _size(info)


def is_wanted(name: str) -> bool:
    """Whether a file in a folder or an archive is to be read, by its name; hidden ones are not."""
    base = PurePosixPath(name).name.lower()
    return not base.startswith(".") and base.endswith((*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES))


def _size(info: dict[str, Any]) -> int:
    size = info.get("size")
    return -1 if size is None else int(size)


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
