"""What does not change while the app runs."""

import time
from dataclasses import dataclass, field

from ..host.version import __version__


@dataclass(frozen=True)
class Info:
    """This run.

    Attributes:
        runtime: "litert" or "tflite-runtime".
        version: of this project.
        started_s: on the clock of time.monotonic().
    """

    runtime: str
    version: str = __version__
    started_s: float = field(default_factory=time.monotonic)
