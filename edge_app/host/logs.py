"""Logs of commands that go on for long: on stderr, as stdout is for results."""

import logging
import sys
import time

SELDOM_S = 60.0


def log_to_stderr() -> None:
    """Sends this process's logs to stderr, one line each, such as "edge_app: warning: no frame for 5 s"."""
    for level in (logging.INFO, logging.WARNING, logging.ERROR):
        logging.addLevelName(level, logging.getLevelName(level).lower())
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="edge_app: %(levelname)s: %(message)s", force=True
    )


class Seldom(logging.Filter):
    """Lets each message of a logger through once in SELDOM_S, however often a stranger causes it."""

    def __init__(self) -> None:
        super().__init__()
        self._said_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is said."""
        now_s = time.monotonic()
        if now_s - self._said_s.get(record.msg, -SELDOM_S) < SELDOM_S:
            return False
        self._said_s[record.msg] = now_s
        return True
