"""Documents as open files, wherever they lie: on a disk, behind a URL, or in an archive on either."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import BinaryIO

from ..documents.decoder import Decoder
from ..documents.kinds import is_archive, is_single
from ..errors import SourceError
from ..host.printable import printable
from .archives import clear_archive_errors, read_tar_member, read_zip_member, unpacked
from .members import Member, list_members
from .pages import clear_page_errors, count_pages
from .sources import SourceFile, name_of, open_file
from .spans import LeftOut, Span


class Containers:
    """Opens the documents of a run; the last archive stays open. Not for several threads at once.

    Args:
        sources: from full_source.
        decoder: counts pages; a new one if None.
    """

    def __init__(self, sources: Sequence[str], decoder: Decoder | None = None) -> None:
        self._sources, self._decoder = sources, decoder or Decoder()
        self._stack = ExitStack()
        self._opened: tuple[int, str] | None = None
        self._archive: zipfile.ZipFile | BinaryIO | None = None

    def close(self) -> None:
        """Closes the last archive; another one may be opened after."""
        self._opened, self._archive = None, None
        self._stack.close()

    def name(self, span: Span) -> str:
        """What results call a document: its path or URL, and behind it a member's name."""
        name = name_of(self._sources[span.root], span.path)
        return printable(name if span.member is None else f"{name}/{span.member}")

    @contextmanager
    def open(self, span: Span) -> Iterator[BinaryIO]:
        """Opens a document.

        Raises:
            SourceError: it is not there, or its archive is damaged.
        """
        if span.member is None:
            with open_file(self._sources[span.root], span.path) as file:
                yield file
            return
        try:
            with clear_archive_errors(self.name(span)):
                archive = self._open_archive(span)
                if isinstance(archive, zipfile.ZipFile):
                    content = read_zip_member(archive, span.member)
                else:
                    content = read_tar_member(archive, span.member, span.place or (0, 0))
        except SourceError:
            # A connection may have broken: the next member gets a new one.
            self.close()
            raise
        yield content

    def expand(self, file: SourceFile) -> list[Span | LeftOut]:
        """The documents of a file, each with its number of pages or the reason why it cannot be read or is left out."""
        whole = Span(file.root, file.path)
        if not is_archive(file.path):
            return [self._counted(whole)]
        name = self.name(whole)
        with clear_page_errors(name) as failed, open_file(self._sources[file.root], file.path) as opened:
            members = list_members(opened, name, file.size_bytes)
            found = [self._found(whole, member) for member in members]
            if all(isinstance(each, LeftOut) for each in found):
                found.append(replace(whole, error=f"expected images or PDFs in {name}, got none; check the archive"))
            return found
        return [replace(whole, error=failed.reason)]

    def _found(self, archive: Span, member: Member) -> Span | LeftOut:
        span = replace(archive, member=member.name, place=member.place, error=member.error)
        return self._counted(span) if member.left_out is None else LeftOut(self.name(span), member.left_out)

    def _counted(self, span: Span) -> Span:
        document = span.path if span.member is None else span.member
        if span.error is not None or is_single(document):
            return span
        name = self.name(span)
        with clear_page_errors(name) as failed, self.open(span) as file:
            return replace(span, pages=count_pages(file, name, self._decoder))
        return replace(span, error=failed.reason)

    def _open_archive(self, span: Span) -> zipfile.ZipFile | BinaryIO:
        if self._archive is None or self._opened != (span.root, span.path):
            self.close()
            file = self._stack.enter_context(open_file(self._sources[span.root], span.path))
            if span.place is None:
                self._archive = self._stack.enter_context(zipfile.ZipFile(file))
            else:
                self._archive = self._stack.enter_context(unpacked(file, span.path))
            self._opened = span.root, span.path
        return self._archive
