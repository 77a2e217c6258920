"""How long each stage of reading a page takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

# Called with a stage's name, gives what surrounds its work.
Watch = Callable[[str], AbstractContextManager[None]]
_NOTHING = nullcontext()


def unwatched(_: str) -> AbstractContextManager[None]:
    """Measures nothing."""
    return _NOTHING


class Stopwatch:
    """Milliseconds by stage, in the order in which the stages came; a stage that comes twice counts together."""

    def __init__(self) -> None:
        self.stages_ms: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Measures the work that it surrounds."""
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed_ms = (time.perf_counter() - started) * 1000
            self.stages_ms[stage] = self.stages_ms.get(stage, 0.0) + elapsed_ms
