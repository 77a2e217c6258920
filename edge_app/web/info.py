"""What does not change while the app runs."""

import time
from dataclasses import dataclass, field

from ..version import project_version


@dataclass(frozen=True)
class Info:
    """This run.

    Attributes:
        runtime: "litert" or "tflite-runtime".
        version: of this project.
        started_s: on the clock of time.monotonic().
    """

    runtime: str
    version: str = field(default_factory=project_version)
    started_s: float = field(default_factory=time.monotonic)
