"""Spans: runs of pages within one document, which is what tasks are made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

Task = tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Pages that follow each other in one document.

    Attributes:
        root: index of the SOURCE.
        path: of the file on that SOURCE's file system.
        member: the document's name in that file, if it is an archive.
        place: byte offset and size of the member in an unpacked TAR.
        first: number of the first page; a document's first is 1.
        pages: how many.
        error: why none can be read, found when they were counted; such a span has one page.
    """

    root: int
    path: str
    member: str | None = None
    place: tuple[int, int] | None = None
    first: int = 1
    pages: int = 1
    error: str | None = None

    def to_json(self) -> list[Any]:
        """The values without those at the end that are the default."""
        values = [self.root, self.path, self.member, self.place, self.first, self.pages, self.error]
        while values[-1] == DEFAULTS[len(values) - 1]:
            values.pop()
        return values

    @classmethod
    def from_json(cls, values: list[Any]) -> "Span":
        """The other way round."""
        root, path, member, place, first, pages, error = (*values, *DEFAULTS[len(values) :])
        return cls(root, path, member, None if place is None else (place[0], place[1]), first, pages, error)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that holds no page and so is not read.

    Attributes:
        source: its path or URL, or behind its archive's its own name.
        reason: what it is instead.
    """

    source: str
    reason: str


DEFAULTS: tuple[Any, ...] = (None, None, None, None, 1, 1, None)


def cut(spans: Iterable[Span], batch_pages: int) -> Iterator[Task]:
    """Cuts and joins spans into tasks of that many pages each; the last may have fewer."""
    task: list[Span] = []
    room = batch_pages
    for span in spans:
        rest = span
        while rest.pages >= room:
            task.append(replace(rest, pages=room))
            yield tuple(task)
            rest = replace(rest, first=rest.first + room, pages=rest.pages - room)
            task, room = [], batch_pages
        if rest.pages:
            task.append(rest)
            room -= rest.pages
    if task:
        yield tuple(task)


def single_pages(task: Task) -> list[Task]:
    """A task of each page alone."""
    return list(cut(task, 1))


def count_pages(task: Task) -> int:
    """Pages in a task."""
    return sum(span.pages for span in task)
