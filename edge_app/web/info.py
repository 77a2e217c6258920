"""What does not change while the app runs."""

import time
from dataclasses import dataclass, field

from ..classifier import DigitClassifier
from ..version import project_version


@dataclass(frozen=True)
class Info:
    """This run.

    Attributes:
        model_sha256: hash of the model file, hexadecimal.
        runtime: "litert" or "tflite-runtime".
        version: of this project.
        started_s: on the clock of time.monotonic().
    """

    model_sha256: str
    runtime: str
    version: str = field(default_factory=project_version)
    started_s: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, classifier: DigitClassifier) -> "Info":
        """About a run with that classifier, which starts now."""
        return cls(classifier.model_sha256, classifier.runtime)
