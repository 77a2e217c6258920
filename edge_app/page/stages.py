"""How long each stage of reading takes, asked for by whoever reads; a reader itself keeps no time."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

# Given a stage's name, a context manager around that stage.
Watch = Callable[[str], AbstractContextManager[None]]

_IDLE = nullcontext()


def _no_watch(_stage: str) -> AbstractContextManager[None]:
    return _IDLE


NO_WATCH: Watch = _no_watch


class Stopwatch:
    """Times the stages of one read: hand it over as `watch`, then look at `stages_ms`.

    Attributes:
        stages_ms: milliseconds by stage, in the order of their first start; a stage that ran twice has its sum.
    """

    def __init__(self) -> None:
        self.stages_ms: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Times one stage, also where it raises."""
        started = time.perf_counter()
        try:
            yield
        finally:
            took_ms = (time.perf_counter() - started) * 1000
            self.stages_ms[stage] = self.stages_ms.get(stage, 0.0) + took_ms
