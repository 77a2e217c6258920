"""Logs of commands that go on for long: on stderr, as stdout is for results."""

import logging
import sys


def log_to_stderr() -> None:
    """Sends this process's logs to stderr, one line each, such as "edge_app: warning: no frame for 5 s"."""
    for level in (logging.INFO, logging.WARNING, logging.ERROR):
        logging.addLevelName(level, logging.getLevelName(level).lower())
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="edge_app: %(levelname)s: %(message)s", force=True
    )
