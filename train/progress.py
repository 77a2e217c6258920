"""Progress of long work: a bar on a terminal, else a line on stderr every 30 seconds. Imports no TensorFlow."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

EVERY_S = 30.0

Item = TypeVar("Item")


class Lines:
    """Prints a line to stderr whenever the last one, or the start, is 30 seconds ago."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()

    def say(self, text: str) -> None:
        """Prints the text, if it is time."""
        if time.monotonic() - self._last_s >= EVERY_S:
            self._last_s = time.monotonic()
            print(f"train: {text}", file=sys.stderr, flush=True)


def tracked(items: Iterable[Item], description: str, total: int) -> Iterable[Item]:
    """The items, while stderr says how many of them have come."""
    console = Console(stderr=True)
    if console.is_terminal:
        return track(items, description, total, console=console, transient=True)
    return _counted(items, description, total)


def epoch_progress(stage: str, epochs: int, steps: int) -> list[Any]:
    """Keras callbacks that print the progress of a long epoch; none on a terminal, where Keras draws a bar.

    Args:
        stage: its name.
        epochs: its last one.
        steps: of an epoch.
    """
    if sys.stdout.isatty():
        return []
    from tf_keras import callbacks

    lines, epoch = Lines(), 0

    def begin(number: int, logs: object) -> None:  # noqa: ARG001 - Keras names its arguments
        nonlocal lines, epoch
        # Keras prints a line itself where an epoch ends.
        lines, epoch = Lines(), number + 1

    def step(number: int, logs: object) -> None:  # noqa: ARG001
        lines.say(f"{stage}: epoch {epoch} of {epochs}, step {number + 1} of {steps}")

    return [callbacks.LambdaCallback(on_epoch_begin=begin, on_batch_end=step)]


def _counted(items: Iterable[Item], description: str, total: int) -> Iterator[Item]:
    lines = Lines()
    for count, item in enumerate(items, 1):
        lines.say(f"{description}: {count} of {total}")
        yield item
