"""What a file is, by its name: pages, an archive, or something that is left out, and why."""

from pathlib import PurePosixPath

from ..files.opening import SINGLE_SUFFIXES, TIFF_SUFFIXES

# Of a document, which is held in memory where it comes from an archive, a pipe or a server.
MAX_BYTES = 256 * 1024 * 1024
PDF_SUFFIX = ".pdf"
ZIP_SUFFIX = ".zip"
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
ARCHIVE_SUFFIXES = (ZIP_SUFFIX, *TAR_SUFFIXES)
PAGE_SUFFIXES = (*SINGLE_SUFFIXES, *TIFF_SUFFIXES, PDF_SUFFIX)
# Where a Mac's archiver puts what its file system knows of the files.
MAC_FOLDER = "__MACOSX"


def is_single(name: str) -> bool:
    """Whether a suffix promises one page, so that the file need not be opened to be counted."""
    return name.lower().endswith(SINGLE_SUFFIXES)


def is_archive(name: str) -> bool:
    """Whether a suffix is an archive's."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def why_left_out(name: str) -> str | None:
    """Why a file in a folder or an archive is not read, by its name alone; None if it is."""
    path = PurePosixPath(name.replace("\\", "/"))
    if MAC_FOLDER in path.parts:
        return "a Mac's note on another file"
    if path.name.startswith("."):
        return "a hidden file"
    if path.name.lower().endswith((*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES)):
        return None
    return f"a {path.suffix.lower()} file" if path.suffix else "a file without a suffix"
