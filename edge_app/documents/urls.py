"""Names of files that lie elsewhere."""

from urllib.parse import urlsplit, urlunsplit


def is_url(source: str) -> bool:
    """Whether a name is no path on this machine."""
    return "://" in source


def is_http(url: str) -> bool:
    """Whether it is a whole http or https URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def without_password(source: str) -> str:
    """A URL as it may be written down."""
    parts = urlsplit(source)
    if parts.password is None:
        return source
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}"))
