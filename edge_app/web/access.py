"""Who may look: everyone at this machine, or whoever has the token."""

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import OptionError

VARIABLE = "EDGE_APP_TOKEN"
# Whatever goes into an address, a header and a cookie as it is.
TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,256}")
GUESSES, GUESSES_S, MAX_GUESSERS = 10, 60.0, 1000


@dataclass(frozen=True)
class Access:
    """What a request must show.

    Attributes:
        token: needed from everyone, or None: then only this machine's own names are answered to.
        made: the token was made here, so nobody knows it yet.
    """

    token: str | None = None
    made: bool = False

    def admits(self, shown: str) -> bool:
        """Whether that is the token; the time that the answer takes gives nothing away."""
        return self.token is not None and hmac.compare_digest(shown.encode(), self.token.encode())


def choose_access(host: str, token_file: Path | None, environ: Mapping[str, str] = os.environ) -> Access:
    """The token out of the file, else out of the environment, else a new one unless only this machine can connect.

    Raises:
        OptionError: the file cannot be read, or what is given is no token.
    """
    if token_file is not None:
        try:
            return Access(_checked(token_file.read_text(errors="replace").strip(), str(token_file)))
        except OSError as error:
            raise OptionError(
                f"expected a file with a token, got {token_file} ({error.strerror}); check --token-file"
            ) from error
    if environ.get(VARIABLE):
        return Access(_checked(environ[VARIABLE], f"${VARIABLE}"))
    return Access() if is_loopback(host) else Access(secrets.token_urlsafe(24), made=True)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address: localhost, 127.0.0.0/8 or ::1."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_own_name(host_header: str) -> bool:
    """Whether a Host header means this machine; a foreign name that leads here is an attack (DNS rebinding)."""
    try:
        return is_loopback(urlsplit(f"//{host_header}").hostname or "")
    except ValueError:
        return False


class Guesses:
    """Counts wrong tokens by address: where too many different ones came from, further wrong ones have to wait.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since_s = clock()
        self._wrong: dict[str, set[bytes]] = {}

    def add(self, address: str, shown: str) -> None:
        """Takes a wrong token; the same one again, as an old page sends it, is no new guess."""
        if len(self._wrong) < MAX_GUESSERS or address in self._wrong:
            guesses = self._wrong.setdefault(address, set())
            if len(guesses) < GUESSES:
                guesses.add(hashlib.sha256(shown.encode()).digest())

    def too_many(self, address: str) -> bool:
        """Whether wrong ones from that address have to wait."""
        if self._clock() - self._since_s >= GUESSES_S:
            self._since_s = self._clock()
            self._wrong.clear()
        return len(self._wrong.get(address, ())) >= GUESSES


def _checked(token: str, source: str) -> str:
    if not TOKEN.fullmatch(token):
        raise OptionError(
            f"expected a token of 16 to 256 letters, digits and . _ ~ - in {source}, got {len(token)} characters "
            "that are none; make one with: openssl rand -hex 16"
        )
    return token
