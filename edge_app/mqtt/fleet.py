"""Models for many devices: announced by MQTT, fetched from where the owner said, verified, switched to, reported."""

import json
import logging
import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DigitsError, ModelError, OptionError, OutputError, SourceError
from ..host.download import Limits, NoRedirect, download, is_http
from ..host.lasting_thread import LastingThread
from ..model.file import MAX_BYTES
from ..store.store import ModelStore

LOG = logging.getLogger(__name__)
PLACE = "{sha256}"
# Seconds for each answer and for a whole file: a server that sends a byte a minute must not delay the next model.
ANSWER_S, FETCH_S = 60.0, 300.0
# Seconds until a change made on the device is reported.
LOOK_S = 5.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
# An announcement is much shorter; more is not looked at.
MAX_PAYLOAD_BYTES = 10_000
_VERSION = re.compile(r"[\w.+-]{1,60}")


@dataclass(frozen=True)
class Announcement:
    """A model that the fleet shall read with.

    Attributes:
        version: its name, for people.
        sha256: its hash, hexadecimal.
    """

    version: str
    sha256: str

    @classmethod
    def parse(cls, payload: bytes) -> "Announcement":
        """Reads {"version": "2026.11", "sha256": "…"}; raises ModelError for anything else."""
        try:
            fields = json.loads(payload[:MAX_PAYLOAD_BYTES])
            found = cls(fields["version"], fields["sha256"])
            fits = bool(_VERSION.fullmatch(found.version) and _SHA256.fullmatch(found.sha256))
        except (ValueError, KeyError, TypeError, RecursionError):
            fits = False
        if not fits:
            raise ModelError('expected an announcement {"version": …, "sha256": 64 hexadecimal digits}, got another')
        return found


class ModelUpdates:
    """Installs announced models, one at a time, in a thread of its own; reading goes on meanwhile, whatever happens.

    Of those that are announced while one is under way only the newest counts; the others are never fetched.

    Args:
        store: where they are installed.
        url: where they are fetched, with "{sha256}" for the hash; nothing else is ever fetched.
        public_key: a PEM file; models must then be signed by its owner, URL + ".sig".
        report: called with what became of each announcement that was followed, and which model is current: at the start
            and when it was changed on the device.

    Raises:
        OptionError: a URL that is not http or https.
    """

    def __init__(
        self, store: ModelStore, url: str, public_key: Path | None, report: Callable[[dict[str, Any]], None]
    ) -> None:
        if not is_http(url):
            raise OptionError(f"expected http(s)://host/…/{PLACE}.tflite for --model-url, got {url!r}")
        self._store, self._url, self._public_key, self._report = store, url, public_key, report
        self._waiting: Announcement | ModelError | None = None
        self._closed, self._changed = threading.Event(), threading.Condition()
        self._reported, self._token = "", object()
        LastingThread("model-updates", self._work, self._closed).start()

    def announced(self, payload: bytes) -> None:
        """Takes an announcement; returns at once."""
        found: Announcement | ModelError
        try:
            found = Announcement.parse(payload)
        except ModelError as error:
            found = error
        with self._changed:
            # An invalid message, such as the empty one that clears a retained one, does not displace a valid one.
            if isinstance(found, Announcement) or self._waiting is None:
                self._waiting = found
                self._changed.notify()

    def close(self) -> None:
        """Takes no more; what is under way may end with the process, as an installation stands that."""
        with self._changed:
            self._closed.set()
            self._changed.notify()

    def _work(self) -> None:
        self._tell_change()
        found = self._next()
        if found is not None:
            self._tell(self._follow(found))

    def _next(self) -> Announcement | ModelError | None:
        """Waits for what is announced; None at the end, and when it is time to look at the store."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed.is_set() or self._waiting is not None, LOOK_S)
            found, self._waiting = self._waiting, None
            return None if self._closed.is_set() else found

    def _tell_change(self) -> None:
        # Taken before the model, so that no change slips through between the two.
        token = self._store.token()
        if token == self._token:
            return
        current = self._store.current().sha256
        if current != self._reported:
            self._tell({"status": "current", "sha256": current})
        # Last: what fails before is tried again.
        self._token = token

    def _tell(self, record: dict[str, Any]) -> None:
        self._report(record)
        self._reported = record["current"] if record["status"] == "refused" else record["sha256"]

    def _follow(self, wanted: Announcement | ModelError) -> dict[str, Any]:
        about: dict[str, Any] = {}
        try:
            if isinstance(wanted, ModelError):
                raise wanted
            about = {"version": wanted.version, "sha256": wanted.sha256}
            if self._store.current().sha256 == wanted.sha256:
                return {"status": "current", **about}
            self._install(wanted)
        except DigitsError as error:
            LOG.warning("model: refused: %s", error)
            return self._refused(about, str(error))
        # A bug; what a stranger's file finds must not end the updates.
        except Exception as error:
            LOG.exception("model: refused")
            return self._refused(
                about, f"expected a model that can be checked, got {type(error).__name__}; see the log"
            )
        LOG.info("model: version %s installed", about["version"])
        return {"status": "installed", **about}

    def _refused(self, about: dict[str, Any], reason: str) -> dict[str, Any]:
        return {"status": "refused", **about, "reason": reason, "current": self._store.current().sha256}

    def _install(self, wanted: Announcement) -> None:
        url = self._url.replace(PLACE, wanted.sha256)
        model = fetch(url)
        signature = None if self._public_key is None else fetch(f"{url}.sig")
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.tflite"
                path.write_bytes(model)
                if signature is not None:
                    Path(f"{path}.sig").write_bytes(signature)
                self._store.install(path, sha256=wanted.sha256, public_key=self._public_key, source=url)
        except DigitsError:
            raise
        except OSError as error:
            raise OutputError(
                f"expected room for a model in {tempfile.gettempdir()}, got: {error}; free some"
            ) from error


def fetch(url: str) -> bytes:
    """What lies at a URL, at most as large as a model may be; raises ModelError."""
    try:
        # The owner said where from; nobody else does.
        return download(url, "a model", Limits(MAX_BYTES, ANSWER_S, FETCH_S), NoRedirect)
    except SourceError as error:
        raise ModelError(str(error)) from error
