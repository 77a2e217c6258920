"""The ZIP tail of a model file, read within bounds: whoever made it must not have the reader's time and memory."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

from ..errors import ModelError

# Some dozens of members; zipfile makes an object of each.
MAX_DIRECTORY_BYTES = 1 << 14
MAX_MEMBER_BYTES = 1_000_000
# Ways of packing that are taken: others bring errors of their own, and take memory without a bound.
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The record that ends a ZIP without a comment, and the size of its directory in it; what stands before it in ZIP64.
END, END_MARK, DIRECTORY_BYTES_AT = 22, b"PK\5\6", 12
LOCATOR, LOCATOR_MARK = 20, b"PK\6\7"
# What reading a damaged one raises; RuntimeError for a member whose flags say that it is encrypted.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)


class Tail:
    """What is embedded behind a model's flatbuffer.

    Args:
        content: of the whole file.
        source: where it came from, for messages.

    Attributes:
        begins: where the flatbuffer ends and the tail begins.
        names: of what is embedded.

    Raises:
        ModelError: more, larger or other than any model has; and one of UNREADABLE for what is no ZIP.
    """

    def __init__(self, content: bytes, source: str) -> None:
        _require_small_directory(content, source)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        members = self._archive.infolist()
        _require_plain(members, source)
        self.begins = min(member.header_offset for member in members)
        self.names = frozenset(self._archive.namelist())

    def read(self, name: str) -> bytes:
        """What is embedded under a name, at most MAX_MEMBER_BYTES; raises one of UNREADABLE, KeyError if it is not."""
        # Not Archive.read: it unpacks all there is, however little the directory promises.
        with self._archive.open(name) as member:
            return member.read(MAX_MEMBER_BYTES)


def _require_small_directory(content: bytes, source: str) -> None:
    """Before zipfile takes the directory apart, which it does whatever the number of entries is said to be."""
    end = content[-END:]
    if not end.startswith(END_MARK):
        raise ValueError("no ZIP at its end")
    (directory_bytes,) = struct.unpack_from("<L", end, DIRECTORY_BYTES_AT)
    if directory_bytes > MAX_DIRECTORY_BYTES or content[-END - LOCATOR :].startswith(LOCATOR_MARK):
        raise ModelError(f"expected a few embedded files in {source}, got a directory of more; take the model as made")


def _require_plain(members: Iterable[zipfile.ZipInfo], source: str) -> None:
    if any(member.file_size > MAX_MEMBER_BYTES for member in members):
        raise ModelError(f"expected embedded files of a few kB in {source}, got more than 1 MB")
    if any(member.compress_type not in PLAIN for member in members):
        raise ModelError(f"expected stored or deflated embedded files in {source}, got others; copy it again")
