"""Where UNIPEN is: named, in the cache, or downloaded from the DOI's record, whose API gives names and checksums."""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_app.errors import OutputError, SourceError
from edge_app.files.atomic import write_atomically
from edge_app.host.download import Limits, WebRedirect, download, is_http

from .unipen_tree import ARCHIVES, PensError

# What the DOI 10.5281/zenodo.1195803 leads to.
RECORD_URL = "https://zenodo.org/api/records/1195803"
STEM = "unipen_train_r01_v07"
MAX_ARCHIVE_BYTES = 1 << 30
RECORD = Limits(max_bytes=1 << 20, answer_s=20, whole_s=60)
ARCHIVE = Limits(max_bytes=MAX_ARCHIVE_BYTES, answer_s=60, whole_s=3600)
_CHECKSUM = re.compile(r"md5:([0-9a-f]{32})")


@dataclass(frozen=True)
class _File:
    url: str
    suffix: str
    md5: str
    size_bytes: int


def find_unipen(path: Path | None = None, tell: Callable[[str], None] = print) -> Path | None:
    """UNIPEN's tree: `path`, else $UNIPEN, else from the cache beside MNIST's, else downloaded to it.

    Args:
        path: a folder or an archive of the official tree.
        tell: takes one line where there is none: what is missing, what it costs, and the next step.

    Returns:
        The folder or archive; None if there is none.

    Raises:
        PensError: `path` or $UNIPEN names nothing.
    """
    named = path or (Path(os.environ["UNIPEN"]) if os.environ.get("UNIPEN") else None)
    if named is not None:
        if not named.exists():
            raise PensError(f"expected UNIPEN's tree, got {named}, which is not there; check --pens or $UNIPEN")
        return named
    folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
    for cached in (folder / f"{STEM}{suffix}" for suffix in ("", *ARCHIVES)):
        if cached.exists():
            return cached
    try:
        return _downloaded(folder)
    except (SourceError, OutputError, PensError) as error:
        tell(
            f"no UNIPEN pens ({error}): digits are drawn from MNIST and drawn shapes alone, and hands unlike these are "
            "read less well; download doi:10.5281/zenodo.1195803 and name it with --pens or $UNIPEN"
        )
        return None


def _downloaded(folder: Path) -> Path:
    file = _archive_of(download(RECORD_URL, "UNIPEN's record", RECORD, WebRedirect))
    content = download(file.url, "UNIPEN", ARCHIVE, WebRedirect)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if len(content) != file.size_bytes or digest != file.md5:
        raise PensError(
            f"expected {file.size_bytes} bytes with MD5 {file.md5}, got {len(content)} with {digest}; try again"
        )
    place = folder / f"{STEM}{file.suffix}"
    write_atomically(place, content)
    return place


def _archive_of(content: bytes) -> _File:
    """The archive that a record names; raises PensError if it names none."""
    try:
        files = [file for entry in json.loads(content)["files"] if (file := _file(entry)) is not None]
    # The last is what nested JSON brings.
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PensError(f"expected a record with files, got {type(error).__name__}; try again later") from error
    if not files:
        raise PensError("expected an archive with its checksum in UNIPEN's record, got none; try again later")
    # Beside it may lie documentation.
    return max(files, key=lambda file: file.size_bytes)


def _file(entry: dict[str, Any]) -> _File | None:
    """An entry of the record, None if it is no archive."""
    key, checksum, url = str(entry["key"]).lower(), str(entry["checksum"]), str(entry["links"]["self"])
    suffix = next((suffix for suffix in ARCHIVES if key.endswith(suffix)), None)
    match = _CHECKSUM.fullmatch(checksum)
    if suffix is None or match is None or not is_http(url):
        return None
    return _File(url, suffix, match[1], int(entry["size"]))
