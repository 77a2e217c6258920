"""Belief: how likely a digit is one, with the label it was given, by all that was asked; and what follows from it.

A logistic regression over what the classifier, the detector with the ink around, and the sequence reader say, fitted on
drawn pages by `python -m train.belief`.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..files.regular import read_regular
from ..model.file import shipped_model_path
from .recognition import Reading
from .ways import label_of

KIND = "digit-belief-1"
SHIPPED_NAME = "belief.json"
FEATURES = ("constant", "label", "detector", "no detector", "whole", "no whole", "is 1", "was doubtful")
# No witness counts as more certain than this.
MOST = 0.9995
MAX_BYTES = 100_000


@dataclass(frozen=True)
class Belief:
    """The fitted model.

    Attributes:
        weights: of FEATURES.
        read_from: digits of at least this probability are read.
        provenance: where it comes from; informative only.
    """

    weights: tuple[float, ...]
    read_from: float
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = (*self.weights, self.read_from)
        if len(self.weights) != len(FEATURES) or not all(math.isfinite(number) for number in numbers):
            raise ModelError(f"expected {len(FEATURES)} finite weights and a limit, got {numbers}")

    @classmethod
    def load(cls, path: Path | None = None) -> "Belief":
        """Reads what `save` wrote; the shipped one by default.

        Raises:
            ModelError: nothing there, of another version, or changed since it was fitted.
        """
        path = shipped_model_path(SHIPPED_NAME) if path is None else path
        try:
            kept = json.loads(read_regular(path, MAX_BYTES))
            content = kept["belief"]
            if kept["kind"] != KIND or kept["features"] != list(FEATURES):
                raise ModelError(
                    f"expected a belief of {KIND}, got {kept['kind']!r} in {path}; update the app or the file"
                )
            if kept["sha256"] != _digest(content):
                raise ModelError(f"expected {path} to match its own SHA-256, got a changed file; copy it again")
            return cls(tuple(content["weights"]), content["read_from"], content["provenance"])
        except OSError as error:
            raise ModelError(
                f"expected a belief in {path}, got {error.strerror}; make one: python -m train.belief"
            ) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ModelError(f"expected a belief in {path}, got {error!r}; make one: python -m train.belief") from error

    def to_json(self) -> str:
        """The text of its file."""
        content = asdict(self)
        content["weights"] = list(self.weights)
        kept = {"kind": KIND, "features": list(FEATURES), "belief": content, "sha256": _digest(content)}
        return json.dumps(kept, indent=1) + "\n"

    def probability(self, reading: Reading) -> float:
        """That a digit, read or doubtful, is one with its label or guess, in [0, 1]."""
        return 1 / (1 + math.exp(-sum(w * f for w, f in zip(self.weights, features(reading), strict=True))))

    def applied(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings with calibrated confidences; what is not likely enough is doubtful, what is, is read."""
        return [
            reading if reading.label is None and reading.guess is None else self._judged(reading)
            for reading in readings
        ]

    def _judged(self, reading: Reading) -> Reading:
        probability = self.probability(reading)
        if probability >= self.read_from:
            return replace(reading, label=label_of(reading), guess=None, confidence=probability)
        return replace(reading, label=None, guess=label_of(reading), confidence=probability)


def features(reading: Reading) -> tuple[float, ...]:
    """What is asked about a digit, in the order of FEATURES: log odds, and which were not to be had."""
    label = label_of(reading)
    share = reading.confidence if reading.probabilities is None else float(reading.probabilities[label])
    return (
        1.0,
        _log_odds(share),
        0.0 if reading.belief is None else _log_odds(reading.belief),
        float(reading.belief is None),
        0.0 if reading.whole is None else _log_odds(reading.whole),
        float(reading.whole is None),
        float(label == 1),
        float(reading.label is None),
    )


def _log_odds(probability: float) -> float:
    held = min(max(probability, 1 - MOST), MOST)
    return math.log(held / (1 - held))


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
