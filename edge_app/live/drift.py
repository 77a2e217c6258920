"""Whether digits are read with more doubt than they were when the model was made: another hand, light, or a lens."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model.contract import DOUBTFUL_BELOW
from ..page.boxes import Box
from ..page.result import Page

# Each published number's digits count once: the last WINDOW of them, and at least LEAST before an alarm.
WINDOW, LEAST = 300, 50
# The alarm goes off at this share, or at this multiple of the usual one if that is higher.
ALARM_SHARE, ALARM_TIMES = 0.15, 4.0
# The shipped model's share on MNIST's validation digits; later models carry their own (convert/prove/calibrate.py).
USUAL_SHARE = 0.012


@dataclass(frozen=True)
class Drift:
    """How doubtfully digits are read.

    Attributes:
        share: of the last published digits, those refused or with a confidence below DOUBTFUL_BELOW, in [0, 1].
        digits: how many those are.
        usual: the same share on the digits that the model was calibrated on.
        alarm: whether it is time to look: at the light, at the lens, or at fine-tuning the model on this hand.
    """

    share: float = 0.0
    digits: int = 0
    usual: float = USUAL_SHARE
    alarm: bool = False


class DriftMonitor:
    """Counts the doubtful among the digits of published numbers."""

    def __init__(self) -> None:
        self._doubtful: deque[bool] = deque(maxlen=WINDOW)
        self._usual = USUAL_SHARE

    def model_changed(self, provenance: Mapping[str, Any]) -> None:
        """Another model begins without a past."""
        self._doubtful.clear()
        usual = provenance.get("doubtful_percent")
        # It may hold anything: checking a contract does not cover it.
        self._usual = usual / 100 if isinstance(usual, int | float) and 0 <= usual <= 100 else USUAL_SHARE

    def add(self, box: Box, page: Page) -> None:
        """Takes a number that is published: its box, and the page that settled it."""
        digits, refused = page.digits_in(box)
        self._doubtful.extend(digit.label is None or digit.confidence < DOUBTFUL_BELOW for digit in digits)
        self._doubtful.extend([True] * len(refused))

    def now(self) -> Drift:
        """The state of things."""
        digits = len(self._doubtful)
        share = sum(self._doubtful) / digits if digits else 0.0
        level = max(ALARM_SHARE, ALARM_TIMES * self._usual)
        return Drift(share, digits, self._usual, digits >= LEAST and share >= level)
