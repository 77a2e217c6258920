"""Events on stdout: JSON Lines for programs, short lines for people."""

import json
import sys
import time
from typing import TextIO

from ..page.regions import labelled
from .event import NumberEvent

SIGNS = {"read": "+", "changed": "~", "left": "-"}


class Console:
    """An Output that prints each event at once.

    Args:
        as_json: JSON Lines; else a line such as "12:30:01 + 4081".
        stream: by default stdout.
    """

    def __init__(self, as_json: bool, stream: TextIO | None = None) -> None:
        self._as_json = as_json
        self._stream = stream or sys.stdout

    def publish(self, event: NumberEvent) -> None:
        """Prints an event."""
        self._stream.write((json.dumps(event.to_record()) if self._as_json else describe(event)) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing is left to print."""


def describe(event: NumberEvent) -> str:
    """An event for people: local time, a sign (+ read, ~ changed, - left), its region's name, the number."""
    clock = time.strftime("%H:%M:%S", time.localtime(event.time_s))
    former = "" if event.former is None else f" (was {event.former})"
    return f"{clock} {SIGNS[event.kind]} {labelled(event.region, event.text)}{former}"
