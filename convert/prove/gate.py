"""Which numbers a converted model must reach before it may replace the one that is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .comparison import Comparison
from .inspection import Inspection


@dataclass(frozen=True)
class FineTuningLimits:
    """What fine-tuning must achieve, and may cost, on every runtime.

    Attributes:
        max_improvement_p: McNemar's p of the held-out digits, in [0, 1]; 1 asks for no proof that fine-tuning helped.
        max_mnist_drop_pp: percentage points of accuracy on MNIST's test digits.
        max_non_digits_rise_pp: percentage points by which more non-digits pass; chance moves 5,000 of them by 0.3.
        max_calibration_rise: of the expected calibration error; chance moves it by about 0.0005.
    """

    max_improvement_p: float = 0.05
    max_mnist_drop_pp: float = 0.05
    max_non_digits_rise_pp: float = 1.0
    max_calibration_rise: float = 0.001


@dataclass(frozen=True)
class Limits:
    """How far from its float parent a model may be, on every runtime.

    Attributes:
        max_accuracy_drop_pp: percentage points of accuracy, >= 0.
        min_agreement_percent: images on which both name the same digit, in [0, 100].
        fine_tuning: further limits for a fine-tuned model.
    """

    max_accuracy_drop_pp: float = 0.10
    min_agreement_percent: float = 99.8
    fine_tuning: FineTuningLimits = FineTuningLimits()


@dataclass(frozen=True)
class Check:
    """One number against its limit.

    Attributes:
        subject: the number, with the precision and the runtime it was measured on.
        value: what was measured.
        bound: whether the limit is a maximum or a minimum.
        limit: in the unit of the value.
        unit: of both.
    """

    subject: str
    value: float
    bound: Literal["at most", "at least"]
    limit: float
    unit: str

    @property
    def excess(self) -> float:
        """How far the value lies beyond the limit; <= 0 if it does not."""
        return self.value - self.limit if self.bound == "at most" else self.limit - self.value

    @property
    def holds(self) -> bool:
        """False for NaN too."""
        return self.excess <= 0

    def __str__(self) -> str:
        """Expected, got, and by how much it failed."""
        return (
            f"expected {self.subject} {self.bound} {self.limit:g}{self._unit}, "
            f"got {self.value:.6g}{self._unit} ({self.excess:.3g} too {self._wrong_side})"
        )

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    @property
    def _wrong_side(self) -> str:
        return "much" if self.bound == "at most" else "little"


def check_model(
    precision: str, inspection: Inspection, comparisons: Mapping[str, Comparison], limits: Limits
) -> tuple[Check, ...]:
    """Compares one model with the limits.

    Args:
        precision: "int8" must also be integers throughout.
        inspection: of the model.
        comparisons: with the float parent, by runtime.
        limits: the gate's.
    """
    return tuple(_checks(precision, inspection, comparisons, limits))


def check_on_runtime(precision: str, runtime: str, comparison: Comparison, limits: Limits) -> Iterator[Check]:
    """Compares one model on one runtime with the limits."""
    place = f"of {precision} on {runtime}"
    yield Check(f"NaN or infinite logits {place}", comparison.non_finite_count, "at most", 0, "")
    yield Check(f"accuracy drop {place}", comparison.drop_pp, "at most", limits.max_accuracy_drop_pp, "pp")
    yield Check(f"agreement {place}", comparison.agreement_percent, "at least", limits.min_agreement_percent, "%")


def _checks(
    precision: str, inspection: Inspection, comparisons: Mapping[str, Comparison], limits: Limits
) -> Iterator[Check]:
    if precision == "int8":
        findings = len(inspection.float_findings)
        yield Check("float tensors and conversions in int8", findings, "at most", 0, "")
    for runtime, comparison in comparisons.items():
        yield from check_on_runtime(precision, runtime, comparison, limits)
