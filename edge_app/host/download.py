"""What lies at an http or https URL, within limits of size and time."""

import base64
import string
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from ..errors import SourceError
from .deadline import Deadline, handlers

CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Limits:
    """What a server may ask of this machine.

    Attributes:
        max_bytes: of the whole.
        answer_s: for each answer.
        whole_s: for all of it, connecting too: who sends a byte a minute does not hold this machine up.
    """

    max_bytes: int
    answer_s: float
    whole_s: float


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a file from the address that was given alone."""

    def redirect_request(self, *_: Any) -> None:
        """Refuses."""


class WebRedirect(urllib.request.HTTPRedirectHandler):
    """Follows a server to another one, but to nothing other than http and https."""

    def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:
        """The next request; None refuses it."""
        return super().redirect_request(*arguments) if is_http(arguments[-1]) else None


def is_http(url: str) -> bool:
    """Whether it is a whole http or https URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def without_password(url: str) -> str:
    """A URL as it may be written down."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}"))


def download(url: str, what: str, limits: Limits, redirects: type[urllib.request.HTTPRedirectHandler]) -> bytes:
    """The whole of a file.

    Args:
        url: http or https; its user and password go to this server alone.
        what: it is expected to be, for messages.
        limits: of size and time.
        redirects: NoRedirect or WebRedirect.

    Raises:
        SourceError: no answer, another one than the file, or too large or too slow.
    """
    name, content, deadline = without_password(url), bytearray(), Deadline(limits.answer_s, limits.whole_s)
    try:
        opener = urllib.request.build_opener(redirects, *handlers(deadline))
        with opener.open(_request(url), timeout=limits.answer_s) as answer:
            _take(answer, content, f"{what} of at most {limits.max_bytes >> 20} MB", name, limits.max_bytes)
            return bytes(content)
    # The last is what http.client makes of an answer that is no HTTP.
    except (urllib.error.URLError, OSError, ValueError, HTTPException) as error:
        if isinstance(error, SourceError):
            raise
        if deadline.is_over():
            raise SourceError(
                f"expected the whole of {name} within {limits.whole_s:.0f} s, got {len(content)} bytes; try again"
            ) from error
        why = str(error.reason if type(error) is urllib.error.URLError else error)
        # It may hold what the server sent.
        reason = "".join(each if each.isprintable() else " " for each in why[:200]) or type(error).__name__
        raise SourceError(f"expected {what} at {name}, got: {reason}; check the URL and the server") from error


def _take(answer: HTTPResponse, content: bytearray, what: str, name: str, max_bytes: int) -> None:
    """Adds the whole body to content; raises SourceError if it is too large, or less than was declared."""
    declared = answer.length
    if declared is not None and declared > max_bytes:
        raise SourceError(f"expected {what}, got {declared >> 20} MB from {name}")
    while chunk := answer.read1(CHUNK_BYTES):
        content += chunk
        if len(content) > max_bytes:
            raise SourceError(f"expected {what}, got more from {name}")
    if declared is not None and len(content) < declared:
        raise SourceError(f"expected the whole of {name}, got {len(content)} of {declared} bytes; try again")


def _request(url: str) -> urllib.request.Request:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit(parts._replace(netloc=host if host.isascii() else host.encode("idna").decode()))
    # As browsers take them: what HTTP does not know is encoded, what is encoded already stays.
    encoded = quote(bare, string.punctuation, errors="surrogateescape")
    request = urllib.request.Request(encoded)  # noqa: S310 - is_url lets HTTP through alone
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    return request
