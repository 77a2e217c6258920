"""What `read` reads: files, folders, globs, standard input and URLs, to documents in a fixed order."""

import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..files.regular import irregular
from ..host.download import is_http, without_password
from ..host.printable import printable
from .kinds import is_archive, why_left_out

STDIN = "-"


@dataclass(frozen=True)
class Found:
    """One document.

    Attributes:
        source: its path, its URL or STDIN.
        error: why it is not read, though it may have pages; or None.
        left_out: why it is not read, as it has none; or None.
    """

    source: str
    error: str | None = None
    left_out: str | None = None

    @property
    def name(self) -> str:
        """What results call it."""
        return printable(without_password(self.source))


def find_documents(sources: Sequence[str]) -> list[Found]:
    """Lists documents: of a folder and its folders what the suffix calls an image or a PDF, a named file always."""
    return [found for source in sources for found in _find(source)]


def _find(source: str) -> Iterator[Found]:
    path = Path(source)
    if source == STDIN:
        yield Found(source)
    elif "://" in source:
        yield Found(source, _archive(urlsplit(source).path, source) if is_http(source) else _wrong_url(source))
    elif not source:
        yield Found(source, "expected a path, got an empty one; name a picture, or . for this folder")
    # A file's own name may look like a glob.
    elif glob.has_magic(source) and not os.path.lexists(path):
        yield from _glob(source)
    elif path.is_dir():
        yield from _walk(path)
    else:
        yield _named(path)


def _named(path: Path) -> Found:
    return Found(str(path), _archive(path.name, str(path)))


def _glob(pattern: str) -> Iterator[Found]:
    """As if a shell had named what the pattern matches; each once."""
    found: dict[str, Found] = {}
    start, deep, _ = pattern.partition("**")
    # Path.glob takes no pattern from the root.
    for match in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207
        path = Path(match)
        if deep and any(parent.is_symlink() for parent in path.parents if len(str(parent)) > len(start)):
            # Unlike a shell's, Python's ** goes through links to folders, round and round.
            continue
        found.update((each.source, each) for each in (_walk(path) if path.is_dir() else [_matched(path)]))
    yield from found.values() or [Found(pattern, f"expected files, got none that match {pattern}; check the pattern")]


def _matched(path: Path) -> Found:
    """Whoever names a pipe means it, as in <(command), but one that a pattern matches may never end."""
    kind = irregular(path)
    error = None if kind is None else f"expected a regular file, got {kind}, {path}; name it alone"
    return _named(path) if error is None else Found(str(path), error)


def _walk(folder: Path) -> Iterator[Found]:
    """A folder's files by name, folder by folder; links to folders are not followed."""
    pages = 0
    for found in _listed(folder):
        pages += found.left_out is None
        yield found
    if not pages:
        yield Found(str(folder), f"expected images or PDFs, got none in {folder}; check the path")


def _listed(folder: Path) -> Iterator[Found]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Found(str(folder), f"expected a folder to read, got {folder} ({error.strerror}); check it")
        return
    for path in entries:
        if path.is_dir() and not path.is_symlink():
            yield from _listed(path)
        elif not path.is_file():
            kind = "a link to a folder" if path.is_dir() else "a link to nothing" if path.is_symlink() else "no file"
            yield Found(str(path), left_out=kind)
        else:
            left_out = why_left_out(str(path))
            yield _named(path) if left_out is None else Found(str(path), left_out=left_out)


def _archive(name: str, source: str) -> str | None:
    if not is_archive(name):
        return None
    source = without_password(source)
    return (
        f"expected an image, a PDF or a folder, got an archive, {source}; "
        f"read it with python -m edge_app batch {shlex.quote(source)} --output DIR"
    )


def _wrong_url(url: str) -> str:
    name = without_password(url)
    command = f"python -m edge_app batch {shlex.quote(name)} --output DIR"
    return f"expected an http or https URL, got {name}; {command} may know this kind"
