"""Failures that must not end the app: each kind is logged once in ten minutes, however often it comes."""

import logging
import time
from collections.abc import Callable

LOG = logging.getLogger(__name__)
REPEAT_S = 600.0


class Failures:
    """Those of one thing; for one thread.

    Args:
        what: fails, for the log.
        clock: seconds, monotonic.

    Attributes:
        last: the kind of the last failure, or None if it has worked, or is tried again, since.
    """

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._clock = what, clock
        self._logged_s: dict[str, float] = {}
        self.last: str | None = None

    def failed(self, error: BaseException) -> None:
        """Takes a failure; it is tried again."""
        kind, now_s = type(error).__name__, self._clock()
        self.last = kind
        if now_s - self._logged_s.get(kind, float("-inf")) >= REPEAT_S:
            self._logged_s[kind] = now_s
            LOG.error("%s: failed, trying again", self._what, exc_info=error)

    def worked(self) -> None:
        """Takes a success, or a new try."""
        self.last = None
