"""What a run reads: folders, globs, files and URLs, through fsspec, to a list of files in a fixed order."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import fsspec

from ..documents.kinds import why_left_out
from ..errors import MissingPartError, SourceError
from ..files.regular import irregular
from ..host.download import is_http, without_password


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file.

    Attributes:
        root: index of the SOURCE that it was found by, which says what file system it is on.
        path: on that file system.
        size_bytes: -1 where a server does not say.
        left_out: why it is not read, or None.
    """

    root: int
    path: str
    size_bytes: int
    left_out: str | None = None


def full_source(source: str) -> str:
    """A SOURCE that means the same wherever it is opened: URLs as they are, paths from the root."""
    return source if _is_url(source) else os.path.abspath(source)  # noqa: PTH100 - globs stay


def list_files(sources: Sequence[str]) -> Iterator[SourceFile]:
    """Lists each file once: what is to be read, by SOURCE and then by path, and after it what is left out.

    Of a folder and its folders, what the suffix calls an image, a PDF or an archive is read; a named file and a
    glob's always. Links to folders are not followed.

    Args:
        sources: from full_source.

    Raises:
        SourceError: one that is not there, has no such file, or cannot be listed.
        MissingPartError: fsspec needs another package for a URL.
    """
    # A single SOURCE has no file twice, and a set of millions of names costs memory.
    seen: set[str] | None = set() if len(sources) > 1 else None
    left_out: list[SourceFile] = []
    for root, source in enumerate(sources):
        found = [SourceFile(root, *each) for each in _list_one(source)]
        wanted = [file for file in found if file.left_out is None]
        if not wanted:
            raise SourceError(
                f"expected images, PDFs or archives, got none at {without_password(source)}; check the path or the glob"
            )
        left_out += (file for file in found if file.left_out is not None)
        yield from _unseen(sources, wanted, seen)
    # One SOURCE may leave out what another names.
    yield from _unseen(sources, left_out, seen)


def _unseen(sources: Sequence[str], files: Sequence[SourceFile], seen: set[str] | None) -> Iterator[SourceFile]:
    for file in files:
        if seen is not None:
            name = name_of(sources[file.root], file.path)
            if name in seen:
                continue
            seen.add(name)
        yield file


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
        why = getattr(error, "strerror", None) or _why(error)
        raise SourceError(f"expected files to read, got {name} ({why}); check it") from error


def _why(error: Exception) -> str:
    """Of a web server's file fsspec only says that it is not found; behind that is what aiohttp says."""
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else None
    if not isinstance(cause, Exception):
        return _one_line(error)
    status = getattr(cause, "status", None)
    if status is None:
        return _one_line(cause)
    return f"HTTP Error {status}: {getattr(cause, 'message', '')}" if status else type(cause).__name__


def _is_url(source: str) -> bool:
    """Whether fsspec has to say what file system it is; "::" is how it chains them."""
    return "://" in source or "::" in source


Listed = tuple[str, int, str | None]


def _list_one(source: str) -> list[Listed]:
    """Path, size in bytes and reason to be left out of each file of one SOURCE, sorted."""
    with clear_source_errors(source):
        system, path = fsspec.core.url_to_fs(source)
        # A file's own name may look like a glob.
        if not system.exists(path):
            if is_http(source) and not any(sign in urlsplit(source).path for sign in "*["):
                # To exists() a refused connection is the same as a 404; this raises what it is.
                system.info(path)
            return sorted(_glob(system, path)) if any(sign in path for sign in "*?[") else []
        kind = None if _is_url(source) else irregular(Path(path))
        if kind is not None:
            # To open a pipe may never end, and workers are other processes than the one that it was given.
            raise SourceError(f"expected a regular file, got {kind}, {source}; write it to a file first")
        info = system.info(path)
        # To a web server everything is a file, and asking whether it is a folder means to download it.
        if info["type"] != "directory" and (why_left_out(path) is None or not system.isdir(path)):
            return [(path, _size(info), None)]
        return sorted(_walk(system, path))


def _glob(system: Any, pattern: str) -> list[Listed]:
    """As if a shell had named what the pattern matches: files, and all that is in folders; each once."""
    matches: dict[str, dict[str, Any]] = system.glob(pattern, detail=True)
    folders = [path.rstrip("/") + "/" for path, info in matches.items() if info["type"] == "directory"]
    found: dict[str, Listed] = {}
    walked = "\n"
    for folder in sorted(folders):
        if not folder.startswith(walked):
            walked = folder
            found |= {each[0]: each for each in _walk(system, folder.rstrip("/"))}
    hidden = pattern.rpartition("/")[2].startswith(".")
    for path, info in matches.items():
        if info["type"] != "directory":
            # To fsspec an asterisk matches a leading dot, too.
            unmeant = None if hidden or not path.rpartition("/")[2].startswith(".") else why_left_out(path)
            found[path] = path, _size(info), _why_not_regular(info) or unmeant
    return list(found.values())


def _walk(system: Any, folder: str) -> Iterator[Listed]:
    # "raise": a folder that cannot be listed must not be left out in silence.
    for _, _, files in system.walk(folder, detail=True, on_error="raise"):
        for info in files.values():
            yield info["name"], _size(info), _why_not_regular(info) or why_left_out(info["name"])


def _why_not_regular(info: dict[str, Any]) -> str | None:
    """A reason to leave out what is neither a file nor a link to one: to open a pipe may never end."""
    if info["type"] == "file":
        return None
    if not info.get("islink"):
        return "no regular file"
    # fsspec looks at the link alone.
    path = Path(info["name"])
    return None if path.is_file() else "a link to a folder" if path.is_dir() else "a link to nothing"


def _size(info: dict[str, Any]) -> int:
    size = info.get("size")
    return -1 if size is None else int(size)


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
