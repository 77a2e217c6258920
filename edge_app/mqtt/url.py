"""Where `--mqtt` points."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..errors import OptionError

PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Broker:
    """A broker and a place on it.

    Attributes:
        host: name or address.
        port: 1 to 65535.
        tls: whether the connection is encrypted.
        user: account, or None.
        topic: what all topics begin with, without a slash at its ends.
    """

    host: str
    port: int
    tls: bool
    user: str | None
    topic: str


def parse_url(url: str) -> Broker:
    """Takes mqtt[s]://[user@]host[:port]/topic apart; raises OptionError, which never repeats a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OptionError(f"expected mqtt[s]://[user@]host[:port]/topic for --mqtt, got another: {error}") from error
    if parts.password is not None:
        raise OptionError(
            "expected no password in --mqtt, as others can see command lines; "
            "try --mqtt-password-file FILE or $MQTT_PASSWORD"
        )
    topic = unquote(parts.path).strip("/")
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise OptionError(f"expected mqtt[s]://[user@]host[:port]/topic for --mqtt, got {url!r}")
    if not topic or re.search(r"[+#\x00-\x1f]|//", topic) or parts.query or parts.fragment or len(topic) > 200:
        raise OptionError(f"expected a topic such as home/meter at the end of --mqtt, without + # ?, got {url!r}")
    user = None if parts.username is None else unquote(parts.username)
    return Broker(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "mqtts", user, topic)
