"""Threads that last as long as the app, whatever fails in them; systemd's watchdog and /healthz see one that ended."""

import threading
from collections.abc import Callable

from .failures import Failures

PAUSE_S = 1.0
_STARTED: set["LastingThread"] = set()


class LastingThread(threading.Thread):
    """Does its work again and again until `ended` is set; after a failure, which is logged, it pauses.

    Args:
        name: of the thread, in logs and /healthz.
        work: one round; it may wait, and returns soon after `ended` is set.
        ended: ends it.
    """

    def __init__(self, name: str, work: Callable[[], None], ended: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._work, self._ended, self._failures = work, ended, Failures(name)

    def start(self) -> None:
        """Starts it."""
        _STARTED.add(self)
        super().start()

    def run(self) -> None:
        """Works until the end."""
        while not self._ended.is_set():
            self._failures.worked()
            try:
                self._work()
            except Exception as error:
                self._failures.failed(error)
                self._ended.wait(PAUSE_S)
        _STARTED.discard(self)

    def trouble(self) -> str | None:
        """What is wrong: "ended", or the kind of failure while it pauses and tries again; None if all is well."""
        if self._ended.is_set():
            return None
        return self._failures.last if self.is_alive() else "ended"


def troubled_threads() -> dict[str, str]:
    """What is wrong with which of all that were started, see LastingThread.trouble."""
    found = {thread.name: thread.trouble() for thread in tuple(_STARTED)}
    return {name: trouble for name, trouble in found.items() if trouble is not None}


def ended_threads() -> tuple[str, ...]:
    """The names of those that ended unasked."""
    return tuple(name for name, trouble in troubled_threads().items() if trouble == "ended")
